import { describe, expect, it } from "vitest";
import { openSimulatedWorld } from "../../../rig/adapters/sim/open-simulated-world.ts";
import { makeNode } from "../../../rig/core/consensus/make-node.ts";
import { makePlan } from "../../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../../rig/core/plan/plan.ts";
import { EvidenceBuilder } from "../../../rig/core/run/evidence-builder.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { judgeRun } from "../../../rig/core/verdict/judge.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { RunEngine, type RunEngineOptions } from "../../../rig/engine/run-engine.ts";
import { Teardown } from "../../../rig/engine/teardown.ts";
import type { NodeControl, ResidentControl } from "../../../rig/ports/node-control.ts";
import type { World } from "../../../rig/ports/world.ts";
import { realSleep, throughEngine } from "../../support/drivers.ts";
import { lateClock } from "../../support/late-clock.ts";
import { MemoryStore } from "../../support/memory-store.ts";
import { aResidentPlan } from "../../support/resident-plans.ts";

type SimulatedWorld = ReturnType<typeof openSimulatedWorld>;

interface Changes {
  readonly scenario?: string;
  readonly world?: (world: SimulatedWorld) => World;
  readonly options?: Partial<RunEngineOptions>;
}

/** An engine over a simulated world of which a test changes what it is about. */
function anEngine({ scenario = "partition", world: change, options }: Changes = {}) {
  const plan = makePlan({ scenario, seed: 5, operations: 40 });
  const simulated = openSimulatedWorld(plan, (node) => makeNode(plan, node));
  const world = change === undefined ? simulated : change(simulated);
  const store = new MemoryStore();
  const teardown = new Teardown({ sleep: realSleep });
  const interrupt = new AbortController();
  const make = () => new RunEngine({ plan, world, store, teardown, ...options });
  const run = () => make().run(interrupt.signal);
  return { plan, world, store, teardown, interrupt, make, run };
}

function evidenceOf(plan: RunPlan, store: MemoryStore) {
  const builder = new EvidenceBuilder(plan);
  for (const entry of store.records) builder.add(entry);
  return builder.evidence();
}

/** Processes with an operation open at the end of the history. */
function openAtEnd(store: MemoryStore): unknown[] {
  const open = new Set<unknown>();
  for (const { type, process } of store.history) {
    if (process === "nemesis") continue;
    if (type === "invoke") open.add(process);
    else open.delete(process);
  }
  return [...open];
}

describe("a run that comes to its end", () => {
  it("is judged from its record like any other", async () => {
    const { plan, store, run } = anEngine();
    expect(await run()).toEqual({ partial: null, failure: null, teardown: [] });
    const result = judgeRun(evidenceOf(plan, store));
    expect(result.outcome).toBe("valid");
    expect(result.faults[0]?.effects).toBeGreaterThan(0);
  });

  it("runs what its caller put on the teardown stack and puts it into the record", async () => {
    const { store, teardown, run } = anEngine();
    teardown.push({ name: "power off", limitMs: 1_000, run: () => "5 nodes" });
    const step = { step: "power off", ok: true, detail: "5 nodes" };
    expect((await run()).teardown).toEqual([step]);
    const types = store.records.slice(-3).map(({ type }) => type);
    expect(types).toEqual(["teardown", "statistics", "end"]);
  });
});

describe("a plan that the world can't carry out", () => {
  const refusal = (make: () => unknown): unknown => {
    try {
      make();
      return null;
    } catch (error) {
      return error;
    }
  };

  it("is refused before the start when there is no power switch for a power cut", () => {
    const { make } = anEngine({
      scenario: "leader-crash",
      world: ({ clock, bus, nodes }) => ({ clock, bus, nodes }),
    });
    const error = refusal(make) as RigError;
    expect(error).toBeInstanceOf(RigError);
    expect(error.code).toBe("capability.fault");
    expect(error.message).toBe(
      'level "sim" can\'t inject fault "power-cut-1": power-cut needs a power switch; ' +
        "expected one of partition, loss, delay, crash, pause",
    );
  });

  it("is refused when the bus can't do what it asks for", () => {
    const { make } = anEngine({
      world: (world) => ({ ...world, bus: withOwn(world.bus, { faultKinds: ["loss"] }) }),
    });
    expect((refusal(make) as RigError).message).toContain("partition needs a bus that can keep");
  });
});

