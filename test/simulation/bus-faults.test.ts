/**
 * Faults of the bus in whole runs: each takes effect, and what follows from it on CAN is seen in
 * counters, error frames, repetitions and in what the nodes are told; no run goes wrong by it.
 */

import { describe, expect, it } from "vitest";
import { makeNode } from "../../rig/core/consensus/make-node.ts";
import type { NodeCore } from "../../rig/core/consensus/node-core.ts";
import { BUS_FAULT_KINDS, type BusFaultDetail } from "../../rig/core/fault/bus-faults.ts";
import type { Fault } from "../../rig/core/fault/fault.ts";
import { adversityOf } from "../../rig/core/plan/adversity.ts";
import { expectationOf } from "../../rig/core/plan/expectation.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import { NS_PER_MS } from "../../rig/core/time/time.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { aPlan } from "../support/plans.ts";
import { RecordedRun } from "../support/recorded-run.ts";
import { simulatePlan } from "../support/simulate.ts";

const ALL = [0, 1, 2, 3, 4];
const AGREEMENT = ["Propose", "Vote", "Confirm"];

function aRun(detail: BusFaultDetail, seed = 1, from = 30): RunPlan {
  const place = { start: { atOperation: from }, end: { atOperation: 70 } };
  const faults: Fault[] = [{ ...detail, id: "fault", ...place }];
  const plan = aPlan({ nodes: 5, operations: 100, seed, faults });
  const expectation = expectationOf(adversityOf(5, faults));
  const duringFaultsPercent = expectation.class === "tolerate" ? 50 : 0;
  return { ...plan, expectation, floors: { ...plan.floors, duringFaultsPercent } };
}

/** A finished run, and what the tests ask of it. */
function run(detail: BusFaultDetail) {
  const recorded = new RecordedRun(aRun(detail)).finish();
  const { bus, nodes } = recorded.statistics;
  const { fromNs, toNs, effects } = recorded.fault("fault");
  const states = recorded.records.flatMap((entry) => (entry.type === "bus-state" ? [entry] : []));
  const errors = recorded.frames.filter(({ frame }) => frame.error);
  const during = recorded.frames.filter(({ timeNs }) => timeNs > fromNs && timeNs < toNs);
  const controller = (node: number) => nodes[node]?.controller;
  return { recorded, bus, effects, states, errors, during, controller, fromNs, toNs };
}

/** What each is asked to do, and what it is expected to cost. */
const FAULTS: readonly (readonly [BusFaultDetail, "tolerate" | "safe-only"])[] = [
  [{ kind: "bit-error", nodes: [1], probability: 0.05 }, "tolerate"],
  [{ kind: "bit-error", nodes: [1], bit: 30, senders: [2], every: 5 }, "safe-only"],
  [{ kind: "error-burst", nodes: ALL, frames: 5, every: 100 }, "tolerate"],
  [{ kind: "emi", nodes: ALL, bitErrorRate: 0.00002 }, "tolerate"],
  [{ kind: "termination-missing", nodes: ALL, probability: 0.01 }, "tolerate"],
  [{ kind: "ground-shift", nodes: [0, 1], probability: 0.05 }, "tolerate"],
  [{ kind: "bit-timing-mismatch", nodes: [4], ppm: 11_500, samplePercent: 80 }, "tolerate"],
  [{ kind: "fd-intolerant-node", nodes: [4] }, "tolerate"],
  [{ kind: "double-receive", nodes: ALL, eof: "last", every: 10 }, "tolerate"],
  [{ kind: "double-receive", nodes: [1], eof: "last-but-one", every: 10 }, "tolerate"],
  [
    {
      kind: "omission",
      nodes: [1, 2],
      eof: "last-but-one",
      transmitter: "one-shot",
      every: 10,
    },
    "tolerate",
  ],
  [
    { kind: "omission", nodes: [1, 2], eof: "last-but-one", transmitter: "dies", senders: [0] },
    "tolerate",
  ],
  [{ kind: "error-passive", nodes: [0] }, "tolerate"],
  [{ kind: "bus-off", nodes: [0] }, "tolerate"],
  [{ kind: "silent-disable", nodes: [0] }, "tolerate"],
  [{ kind: "ack-starvation", nodes: [0] }, "tolerate"],
  [{ kind: "stuck-dominant" }, "safe-only"],
  [{ kind: "stuck-recessive" }, "safe-only"],
  [{ kind: "freeze", nodes: [0], holdNs: 2 * NS_PER_MS }, "safe-only"],
  [
    {
      kind: "segment-split",
      groups: [
        [0, 1],
        [2, 3, 4],
      ],
    },
    "safe-only",
  ],
  [{ kind: "isolate-one", nodes: [0] }, "tolerate"],
  [{ kind: "stub-open", nodes: [4] }, "tolerate"],
  [
    { kind: "janus", nodes: [0], receivers: [3, 4], messages: AGREEMENT, probability: 0.3 },
    "tolerate",
  ],
  [{ kind: "crc-residual", nodes: [4], messages: AGREEMENT, probability: 0.05 }, "tolerate"],
];

