/**
 * Anomalies planted in histories of lists that are right by construction: each type is found,
 * wherever it is and whatever the keys, values and processes are called.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CheckResult } from "../../../rig/core/elle/index.ts";
import type { MicroOp } from "../../../rig/core/history/operation.ts";
import { aHistory, append, type HistoryBuilder, read } from "./histories.ts";
import { faultyPlans, plans, simulateLists } from "./simulated-store.ts";

/** On keys and processes that the store does not have; a process of its own for each part. */
const FAULTS: Readonly<Record<string, (history: HistoryBuilder) => unknown>> = {
  internal: (history) => history.run(90, append(91, 1), read(91, [2])).run(90, append(91, 2)),
  "future-read": (history) => history.run(90, read(91, [1]), append(91, 1), read(91, [1, 1])),
  G1a: (history) =>
    history
      .invoke(90, append(91, 1))
      .fail(90, append(91, 1))
      .run(90, read(91, [1])),
  G1b: (history) => history.run(90, append(91, 1), append(91, 2)).run(90, read(91, [1])),
  "duplicate-elements": (history) => history.run(90, append(91, 1)).run(90, read(91, [1, 1])),
  "garbage-read": (history) => history.run(90, read(91, [1])),
  "incompatible-order": (history) =>
    history
      .together([append(91, 1)], [append(91, 2)])
      .run(90, read(91, [1, 2]))
      .run(90, read(91, [2, 1])),
  "dirty-update": (history) =>
    history
      .invoke(90, append(91, 1))
      .fail(90, append(91, 1))
      .run(90, append(91, 2))
      .run(90, read(91, [1, 2])),
  "lost-update": (history) =>
    history.together([read(91, []), append(91, 1)], [read(91, []), append(91, 2)]),
  G0: (history) =>
    history
      .together([append(91, 1), append(92, 1)], [append(91, 2), append(92, 2)])
      .run(90, read(91, [1, 2]), read(92, [2, 1])),
  G1c: (history) =>
    history.together([append(91, 1), read(92, [1])], [append(92, 1), read(91, [1])]),
  "G-single-item": (history) =>
    history.together([append(91, 1), append(92, 1)], [read(91, []), read(92, [1])]),
  "G-nonadjacent-item": (history) =>
    history.together(
      [append(91, 1)],
      [append(92, 1)],
      [read(91, [1]), read(92, [])],
      [read(91, []), read(92, [1])],
    ),
  "G2-item": (history) =>
    history.together([read(91, []), append(92, 1)], [read(92, []), append(91, 1)]),
  "G0-realtime": (history) =>
    history
      .run(90, append(91, 1))
      .run(91, append(91, 2))
      .run(90, read(91, [2, 1])),
  "G1c-realtime": (history) => history.run(90, read(91, [1])).run(91, append(91, 1)),
  "G-single-item-realtime": (history) => history.run(90, append(91, 1)).run(91, read(91, [])),
  "G-nonadjacent-item-realtime": (history) =>
    history
      .invoke(90, append(92, 1), append(93, 1))
      .invoke(91, read(93, [1]), read(91, []))
      .run(92, append(91, 1))
      .run(93, read(92, []))
      .ok(90, append(92, 1), append(93, 1))
      .ok(91, read(93, [1]), read(91, [])),
  "G2-item-realtime": (history) =>
    history
      .invoke(90, append(91, 1), read(92, []))
      .run(91, append(92, 1))
      .run(92, read(91, []))
      .ok(90, append(91, 1), read(92, [])),
};

/** Only between operations of one process. */
const SESSION_FAULTS: typeof FAULTS = {
  "G0-process": (history) =>
    history
      .run(90, append(91, 1))
      .run(90, append(91, 2))
      .run(91, read(91, [2, 1])),
  "G1c-process": (history) => history.run(90, read(91, [1])).run(90, append(91, 1)),
  "G-single-item-process": (history) => history.run(90, append(91, 1)).run(90, read(91, [])),
  "G-nonadjacent-item-process": (history) =>
    history
      .invoke(90, append(91, 1))
      .invoke(91, append(92, 1))
      .run(92, read(91, [1]))
      .run(92, read(92, []))
      .run(93, read(92, [1]))
      .run(93, read(91, []))
      .ok(90, append(91, 1))
      .ok(91, append(92, 1)),
  "G2-item-process": (history) =>
    history
      .invoke(90, append(91, 1), read(92, []))
      .run(91, append(92, 1))
      .run(91, read(91, []))
      .ok(90, append(91, 1), read(92, [])),
};

/** Behind the history of the store, by processes of its own. */
function planted(
  plan: Parameters<typeof simulateLists>[0],
  plant: (history: HistoryBuilder) => unknown,
): HistoryBuilder {
  const { history } = simulateLists(plan);
  const shifted = aHistory();
  plant(shifted);
  for (const { type: kind, process, value } of shifted.operations) {
    history.add(kind, (process as number) + 1000, value);
  }
  return history;
}

const names = ({ valid, anomalyCounts, not, alsoNot }: CheckResult) => ({
  valid,
  anomalyCounts,
  not,
  alsoNot,
});

describe("an anomaly planted in a history of lists", () => {
  it.each([
    ...Object.entries(FAULTS).map((fault) => [...fault, "strict-serializable"] as const),
    ...Object.entries(SESSION_FAULTS).map(
      (fault) => [...fault, "strong-session-serializable"] as const,
    ),
  ])("is found: %s", (type, plant, model) => {
    fc.assert(
      fc.property(plans, (plan) => {
        const result = planted(plan, plant).check(model);
        expect(result.valid).toBe(false);
        expect(result.anomalyTypes).toContain(type);
      }),
      { numRuns: 40 },
    );
  });
});

function renamed(
  history: HistoryBuilder,
  rename: (mop: MicroOp) => MicroOp,
  processOf = (process: number) => process,
): HistoryBuilder {
  const other = aHistory();
  for (const { type, process, value } of history.operations) {
    other.add(type, processOf(process as number), value.map(rename));
  }
  return other;
}

describe("other names for keys, values and processes", () => {
  it("change nothing in the verdict", () => {
    fc.assert(
      fc.property(faultyPlans, fc.nat(1_000_000), (plan, salt) => {
        const { history } = simulateLists(plan);
        const element = (each: number) => (each * 7919 + salt) % 1_000_003;
        const mop = (each: MicroOp): MicroOp => {
          const key = 5_000 - each[1];
          if (each[0] === "append") return append(key, element(each[2]));
          const list = each[2] as readonly number[] | null;
          return read(key, list?.map(element) ?? null);
        };
        const other = renamed(history, mop, (process) => 1000 - process * 3);
        expect(names(other.check())).toEqual(names(history.check()));
      }),
      { numRuns: 200 },
    );
  });
});

describe("the order of keys that a transaction touches", () => {
  it("changes nothing in the verdict, as long as each key keeps its own order", () => {
    fc.assert(
      fc.property(faultyPlans, (plan) => {
        const { history } = simulateLists(plan);
        const other = aHistory();
        for (const { type, process, value } of history.operations) {
          const sorted = [...value].sort((a, b) => b[1] - a[1]);
          other.add(type, process as number, sorted);
        }
        expect(names(other.check())).toEqual(names(history.check()));
      }),
      { numRuns: 200 },
    );
  });
});
