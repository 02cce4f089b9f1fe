import { describe, expect, it } from "vitest";
import { openSimulatedWorld } from "../../../rig/adapters/sim/open-simulated-world.ts";
import { makeNode } from "../../../rig/core/consensus/make-node.ts";
import { isPowerFault } from "../../../rig/core/fault/power-steps.ts";
import { makePlan } from "../../../rig/core/plan/make-plan.ts";
import { NODES_MAX } from "../../../rig/core/plan/plan.ts";
import { SCENARIOS } from "../../../rig/core/plan/scenarios.ts";
import { Random } from "../../../rig/core/random/random.ts";
import { refuseImpossibleFaults } from "../../../rig/engine/fault-driver.ts";
import { type TimedRunEvent, throughEngine, throughSimulation } from "../../support/drivers.ts";
import { lateClock } from "../../support/late-clock.ts";
import { randomFaults } from "../../support/random-faults.ts";
import { aResidentPlan } from "../../support/resident-plans.ts";
import { expectSame } from "../../support/same.ts";
import { ScriptedCluster, scriptedWorld } from "../../support/scripted-world.ts";

const SEEDS = [1, 4_000_000_000];
/** The scenarios whose faults the ports carry out; the others' are the simulation's alone. */
const CASES = SCENARIOS.map(({ name }) => name)
  .filter(hasPorts)
  .flatMap((name) => SEEDS.map((seed) => [name, seed] as const));

describe("one plan and seed through both drivers", () => {
  it.each(CASES)("gives the same run of %s with seed %d", async (scenario, seed) => {
    const plan = makePlan({ scenario, seed, operations: 60 });
    const simulated = throughSimulation(plan);
    const engine = await throughEngine(plan);
    expect(engine.end).toEqual({ partial: null, failure: null, teardown: [] });
    expectSame(engine.store.history, simulated.store.history);
    expectSame(engine.store.records, shared(simulated.store.records, engine.store.records));
    expectSame(engine.events, simulated.events);
    expectSame(engine.store.nodes, simulated.store.nodes);
    expectSame(engine.store.frames, simulated.store.frames);
  });

  it("gives the same run with clients on the nodes, too", async () => {
    const clientsAt = "both";
    const plan = aResidentPlan({ scenario: "leader-crash", seed: 4, operations: 30, clientsAt });
    const simulated = throughSimulation(plan);
    const engine = await throughEngine(plan);
    expectSame(engine.events, simulated.events);
    expectSame(engine.store.records, shared(simulated.store.records, engine.store.records));
    expect(engine.events.some(({ event }) => event.kind === "node-history")).toBe(true);
  });

  it("gives the same run of as many nodes as there can be", async () => {
    const plan = makePlan({ scenario: "leader-crash", seed: 2, nodes: NODES_MAX, operations: 30 });
    const engine = await throughEngine(plan);
    const simulated = throughSimulation(plan);
    expectSame(engine.store.records, shared(simulated.store.records, engine.store.records));
  });

  it("gives the same run whatever faults overlap", async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const faults = randomFaults(seed, { nodes: 5, operations: 40, faults: 4 });
      const plan = { ...makePlan({ scenario: "partition", seed, operations: 40 }), faults };
      const simulated = throughSimulation(plan);
      const engine = await throughEngine(plan);
      const hint = `seed ${seed}`;
      expect(engine.end.partial, hint).toBeNull();
      expectSame(engine.store.history, simulated.store.history, hint);
      expectSame(engine.store.nodes, simulated.store.nodes, hint);
      expectSame(engine.store.frames, simulated.store.frames, hint);
      expectSame(engine.store.records, shared(simulated.store.records, engine.store.records), hint);
    }
  });
});