/** The port with some of its members replaced; the others stay methods of the original. */
function withOwn<T extends object>(port: T, own: Partial<T>): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = name in own ? own[name as keyof T] : target[name as keyof T];
      return typeof value === "function" && !(name in own) ? value.bind(target) : value;
    },
  });
}

describe("clients that live on the nodes", () => {
  const plan = aResidentPlan({ clientsAt: "both", seed: 5, operations: 30 });
  const worldWith = (residents: (own: ResidentControl) => ResidentControl | undefined): World => {
    const world = openSimulatedWorld(plan, (node) => makeNode(plan, node));
    const own = residents(world.nodes.residents as ResidentControl);
    return { ...world, nodes: withOwn(world.nodes, { residents: own } as Partial<NodeControl>) };
  };
  const outcomeIn = async (world: World) => {
    const { store } = await throughEngine(plan, world);
    const { outcome, reasons, nodesHistory } = judgeRun(evidenceOf(plan, store));
    return { outcome, codes: reasons.map(({ code }) => code), lost: nodesHistory?.lost };
  };

  it("are refused where the nodes run none", () => {
    const options = {
      plan,
      store: new MemoryStore(),
      teardown: new Teardown({ sleep: realSleep }),
    };
    const world = worldWith(() => undefined);
    expect(() => new RunEngine({ ...options, world })).toThrow("expected --clients host");
  });

  it("are judged by their own history, also where records come after their markers", async () => {
    const world = worldWith((own) => ({
      command: own.command.bind(own),
      listen: (onRecord) =>
        own.listen((record, timeNs) => {
          void world.clock
            .sleepUntil(timeNs + 2 * NS_PER_MS, new AbortController().signal)
            .then(() => onRecord(record, world.clock.nowNs()));
        }),
    }));
    expect(await outcomeIn(world)).toMatchObject({ outcome: "valid", lost: 0 });
  });

  it("leave the run unknown where one of their records is missing", async () => {
    const world = worldWith((own) => ({
      command: own.command.bind(own),
      listen: (onRecord) =>
        own.listen((record, timeNs) => {
          if (record.node !== 1 || record.number !== 4) onRecord(record, timeNs);
        }),
    }));
    const { outcome, codes, lost } = await outcomeIn(world);
    // By its number, and by its marker.
    expect({ outcome, lost }).toEqual({ outcome: "unknown", lost: 2 });
    expect(codes).toContain("lost-records");
  });
});