describe("a fault of the bus", () => {
  it.each(FAULTS.map(([detail, cost]) => [detail.kind, detail, cost] as const))(
    "of kind %s takes effect on every seed, and nothing goes wrong",
    (_kind, detail, cost) => {
      for (let seed = 1; seed <= 4; seed++) {
        const { outcome, reasons, faults, expectation } = judgeRun(
          simulatePlan(aRun(detail, seed)),
        );
        expect({ seed, outcome, reasons }).toMatchObject({ seed, outcome: "valid" });
        expect(faults[0]?.effects).toBeGreaterThan(0);
        expect(expectation.class).toBe(cost);
      }
    },
    30_000,
  );

  it("is tried in every kind, here or where it needs another beside it", () => {
    const tried = new Set(FAULTS.map(([{ kind }]) => kind));
    expect(BUS_FAULT_KINDS.filter((kind) => !tried.has(kind))).toEqual(["one-shot"]);
  });
});

describe("a run without faults", () => {
  it("has no error frame, no repetition and controllers at zero", () => {
    const recorded = new RecordedRun(aPlan({ nodes: 5, operations: 50 })).finish();
    const { bus, nodes } = recorded.statistics;
    expect(bus).toMatchObject({ errorFrames: 0, busOffs: 0, duplicates: 0 });
    const healthy = { state: "error-active", tec: 0, rec: 0, passives: 0, busOffs: 0 };
    expect(nodes.map(({ controller }) => controller)).toEqual(ALL.map(() => healthy));
    expect(recorded.frames.filter(({ frame }) => frame.error)).toEqual([]);
  });
});

describe("what follows from errors in frames", () => {
  it("is an error frame for each, in the capture with its class and place", () => {
    const { bus, effects, errors } = run({ kind: "bit-error", nodes: [1], probability: 0.05 });
    // In the last bit of end of frame a receiver has an overload condition, which is no error.
    expect([effects - 1, effects]).toContain(bus.errorFrames);
    expect(errors).toHaveLength(bus.errorFrames);
    for (const { frame } of errors) {
      // Protocol error, bus error, counters; the place is in the third byte.
      expect(frame.id & 0x288).toBe(0x288);
      expect(frame.data).toHaveLength(8);
    }
  });

  it("is noted as a stuff, form or bit error, as the bit hit has it", () => {
    const { errors } = run({ kind: "emi", nodes: ALL, bitErrorRate: 0.0001 });
    const types = new Set(errors.map(({ frame }) => (frame.data[2] ?? 0) & 0x1f));
    expect(types.size).toBeGreaterThan(2);
  });

  it("is a classic controller that destroys FD frames until it is error-passive", () => {
    const { bus, states } = run({ kind: "fd-intolerant-node", nodes: [4] });
    // One for the error, eight for the flag of the others behind its own, each time.
    expect(bus.errorFrames).toBe(15);
    expect(states[0]).toMatchObject({ node: 4, state: "error-passive", rec: 135 });
  });
});

describe("what follows from a controller's fault", () => {
  it("is bus-off after 32 errors in a row, then a restart", () => {
    const { bus, states } = run({ kind: "bus-off", nodes: [0] });
    const first = states.findIndex(({ state }) => state === "bus-off");
    expect(states.slice(0, first + 2)).toMatchObject([
      { node: 0, state: "error-passive", tec: 128 },
      { node: 0, state: "bus-off", tec: 256 },
      { node: 0, state: "error-active", tec: 0 },
    ]);
    expect(bus.errorFrames).toBe(32 * bus.busOffs);
    // 128 times eleven bits behind the restart.
    const [, off, back] = states;
    expect((back?.time ?? 0) - (off?.time ?? 0)).toBeGreaterThan(11.4 * NS_PER_MS);
  });

  it("is bus-off without an error frame where it was disabled", () => {
    const { bus, controller } = run({ kind: "silent-disable", nodes: [0] });
    expect(bus.errorFrames).toBe(0);
    expect(controller(0)).toMatchObject({ busOffs: bus.busOffs, passives: 0 });
  });

  it("is a lone node that is error-passive, repeats, and never goes bus-off", () => {
    const { bus, controller } = run({ kind: "ack-starvation", nodes: [0] });
    expect(controller(0)).toMatchObject({ passives: 1, busOffs: 0 });
    // Its passive flag disturbs nobody: all have the frame again and again.
    expect(bus.duplicates).toBeGreaterThan(50);
  });

  it("is the error state indicator in frames of an error-passive node", () => {
    const { effects, during } = run({ kind: "error-passive", nodes: [0] });
    const marked = during.filter(({ frame }) => frame.esi);
    expect(marked.length).toBeGreaterThan(10);
    expect(effects).toBe(marked.length);
    expect(marked.every(({ frame }) => (frame.id & 15) === 0)).toBe(true);
  });

  it("is a frame given up in one-shot mode when an error hits it", () => {
    const place = { start: { atOperation: 10 }, end: { atOperation: 90 } };
    const faults: Fault[] = [
      { kind: "one-shot", nodes: ALL, id: "mode", ...place },
      { kind: "bit-error", nodes: [3], probability: 0.05, id: "errors", ...place },
    ];
    const recorded = new RecordedRun(aPlan({ nodes: 5, operations: 100, faults })).finish();
    expect(recorded.fault("mode").effects).toBeGreaterThan(5);
    expect(recorded.statistics.bus.duplicates).toBe(0);
  });
});

