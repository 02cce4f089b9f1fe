/** Opens the world of level `process`: the hub, its socket, and a process for each node. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { Clock } from "../../ports/clock.ts";
import type { World } from "../../ports/world.ts";
import { BusHub } from "./bus-hub.ts";
import { type ChildCommand, openChildGuard } from "./child-guard.ts";
import { HubBus } from "./hub-bus.ts";
import { HubServer } from "./hub-server.ts";
import { ProcessNodes, supplyOf } from "./process-nodes.ts";

export interface ProcessWorldOptions {
  readonly plan: RunPlan;
  readonly clock: Clock;
  /** The program of one node, which is to connect to the hub at `hub`. */
  readonly commandOf: (node: number, hub: string) => ChildCommand;
  readonly onCrash: (node: number, why: string) => void;
}

export interface ProcessWorld extends World {
  readonly nodes: ProcessNodes;
  readonly power: ProcessNodes;
  /** Kills the nodes and closes the hub. Idempotent. */
  close(): Promise<void>;
}

/** Rejects with `bench.trouble` when the hub can't listen. */
export async function openProcessWorld(options: ProcessWorldOptions): Promise<ProcessWorld> {
  const { plan, clock, commandOf, onCrash } = options;
  const hub = new BusHub({ plan, clock, supply: supplyOf(() => nodes) });
  const bus = new HubBus(hub);
  const guard = openChildGuard();
  // Paths of sockets are short: about a hundred bytes.
  const folder = mkdtempSync(join(tmpdir(), "rig-hub-"));
  const path = process.platform === "win32" ? `\\\\.\\pipe\\${folder}` : join(folder, "hub");
  const nodes: ProcessNodes = new ProcessNodes({
    nodes: plan.nodes,
    clock,
    guard,
    commandOf: (node) => commandOf(node, path),
    isOnBus: (node) => hub.knows(node),
    detach: (node) => hub.detach(node),
    controllerOf: (node) => hub.controller(node),
    onCrash,
  });
  const server = new HubServer(hub, plan.nodes, (node) => nodes.delivered(node));
  const close = async () => {
    await nodes.close();
    await bus.close();
    await server.close();
    guard.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await server.listen(path);
  } catch (error) {
    await close();
    throw error;
  }
  return { clock, bus, nodes, power: nodes, close };
}