describe("a run that is interrupted", () => {
  it("closes its history, heals what is in force and says that its record is partial", async () => {
    const interrupt = new AbortController();
    const { plan, world, store, make } = anEngine({
      options: {
        onEvent: ({ kind }) => {
          if (kind === "injected") interrupt.abort("SIGINT");
        },
      },
    });
    const end = await make().run(interrupt.signal);
    expect(end).toEqual({
      partial: "interrupted by SIGINT",
      failure: null,
      teardown: [{ step: "heal partition-1", ok: true }],
    });
    expect(openAtEnd(store)).toEqual([]);
    expect(store.history.at(-1)).toMatchObject({ type: "info", error: "interrupted" });
    expect(store.records.at(-1)).toMatchObject({ type: "end", partial: end.partial });
    expect(evidenceOf(plan, store).teardown).toEqual(end.teardown);
    // Healed already: the same count again.
    const [fault] = plan.faults;
    const effects = await world.bus.heal(fault!, new AbortController().signal);
    expect(await world.bus.heal(fault!, new AbortController().signal)).toBe(effects);
  });

  it("brings stopped nodes back", async () => {
    const interrupt = new AbortController();
    const { world, make } = anEngine({
      scenario: "leader-crash",
      options: {
        onEvent: ({ kind }) => {
          if (kind === "injected") interrupt.abort("SIGINT");
        },
      },
    });
    const end = await make().run(interrupt.signal);
    expect(end.teardown).toEqual([{ step: "heal power-cut-1", ok: true }]);
    expect(await world.power?.state(0, new AbortController().signal)).toBe("on");
  });

  it("ends before the first operation when it is interrupted before the start", async () => {
    const { store, interrupt, run } = anEngine();
    interrupt.abort("SIGTERM");
    expect((await run()).partial).toBe("interrupted by SIGTERM");
    expect(store.history).toEqual([]);
    expect(store.records.at(-1)).toMatchObject({ type: "end" });
  });

  it("ends at its time limit", async () => {
    const { world, store, run } = anEngine({ options: { limitNs: 5 * NS_PER_MS } });
    expect((await run()).partial).toBe("it took longer than 0.005 s");
    expect(world.clock.nowNs()).toBeGreaterThanOrEqual(5 * NS_PER_MS);
    expect(world.clock.nowNs()).toBeLessThan(6 * NS_PER_MS);
    expect(openAtEnd(store)).toEqual([]);
  });
});

describe("faults that take their time", () => {
  const slowBus = (world: SimulatedWorld, delayNs: number): World => {
    const { bus, clock } = world;
    const inject: typeof bus.inject = async (fault, onEffect, signal) => {
      await clock.sleepUntil(clock.nowNs() + delayNs, signal);
      signal.throwIfAborted();
      return bus.inject(fault, onEffect, signal);
    };
    return { ...world, bus: withOwn(bus, { inject }) };
  };

  it("do not hold up the operations meanwhile", async () => {
    const events: string[] = [];
    let struckNs = 0;
    const { world, plan, store, run } = anEngine({
      world: (each) => slowBus(each, 2 * NS_PER_MS),
      options: {
        onEvent: ({ kind }, timeNs) => {
          if (kind === "injected") struckNs = timeNs;
          events.push(kind);
        },
      },
    });
    expect(await run()).toMatchObject({ partial: null, failure: null });
    const before = events.slice(0, events.indexOf("injected"));
    expect(before.filter((kind) => kind === "frame").length).toBeGreaterThan(12 * 2);
    expect(struckNs).toBeGreaterThan(2 * NS_PER_MS);
    expect(world.clock.nowNs()).toBeGreaterThan(struckNs);
    expect(judgeRun(evidenceOf(plan, store)).outcome).toBe("valid");
  });

  it("end the run when they never come into force, and are healed all the same", async () => {
    const { store, run } = anEngine({
      world: (each) => slowBus(each, Number.POSITIVE_INFINITY),
    });
    const end = await run();
    expect(end.partial).toBe(
      "it failed: waited 120 s for fault partition-1 to be in force; last seen: nothing",
    );
    expect(end.failure).toBeInstanceOf(RigError);
    expect(end.teardown).toEqual([{ step: "heal partition-1", ok: true }]);
    expect(openAtEnd(store)).toEqual([]);
  });

  it.each([
    ["settle before they are healed", 1_000 * NS_PER_MS, ["begins", "ends", "is healed"]],
    ["are healed even if they never settle", Number.POSITIVE_INFINITY, ["begins", "is healed"]],
  ])("%s when the run is interrupted meanwhile", async (_, delayNs, expected) => {
    const interrupt = new AbortController();
    const deeds: string[] = [];
    const { make } = anEngine({
      world: ({ clock, bus, ...others }) => {
        const inject: typeof bus.inject = async () => {
          deeds.push("begins");
          interrupt.abort("SIGINT");
          // It does not listen to its signal.
          await clock.sleepUntil(clock.nowNs() + delayNs, new AbortController().signal);
          deeds.push("ends");
        };
        const heal: typeof bus.heal = async () => deeds.push("is healed");
        return { ...others, clock, bus: withOwn(bus, { inject, heal }) };
      },
    });
    const end = await make().run(interrupt.signal);
    expect(end).toMatchObject({ partial: "interrupted by SIGINT", failure: null });
    expect(end.teardown).toEqual([{ step: "heal partition-1", ok: true }]);
    expect(deeds).toEqual(expected);
  });

  it("end the run when they fail", async () => {
    const failure = new Error("the switch does not answer");
    const { run } = anEngine({
      world: (each) => ({
        ...each,
        bus: withOwn(each.bus, { inject: () => Promise.reject(failure) }),
      }),
    });
    const end = await run();
    expect(end.failure).toBe(failure);
    expect(end.teardown).toEqual([{ step: "heal partition-1", ok: true }]);
  });
});

