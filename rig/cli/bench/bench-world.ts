/**
 * The world of level `bench`: boards behind control lines and supplies, on a CAN interface of this
 * machine; for an emulated bench without one, on the rig's hub, which has the faults of a bus.
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { BusHub } from "../../adapters/hub/bus-hub.ts";
import { HubBus } from "../../adapters/hub/hub-bus.ts";
import { HubServer } from "../../adapters/hub/hub-server.ts";
import { type Bench, isOnHub } from "../../core/bench/bench.ts";
import { NO_ERRORS } from "../../core/can/error-confinement.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import type { Clock } from "../../ports/clock.ts";
import type { World } from "../../ports/world.ts";
import type { BenchSupply } from "../bench-supply.ts";
import { openBenchBus, refuseUnhealthy } from "./bench-bus.ts";
import { BenchNodes } from "./bench-nodes.ts";
import { withInjectors } from "./injected-bus.ts";

export interface BenchWorldOptions {
  readonly plan: RunPlan;
  /** With ports that can be opened. */
  readonly bench: Bench;
  /** Of an emulated bench, where its boards look for a hub; null for a real one. */
  readonly folder: string | null;
  readonly clock: Clock;
  readonly supply: BenchSupply;
  readonly console: (node: number, timeNs: number, line: string) => void;
}

export interface BenchWorld extends World {
  readonly nodes: BenchNodes;
  readonly power: BenchNodes;
  /** Closes the lines and the bus, and switches nothing. Idempotent. */
  close(): Promise<void>;
}

/** Where the boards of an emulated bench look for their bus. */
export function hubOf(folder: string): string {
  return join(folder, "hub");
}

const never = new AbortController().signal;

export function openBenchWorld(options: BenchWorldOptions): Promise<BenchWorld> {
  const { bench, folder } = options;
  return folder !== null && isOnHub(bench)
    ? openEmulatedWorld(options, folder)
    : openRealWorld(options);
}

async function openEmulatedWorld(options: BenchWorldOptions, folder: string): Promise<BenchWorld> {
  const { plan, bench, clock, supply, console } = options;
  const hub: BusHub = new BusHub({
    plan,
    clock,
    supply: {
      cut(node) {
        nodes.off(node, never).catch(() => undefined);
        return true;
      },
      restore: (node) => void nodes.on(node, never).catch(() => undefined),
    },
  });
  const nodes: BenchNodes = new BenchNodes({
    bench,
    nodes: plan.nodes,
    clock,
    supply,
    console,
    detach: (node) => hub.detach(node),
    controllerOf: (node) => hub.controller(node),
  });
  const bus = new HubBus(hub);
  const server = new HubServer(hub, plan.nodes, () => undefined);
  const path = hubOf(folder);
  // Left behind by a rig that was killed: the bench is ours, by its lease.
  rmSync(path, { force: true });
  await server.listen(path);
  return worldOf(options, { bus, nodes }, () => server.close());
}

async function openRealWorld(options: BenchWorldOptions): Promise<BenchWorld> {
  const { plan, bench, clock, supply, console } = options;
  const [first] = bench.buses;
  if (first === undefined) {
    throw new RigError("input.malformed", `bench ${bench.name}: expected a bus under buses`);
  }
  const used = bench.nodes.slice(0, plan.nodes).map((node) => node.bus);
  refuseUnhealthy(bench.buses.filter(({ name }) => name === first.name || used.includes(name)));
  const bus = openBenchBus(first, clock);
  const nodes = new BenchNodes({
    bench,
    nodes: plan.nodes,
    clock,
    supply,
    console,
    detach: () => undefined,
    controllerOf: () => ({ state: NO_ERRORS.state, tec: 0, rec: 0, passives: 0, busOffs: 0 }),
  });
  return worldOf(options, { bus, nodes }, async () => undefined);
}

async function worldOf(
  { plan, bench, clock, supply }: BenchWorldOptions,
  { bus: plain, nodes }: { readonly bus: CanBus; readonly nodes: BenchNodes },
  closeBus: () => Promise<void>,
): Promise<BenchWorld> {
  const { faults } = plan;
  const injector = (name: string) => supply.injector(name);
  const parts = { bench, nodes: plan.nodes, faults, injector, filters: nodes.filters };
  const bus = await withInjectors(plain, parts).catch(async (error) => {
    await Promise.all([nodes.close(), plain.close(), closeBus()]);
    throw error;
  });
  let closing: Promise<void> | null = null;
  const close = async () => {
    await nodes.close();
    await bus.close();
    await closeBus();
  };
  return {
    clock,
    bus,
    nodes,
    power: nodes,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
