import { describe, expect, it } from "vitest";
import { makePlan } from "../../../rig/core/plan/make-plan.ts";
import { SCENARIOS } from "../../../rig/core/plan/scenarios.ts";
import { throughEngine, throughSimulation } from "../../support/drivers.ts";

const SEEDS = [1, 7, 4_000_000_000];
const CASES = SCENARIOS.flatMap(({ name }) => SEEDS.map((seed) => [name, seed] as const));

describe("one plan and seed through both drivers", () => {
  it.each(CASES)("gives the same run of %s with seed %d", async (scenario, seed) => {
    const plan = makePlan({ scenario, seed, operations: 60 });
    const simulated = throughSimulation(plan);
    const engine = await throughEngine(plan);
    expect(engine.end).toEqual({ partial: null, failure: null, teardown: [] });
    expect(engine.store.history).toEqual(simulated.store.history);
    expect(engine.store.records).toEqual(simulated.store.records);
    expect(engine.events).toEqual(simulated.events);
    expect(engine.store.nodes).toEqual(simulated.store.nodes);
    expect(engine.store.frames).toEqual(simulated.store.frames);
  });
});
