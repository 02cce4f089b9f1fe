/**
 * A sound run, spoilt in one thing at a time: the verdict must not stay valid. These are the ways
 * in which rigs have called a system sound that nobody had looked at.
 */

import { describe, expect, it } from "vitest";
import { isClientOperation, type Operation } from "../../../rig/core/history/operation.ts";
import type { RunEvidence } from "../../../rig/core/run/evidence.ts";
import { judgeRun } from "../../../rig/core/verdict/judge.ts";
import { simulate } from "../../support/simulate.ts";

const SOUND = simulate({ scenario: "message-loss", seed: 1 });

function judged(change: Partial<RunEvidence>) {
  const { outcome, asExpected, reasons, counts, check } = judgeRun({ ...SOUND, ...change });
  return { outcome, asExpected, codes: reasons.map(({ code }) => code), counts, check };
}

function withOperations(change: (operation: Operation) => Operation): RunEvidence["operations"] {
  return SOUND.operations.map(change);
}

/** The first append that was acknowledged and seen by a read of another process. */
function aSeenAppend(): { readonly process: number; readonly index: number } {
  const seen = new Set<string>();
  for (const { type, value } of SOUND.operations) {
    if (type !== "ok" || !Array.isArray(value)) continue;
    for (const [f, key, list] of value) {
      if (f === "r") for (const element of list as number[]) seen.add(`${key}/${element}`);
    }
  }
  const found = SOUND.operations.find(
    (operation) =>
      isClientOperation(operation) &&
      operation.type === "ok" &&
      operation.value.some(([f, key, element]) => f === "append" && seen.has(`${key}/${element}`)),
  );
  if (found === undefined || !isClientOperation(found)) throw new Error("no append was seen");
  return found;
}

describe("a sound run", () => {
  it("is valid, and as expected", () => {
    expect(judged({})).toMatchObject({ outcome: "valid", asExpected: true });
  });

  it("in which nothing was read is unknown", () => {
    const operations = withOperations((operation) => {
      if (!isClientOperation(operation)) return operation;
      return { ...operation, value: operation.value.filter(([f]) => f === "append") };
    });
    expect(judged({ operations })).toMatchObject({ outcome: "unknown" });
    expect(judged({ operations }).codes).toContain("nothing-read");
  });

  it("whose final reads are missing is unknown", () => {
    const healedNs = SOUND.phases.healedNs ?? 0;
    const operations = SOUND.operations.filter(({ time }) => time < healedNs);
    expect(judged({ operations }).outcome).toBe("unknown");
    expect(judged({ operations }).codes).toContain("final-reads-missing");
  });

  it("whose fault took no effect is unknown", () => {
    const faults = SOUND.faults.map((fault) => ({ ...fault, effects: 0 }));
    expect(judged({ faults })).toMatchObject({ outcome: "unknown", asExpected: false });
    expect(judged({ faults }).codes).toContain("idle-fault");
  });

  it("that dropped frames is unknown", () => {
    const { outcome, codes } = judged({ bus: { ...SOUND.bus, dropped: 1 } });
    expect([outcome, codes]).toEqual(["unknown", expect.arrayContaining(["dropped-frames"])]);
  });

  it("in which too little was acknowledged is unknown", () => {
    let kept = 0;
    const operations = withOperations((operation) => {
      if (operation.type !== "ok" || kept++ % 3 === 0) return operation;
      const { index, f, process, time } = operation;
      const invoke = SOUND.operations.findLast(
        (each) => each.process === process && each.type === "invoke" && each.index < index,
      );
      return { index, type: "info", f, process, time, value: invoke?.value ?? null };
    });
    expect(judged({ operations }).outcome).toBe("unknown");
    expect(judged({ operations }).codes).toContain("too-few-acknowledged");
  });

  it("has rates and latencies that its clients can account for", () => {
    // Little's law: what is under way is rate times latency, and each client has one operation.
    const { latency, durationNs, counts } = judgeRun(simulate({ scenario: "happy", seed: 1 }));
    const rate = counts.ok / (durationNs / 1000);
    const underWay = rate * (latency.meanUs ?? 0);
    expect(underWay).toBeLessThanOrEqual(SOUND.plan.workload.clients);
    expect(underWay).toBeGreaterThan(SOUND.plan.workload.clients / 2);
  });

  it("that had to be detected as faulty is not as expected", () => {
    const expectation = { class: "must-detect", why: "a planted bug" } as const;
    const { outcome, asExpected } = judged({ plan: { ...SOUND.plan, expectation } });
    expect([outcome, asExpected]).toEqual(["valid", false]);
  });
});

describe("an unknown outcome", () => {
  it("recorded as a failure makes a false anomaly, recorded as info none", () => {
    const { index } = aSeenAppend();
    const as = (type: "fail" | "info") =>
      withOperations((operation) =>
        operation.index === index && isClientOperation(operation)
          ? {
              ...operation,
              type,
              value: operation.value.map((microOp) =>
                microOp[0] === "r" ? (["r", microOp[1], null] as const) : microOp,
              ),
            }
          : operation,
      );
    expect(judged({ operations: as("fail") }).check.anomalyTypes).toContain("G1a");
    expect(judged({ operations: as("info") }).check.valid).toBe(true);
  });

  it("is counted apart from success and failure", () => {
    const { counts } = judged({});
    expect(counts.ok + counts.fail + counts.info).toBe(counts.issued);
    const { index } = aSeenAppend();
    const operations = withOperations((operation) =>
      operation.index === index ? { ...operation, type: "info" } : operation,
    );
    expect(judged({ operations }).counts).toEqual({
      ...counts,
      ok: counts.ok - 1,
      info: counts.info + 1,
    });
  });
});