describe("what follows from a fault of the wire", () => {
  it("is silence on a dominant bus, with receivers error-passive", () => {
    const { during, states } = run({ kind: "stuck-dominant" });
    expect(during.filter(({ frame }) => !frame.error)).toEqual([]);
    expect(states.filter(({ state }) => state === "error-passive").length).toBeGreaterThan(4);
  });

  it("is bus-off on a recessive one, for all who send", () => {
    const { during, bus } = run({ kind: "stuck-recessive" });
    expect(during.filter(({ frame }) => !frame.error)).toEqual([]);
    expect(bus.busOffs).toBeGreaterThan(4);
  });

  it("is two buses where it is cut, each with acknowledgements of its own", () => {
    const split = {
      kind: "segment-split",
      groups: [
        [0, 1],
        [2, 3, 4],
      ],
    } as const;
    const { during, errors, recorded, fromNs, toNs } = run(split);
    const sources = new Set(during.map(({ frame }) => frame.id & 15));
    expect([...sources]).toEqual(expect.arrayContaining([1, 2, 3, 4, 14]));
    expect(errors.length).toBeLessThan(3);
    expect(recorded.acknowledged(fromNs + NS_PER_MS, toNs)).toEqual([]);
  });

  it("is a node that repeats for nobody where its stub is open", () => {
    const { controller, bus } = run({ kind: "stub-open", nodes: [4] });
    expect(controller(4)).toMatchObject({ passives: 1, busOffs: 0 });
    expect(bus.errorFrames).toBeGreaterThan(100);
    expect(bus.duplicates).toBe(0);
  });
});

describe("a hit in end of frame, of votes of node 0", () => {
  const votes = { senders: [0], messages: ["Vote"] };

  /** For each frame of node 0, how often nodes 1 to 4 got it, and what the bus counted. */
  function received(detail: BusFaultDetail) {
    const counts = new Map<Uint8Array, number[]>();
    const plan = aRun(detail);
    const listening = (node: number): NodeCore => {
      const core = makeNode(plan, node);
      return {
        step(event, timeNs) {
          if (event.kind === "frame" && (event.frame.id & 15) === 0 && node > 0) {
            const own = counts.get(event.frame.data) ?? [0, 0, 0, 0];
            own[node - 1] = (own[node - 1] ?? 0) + 1;
            counts.set(event.frame.data, own);
          }
          return core.step(event, timeNs);
        },
      };
    };
    const recorded = new RecordedRun(plan, listening).finish();
    const odd = [...counts.values()].map(String).filter((each) => each !== "1,1,1,1");
    const { duplicates, errorFrames } = recorded.statistics.bus;
    const { effects } = recorded.fault("fault");
    return { outcomes: [...new Set(odd)], duplicates, errorFrames, effects };
  }

  it("in the last bit, transmitter alive: a duplicate to all", () => {
    const detail = { kind: "double-receive", nodes: [1], eof: "last", ...votes, every: 2 } as const;
    const { outcomes, duplicates } = received(detail);
    expect(outcomes).toEqual(["2,2,2,2"]);
    expect(duplicates).toBeGreaterThan(0);
  });

  it("in the last bit, transmitter dying: everybody has it, once", () => {
    const dies = { transmitter: "dies", eof: "last", ...votes } as const;
    const once = { outcomes: [], duplicates: 0, errorFrames: 1, effects: 1 };
    expect(received({ kind: "omission", nodes: [1, 2], ...dies })).toEqual(once);
  });

  it("in the last but one at node 1, transmitter alive: a duplicate to the others", () => {
    const detail = { kind: "double-receive", nodes: [1], eof: "last-but-one" } as const;
    const { outcomes, duplicates } = received({ ...detail, ...votes, every: 2 });
    expect(outcomes).toEqual(["1,2,2,2"]);
    expect(duplicates).toBeGreaterThan(0);
  });

  it("in the last but one at nodes 1 and 2, transmitter dying: they never get it", () => {
    const dies = { transmitter: "dies", eof: "last-but-one", ...votes } as const;
    const omitted = { outcomes: ["0,0,1,1"], duplicates: 0, errorFrames: 1, effects: 1 };
    expect(received({ kind: "omission", nodes: [1, 2], ...dies })).toEqual(omitted);
  });
});