describe("a host that is late", () => {
  it("never turns the interpreter's time back", async () => {
    const times: number[] = [];
    const { run } = anEngine({
      world: (world) => ({ ...world, clock: lateClock(world.clock, 5 * NS_PER_MS) }),
      options: { onEvent: (_, timeNs) => times.push(timeNs) },
    });
    expect((await run()).partial).toBeNull();
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe("trouble with the world", () => {
  it("ends the run when a node does not boot", async () => {
    const failure = new Error("node 2: no boot message");
    const { store, run } = anEngine({
      world: (each) => ({
        ...each,
        nodes: withOwn(each.nodes, {
          boot: (node) => (node === 2 ? Promise.reject(failure) : Promise.resolve()),
        }),
      }),
    });
    expect(await run()).toMatchObject({ partial: "it failed: node 2: no boot message", failure });
    expect(store.history).toEqual([]);
  });

  it("says for which node it waited in vain, and what it saw of it", async () => {
    const { run } = anEngine({
      world: (each) => ({
        ...each,
        nodes: withOwn(each.nodes, {
          boot: (node) => (node === 3 ? new Promise(() => undefined) : Promise.resolve()),
        }),
      }),
    });
    expect((await run()).partial).toBe(
      "it failed: waited 120 s for node 3 to boot; last seen: it has power",
    );
  });

  it("ends the run when the rig's own channel is bus-off", async () => {
    let calls = 0;
    const { run } = anEngine({
      world: (each) => ({
        ...each,
        bus: withOwn(each.bus, { state: () => (++calls > 50 ? "bus-off" : "error-active") }),
      }),
    });
    expect((await run()).partial).toBe("the rig's own channel is bus-off");
  });

  it("counts frames that it has no place for as dropped", async () => {
    const { plan, store, run } = anEngine({ scenario: "happy", options: { queueCapacity: 0 } });
    expect((await run()).partial).toBeNull();
    const { bus } = evidenceOf(plan, store);
    expect(bus.dropped).toBeGreaterThan(0);
    expect(judgeRun(evidenceOf(plan, store)).outcome).toBe("unknown");
  });

  it.each([
    ["records", "record"],
    ["frames", "frame"],
  ] as const)("restores the world when there is no room left for %s", async (_, member) => {
    const { store, teardown, run } = anEngine();
    const failure = new RigError("output.write-failed", "no room left");
    const original = store[member].bind(store) as (...values: unknown[]) => void;
    let calls = 0;
    store[member] = (...values: unknown[]) => {
      if (++calls > 60) throw failure;
      original(...values);
    };
    let isOff = false;
    teardown.push({
      name: "power off",
      limitMs: 1_000,
      run: () => {
        isOff = true;
      },
    });
    const end = await run();
    expect(end.failure).toBe(failure);
    expect(end.partial).toBe("it failed: no room left");
    expect(isOff).toBe(true);
  });
});
