/**
 * Makes a bench ready for a run: everything off, consoles open, then one board after the other
 * gets its supply, says who it is, and is told what it has to know. Boards that do not answer are
 * brought up by the recovery ladder.
 */

import type { BoardLine } from "../../../firmware-bridge/host/board-line.ts";
import { DeviceRefused } from "../../../firmware-bridge/host/session.ts";
import type { Bench, BenchNode } from "../../core/bench/bench.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { BenchRecord } from "../../core/run/bench-record.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { bringUp, type Recoverable } from "../../engine/recovery.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import type { BenchSupply } from "../bench-supply.ts";
import { type NodeSetting, settingsOf } from "../node-settings.ts";
import type { BenchNodes } from "./bench-nodes.ts";
import { resetOf } from "./node-reset.ts";

export interface Preparation {
  readonly plan: RunPlan;
  readonly bench: Bench;
  readonly nodes: BenchNodes;
  readonly supply: BenchSupply;
  readonly bus: CanBus;
  readonly record: (entry: BenchRecord) => void;
  readonly nowNs: () => number;
  readonly signal: AbortSignal;
}

export async function prepareBench(preparation: Preparation): Promise<void> {
  const { nodes, bench, supply, signal } = preparation;
  const boards = bench.nodes.slice(0, nodes.lines.length);
  // Others on the bus would have their say.
  for (let node = boards.length; node < bench.nodes.length; node++) {
    await supply.makeSafe(node, signal);
  }
  // A person is not asked to switch off what may well be off.
  for (const [node, { power }] of boards.entries()) {
    if (power.by !== "hand") await nodes.off(node, signal);
  }
  for (const node of boards.keys()) {
    await nodes.on(node, signal);
  }
  await Promise.all(boards.map((board, node) => prepareBoard(preparation, board, node)));
}

/**
 * Rejects with `bench.bus` or `bench.node` where something is not as it has to be, and with
 * `capability.clients` where boards can't have the clients that the plan has on them.
 */
export async function checkHealth(preparation: Preparation): Promise<void> {
  const { plan, bench, nodes, bus, signal } = preparation;
  if (bus.state() !== "error-active") {
    throw new RigError("bench.bus", `the rig's own channel is ${bus.state()}`);
  }
  await nodes.filters.check(signal);
  if (plan.residents !== undefined) await nodes.residents.check(signal);
  for (const [node, line] of nodes.lines.entries()) {
    const { fields } = await line.request(["can", "stat"], signal);
    const state = fields.get("st");
    if (state === "active") continue;
    const name = bench.nodes[node]?.name ?? `node ${node}`;
    const counters = `tec ${fields.get("tec")}, rec ${fields.get("rec")}`;
    throw new RigError("bench.bus", `the controller of ${name} is ${state} (${counters})`);
  }
}

async function prepareBoard(
  preparation: Preparation,
  board: BenchNode,
  node: number,
): Promise<void> {
  const { nodes, plan, record, nowNs, signal } = preparation;
  const line = nodes.lines[node] as BoardLine;
  const up = () =>
    bringUp(
      recoverable(preparation, board, node),
      (rung, why) => record({ type: "recovery", time: nowNs(), node, rung, why }),
      signal,
    );
  await up();
  if (await configure(line, settingsOf(plan, node), signal)) {
    await nodes.cycle(node, signal);
    await up();
  }
  const { hello } = line;
  if (hello === null) throw new RigError("bench.node", `${board.name} answers no more`);
  const { firmware, serial, boot } = hello;
  record({ type: "board", time: nowNs(), node, name: board.name, firmware, serial, boot });
}

function recoverable({ nodes, supply }: Preparation, board: BenchNode, node: number): Recoverable {
  const line = nodes.lines[node] as BoardLine;
  const reset = resetOf(board, {
    lines: (steps, signal) => line.resetByLines(steps, signal),
    unit: (signal) => supply.pulseReset(node, signal),
    command: (signal) => line.request(["reset"], signal),
  });
  return {
    name: board.name,
    up: (signal) => nodes.boot(node, signal),
    reopen: async () => line.reopen("no answer"),
    ...(reset === null ? {} : { reset }),
    ...(board.power.by === "hand"
      ? {}
      : { powerCycle: (signal: AbortSignal) => nodes.cycle(node, signal) }),
  };
}

/** Null where the board does not know it. */
async function settingIn(line: BoardLine, name: string, signal: AbortSignal) {
  try {
    return Number((await line.request(["conf", name], signal)).fields.get("value"));
  } catch (error) {
    if (error instanceof DeviceRefused) return null;
    throw error;
  }
}

/** True where something had to be changed: it holds from the next start on. */
async function configure(
  line: BoardLine,
  settings: readonly NodeSetting[],
  signal: AbortSignal,
): Promise<boolean> {
  let isChanged = false;
  for (const [name, wanted] of settings) {
    const value = await settingIn(line, name, signal);
    // Older firmware has no such clients: that they are off needs no saying.
    if (value === wanted || (value === null && name === "clients" && wanted === 0)) continue;
    await line.request(["conf", name, String(wanted)], signal);
    isChanged = true;
  }
  // A run begins with nodes that remember nothing.
  const life = Number((await line.request(["nvm", "info"], signal)).fields.get("life"));
  if (life <= 1) return isChanged;
  await line.request(["nvm", "erase"], signal);
  return true;
}