describe("one recorded list of events replayed through both drivers", () => {
  const replay = async (scenario: string, alter: (events: TimedRunEvent[]) => TimedRunEvent[]) => {
    const plan = makePlan({ scenario, seed: 3, operations: 40 });
    const recorded = throughSimulation(plan);
    const script = alter([...recorded.events]);
    const simulated = throughSimulation(plan, ({ onHostFrame }) => {
      const cluster = new ScriptedCluster(script);
      cluster.onFrame = onHostFrame;
      return cluster;
    });
    const engine = await throughEngine(plan, scriptedWorld(new ScriptedCluster(script)));
    return { recorded, simulated, engine };
  };

  it.each(SCENARIOS.map(({ name }) => name))("gives the recorded history of %s", async (name) => {
    const { recorded, simulated, engine } = await replay(name, (events) => events);
    expect(simulated.store.history).toEqual(recorded.store.history);
    expectSame(engine.store.history, recorded.store.history);
    expectSame(engine.events, recorded.events);
  });

  it("gives the same history when every fourth reply is missing", async () => {
    const random = Random.of(3, "missing");
    const { recorded, simulated, engine } = await replay("partition", (events) =>
      events.filter(({ event }) => event.kind !== "frame" || !random.chance(1, 4)),
    );
    expectSame(engine.store.history, simulated.store.history);
    expectSame(engine.events, simulated.events);
    expect(engine.store.history).not.toEqual(recorded.store.history);
    expect(engine.store.history.some(({ error }) => error === "timeout")).toBe(true);
  });

  it("gives the same history when replies come together, just when timers are due", async () => {
    const { simulated, engine } = await replay("happy", atRetries);
    expectSame(engine.store.history, simulated.store.history);
    expectSame(engine.events, simulated.events);
    const frame = simulated.events.find(({ event }) => event.kind === "frame")!;
    const together = simulated.events.filter(({ timeNs }) => timeNs === frame.timeNs);
    expect(together.some(({ event }) => event.kind === "timer")).toBe(true);
  });

  it("gives the same history when the host is late", async () => {
    const plan = makePlan({ scenario: "happy", seed: 3, operations: 40 });
    const script = atRetries(throughSimulation(plan).events);
    const simulated = throughSimulation(plan, ({ onHostFrame }) => {
      const cluster = new ScriptedCluster(script);
      cluster.onFrame = onHostFrame;
      return cluster;
    });
    const world = scriptedWorld(new ScriptedCluster(script));
    const clock = lateClock(world.clock, plan.client.retryNs * 1.25);
    const engine = await throughEngine(plan, { ...world, clock });
    expectSame(engine.events, simulated.events);
    expectSame(engine.store.history, simulated.store.history);
  });
});

type Records = ReturnType<typeof throughSimulation>["store"]["records"];

/**
 * Records with the invariants that the engine checks, too: those over the order of events at
 * several nodes are the simulation's alone, because elsewhere nobody sees that order.
 */
function shared(records: Records, engine: Records): Records {
  const names = engine.flatMap((record) =>
    record.type === "statistics" ? record.invariants.map(({ name }) => name) : [],
  );
  if (!names.includes("agreement")) throw new Error("the engine checked nothing");
  return records.map((record) =>
    record.type === "statistics"
      ? { ...record, invariants: record.invariants.filter(({ name }) => names.includes(name)) }
      : record,
  );
}

function hasPorts(scenario: string): boolean {
  const plan = makePlan({ scenario, seed: 1 });
  // Their steps go on beside the driver, whose turn at one and the same instant they don't know.
  if (plan.faults.some(isPowerFault)) return false;
  try {
    refuseImpossibleFaults(
      plan,
      openSimulatedWorld(plan, (node) => makeNode(plan, node)),
    );
    return true;
  } catch {
    return false;
  }
}

/** Replies as they would be if nodes answered only when the clients are about to ask again. */
function atRetries(events: readonly TimedRunEvent[]): TimedRunEvent[] {
  const { retryNs } = makePlan({ scenario: "happy", seed: 3 }).client;
  return events.map(({ event, timeNs }) => {
    return { event, timeNs: Math.ceil(timeNs / retryNs) * retryNs };
  });
}
