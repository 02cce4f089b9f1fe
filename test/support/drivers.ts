/** Runs one plan through each of the two drivers of the interpreter, for tests that compare them. */

import { setTimeout as timer } from "node:timers/promises";
import { openSimulatedWorld } from "../../rig/adapters/sim/open-simulated-world.ts";
import { makeNode } from "../../rig/core/consensus/make-node.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import type { RunEvent } from "../../rig/core/run/interpreter.ts";
import { type RunEnd, RunEngine } from "../../rig/engine/run-engine.ts";
import { Teardown } from "../../rig/engine/teardown.ts";
import type { Sleep } from "../../rig/ports/clock.ts";
import type { World } from "../../rig/ports/world.ts";
import type { ClusterOptions } from "../../rig/simulation/cluster.ts";
import { type DrivenCluster, SimulatedRun } from "../../rig/simulation/simulated-run.ts";
import { MemoryStore } from "./memory-store.ts";

export interface TimedRunEvent {
  readonly event: RunEvent;
  readonly timeNs: number;
}

export interface Driven {
  readonly store: MemoryStore;
  readonly events: readonly TimedRunEvent[];
}

const EVENTS_MAX = 20_000_000;

export const realSleep: Sleep = (ms, signal) => timer(ms, undefined, { signal });

export function throughSimulation(
  plan: RunPlan,
  openCluster?: (options: ClusterOptions) => DrivenCluster,
): Driven {
  const store = new MemoryStore();
  const events: TimedRunEvent[] = [];
  const run = new SimulatedRun({
    plan,
    makeNode: (node) => makeNode(plan, node),
    sink: store,
    onEvent: (event, timeNs) => events.push({ event, timeNs }),
    ...(openCluster === undefined ? {} : { openCluster }),
  });
  if (!run.advance(EVENTS_MAX)) throw new Error("the simulated run does not end");
  run.end(null);
  return { store, events };
}

export async function throughEngine(
  plan: RunPlan,
  world: World = openSimulatedWorld(plan, (node) => makeNode(plan, node)),
): Promise<Driven & { readonly end: RunEnd }> {
  const store = new MemoryStore();
  const events: TimedRunEvent[] = [];
  const engine = new RunEngine({
    plan,
    world,
    store,
    teardown: new Teardown({ sleep: realSleep }),
    onEvent: (event, timeNs) => events.push({ event, timeNs }),
  });
  const end = await engine.run(new AbortController().signal);
  return { store, events, end };
}
