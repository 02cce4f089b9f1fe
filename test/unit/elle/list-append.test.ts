/**
 * Each anomaly of list-append in a history that has it, and in a neighbour that has it not.
 */

import { describe, expect, it } from "vitest";
import { checkListAppend } from "../../../rig/core/elle/index.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { aHistory, append, read } from "./histories.ts";

describe("anomalies of single reads", () => {
  it("finds a read of a failed append (G1a), but not of one with unknown outcome", () => {
    const failed = aHistory()
      .invoke(0, append(1, 1))
      .fail(0, append(1, 1))
      .run(1, read(1, [1]));
    failed.run(0, append(2, 1)).run(1, read(2, [1]));
    expect(failed.check()).toMatchObject({ valid: false, anomalyTypes: ["G1a"] });
    expect(failed.check().not).toEqual(["read-committed"]);
    const unknown = aHistory()
      .invoke(0, append(1, 1))
      .info(0, append(1, 1))
      .run(1, read(1, [1]));
    expect(unknown.check().valid).toBe(true);
  });

  it("finds a read of an intermediate state (G1b), but not in the writer itself", () => {
    const torn = aHistory()
      .together([append(1, 1), append(1, 2)], [read(1, [1])])
      .run(2, read(1, [1, 2]));
    expect(torn.check("read-committed").anomalyTypes).toEqual(["G1b"]);
    const own = aHistory()
      .run(0, append(1, 1), read(1, [1]), append(1, 2))
      .run(1, read(1, [1, 2]));
    expect(own.check()).toMatchObject({ valid: true, anomalyTypes: [] });
  });

  it("finds an element that is twice in a read", () => {
    const twice = aHistory()
      .run(0, append(1, 1))
      .run(1, read(1, [1, 1]));
    expect(twice.check("read-uncommitted").anomalyTypes).toEqual(["duplicate-elements"]);
    expect(
      aHistory()
        .run(0, append(1, 1))
        .run(1, read(1, [1]))
        .check().valid,
    ).toBe(true);
  });

  it("finds an element that nobody appended, under every model", () => {
    const made = aHistory()
      .run(0, append(1, 1))
      .run(1, read(1, [1, 9]));
    made.run(0, append(2, 1)).run(1, read(2, [1]));
    for (const model of ["strict-serializable", "read-uncommitted", "linearizable"]) {
      expect(made.check(model)).toMatchObject({ valid: false, anomalyTypes: ["garbage-read"] });
    }
    const unfinished = aHistory()
      .run(0, append(1, 1))
      .invoke(2, append(1, 9))
      .run(1, read(1, [1, 9]));
    expect(unfinished.check().valid).toBe(true);
  });

  it("tells garbage apart from the longest read where the order itself is allowed", () => {
    const made = aHistory()
      .run(0, append(1, 1))
      .run(0, append(1, 2))
      .run(1, read(1, [1, 2]))
      .run(2, read(1, [9]));
    expect(made.check().anomalyTypes).toContain("incompatible-order");
    expect(made.check().anomalyTypes).not.toContain("garbage-read");
    expect(made.check("read-uncommitted").anomalyTypes).toEqual(["garbage-read"]);
  });
});

describe("anomalies within a transaction", () => {
  it("finds reads that contradict the transaction's own appends (internal)", () => {
    const forgets = aHistory().run(0, append(1, 1), read(1, []));
    expect(forgets.check().anomalyTypes).toContain("internal");
    const remembers = aHistory().run(0, append(1, 1), read(1, [1]));
    expect(remembers.check().anomalyTypes).not.toContain("internal");
  });

  it("lets other appends come before its own, but not after", () => {
    const start = () => aHistory().run(0, append(1, 1));
    expect(
      start()
        .run(1, append(1, 2), read(1, [1, 2]))
        .check().valid,
    ).toBe(true);
    expect(
      start()
        .run(1, append(1, 2), read(1, [2, 1]))
        .check().anomalyTypes,
    ).toContain("internal");
  });

  it("takes nil and the empty list for different in one transaction", () => {
    const start = () =>
      aHistory()
        .run(0, append(2, 1))
        .run(1, read(2, [1]));
    expect(start().run(0, read(1, null), read(1, [])).check().anomalyTypes).toEqual(["internal"]);
    expect(start().run(0, read(1, []), read(1, null)).check().anomalyTypes).toEqual(["internal"]);
    expect(start().run(0, read(1, []), read(1, [])).check().valid).toBe(true);
    expect(
      start()
        .run(0, read(1, null), append(1, 1), read(1, [1]))
        .check().valid,
    ).toBe(true);
  });

  it("finds a change between two reads (internal)", () => {
    const changed = aHistory().together([append(1, 1)], [read(1, []), read(1, [1])]);
    expect(changed.check("read-atomic").anomalyTypes).toEqual(["internal"]);
    const steady = aHistory().together([append(1, 1)], [read(1, [1]), read(1, [1])]);
    expect(steady.check().valid).toBe(true);
  });

  it("finds a read of what the transaction appends later (future-read)", () => {
    const future = aHistory().run(0, read(1, [1]), append(1, 1));
    expect(future.check().anomalyTypes).toContain("future-read");
    const past = aHistory()
      .run(0, append(1, 1), read(1, [1]))
      .run(1, read(1, [1]));
    expect(past.check().valid).toBe(true);
  });
});

describe("anomalies of version orders", () => {
  it("finds reads that no single order explains", () => {
    const start = () => aHistory().together([append(1, 1)], [append(1, 2)]);
    const torn = start()
      .run(0, read(1, [1, 2]))
      .run(1, read(1, [2]));
    expect(torn.check("read-committed").anomalyTypes).toContain("incompatible-order");
    const fine = start()
      .run(0, read(1, [1, 2]))
      .run(1, read(1, [1, 2]));
    expect(fine.check().valid).toBe(true);
  });

  it("finds a success built on a failure (dirty-update)", () => {
    const start = () => aHistory().invoke(0, append(1, 1)).fail(0, append(1, 1));
    const dirty = start()
      .run(1, append(1, 2))
      .run(2, read(1, [1, 2]));
    expect(dirty.check().anomalyTypes).toEqual(["G1a", "dirty-update"]);
    const clean = start()
      .run(1, append(1, 2))
      .run(2, read(1, [2]));
    expect(clean.check().valid).toBe(true);
  });

  it("passes over unknown outcomes between the failure and the success", () => {
    const dirty = aHistory()
      .invoke(0, append(1, 1))
      .fail(0, append(1, 1))
      .invoke(0, append(1, 2))
      .info(0, append(1, 2));
    expect(
      dirty
        .run(1, append(1, 3))
        .run(2, read(1, [1, 2, 3]))
        .check().anomalyTypes,
    ).toContain("dirty-update");
  });

  it("finds two updates of the same state (lost-update)", () => {
    const start = () => aHistory().run(2, append(1, 1));
    const lost = start().together([read(1, [1]), append(1, 2)], [read(1, [1]), append(1, 3)]);
    expect(lost.check("snapshot-isolation").anomalyTypes).toContain("lost-update");
    expect(lost.check("snapshot-isolation").not).toEqual(["cursor-stability", "update-atomic"]);
    const kept = start().together([read(1, [1]), append(1, 2)], [read(1, [1, 2]), append(1, 3)]);
    expect(kept.check().valid).toBe(true);
  });
});

describe("cycles", () => {
  it("finds appends in opposite orders (G0)", () => {
    const writes = aHistory().together([append(1, 1), append(2, 1)], [append(1, 2), append(2, 2)]);
    const g0 = writes.run(2, read(1, [1, 2])).run(2, read(2, [2, 1]));
    expect(g0.check("serializable")).toMatchObject({
      anomalyTypes: ["G0"],
      not: ["read-uncommitted"],
    });
  });

  it("finds information that flows in a circle (G1c)", () => {
    const g1c = aHistory().together([append(1, 1), read(2, [1])], [append(2, 1), read(1, [1])]);
    expect(g1c.check()).toMatchObject({ anomalyTypes: ["G1c"], not: ["read-committed"] });
  });

  it("finds read skew (G-single-item) and not where the reader sees all or nothing", () => {
    const skewed = (second: number[]) =>
      aHistory().together([append(1, 1), append(2, 1)], [read(1, []), read(2, second)]);
    expect(skewed([1]).check()).toMatchObject({
      anomalyTypes: ["G-single-item"],
      not: ["consistent-view", "repeatable-read"],
    });
    expect(skewed([]).check().valid).toBe(true);
  });

  it("finds write skew (G2-item), which snapshot isolation allows", () => {
    const skew = aHistory()
      .together([read(1, []), append(2, 1)], [read(2, []), append(1, 1)])
      .run(2, read(1, [1]), read(2, [1]));
    expect(skew.check()).toMatchObject({ anomalyTypes: ["G2-item"], not: ["repeatable-read"] });
    expect(skew.check("snapshot-isolation")).toMatchObject({ valid: true, not: [] });
  });

  it("finds readers that disagree about an order (G-nonadjacent-item)", () => {
    const fork = aHistory().together(
      [append(1, 1)],
      [append(2, 1)],
      [read(1, [1]), read(2, [])],
      [read(1, []), read(2, [1])],
    );
    expect(fork.check("snapshot-isolation").anomalyTypes).toEqual(["G-nonadjacent-item"]);
  });

  it("finds a stale read only where time or sessions count", () => {
    const stale = aHistory().run(0, append(1, 1)).run(1, read(1, []));
    expect(stale.run(2, read(1, [1])).check()).toMatchObject({
      anomalyTypes: ["G-single-item-realtime"],
      not: ["strong-snapshot-isolation"],
    });
    expect(stale.check("serializable").valid).toBe(true);
    expect(stale.check("strong-session-serializable").valid).toBe(true);
    const own = aHistory()
      .run(0, append(1, 1))
      .run(0, read(1, []))
      .run(1, read(1, [1]));
    expect(own.check("strong-session-serializable").anomalyTypes).toEqual([
      "G-single-item-process",
    ]);
  });

  it("takes a stale read by an overlapping operation for valid", () => {
    const overlap = aHistory()
      .together([append(1, 1)], [read(1, [])])
      .run(2, read(1, [1]));
    expect(overlap.check().valid).toBe(true);
  });

  it("reports that a cycle exists where the found one has another type", () => {
    const skew = aHistory()
      .run(0, read(1, []), append(2, 1))
      .run(1, read(2, []), append(1, 1))
      .run(2, read(1, [1]), read(2, [1]));
    expect(skew.check()).toMatchObject({
      anomalyTypes: ["G2-item", "strong-snapshot-isolation-cycle-exists"],
      not: ["repeatable-read", "strong-snapshot-isolation"],
    });
  });

  it("orders appends that no read shows after the last version read", () => {
    const unseen = aHistory()
      .run(0, append(1, 1))
      .run(1, append(1, 2))
      .run(2, read(1, [1]));
    expect(unseen.check().anomalyTypes).toEqual(["G-single-item-realtime"]);
  });

  it("says that it gave up when the steps run out, and keeps what it found", () => {
    const stale = aHistory()
      .run(0, append(1, 1))
      .run(1, read(1, []))
      .run(2, read(1, [1]));
    const result = stale.check("strict-serializable", 0);
    expect(result.anomalyTypes).toContain("cycle-search-timeout");
    expect(result.valid).toBe(false);
  });

  it("is unknown, never valid, when the steps run out before any forbidden cycle is found", () => {
    const writeSkew = aHistory().together([read(1, []), append(2, 1)], [read(2, []), append(1, 1)]);
    expect(writeSkew.check("snapshot-isolation").valid).toBe(true);
    const result = writeSkew.check("snapshot-isolation", 0);
    expect(result.valid).toBe("unknown");
    expect(result.anomalyTypes).toEqual(["cycle-search-timeout"]);
    expect(writeSkew.check("serializable", 0).valid).toBe(false);
  });

  it("says that it gave up when there are too many edges to look at", () => {
    const each = Array.from({ length: 12 }, (_, i) => [read(1, []), append(1, i + 1)]);
    const table = aHistory()
      .together(...each)
      .table();
    const check = (mostEdges: number) =>
      checkListAppend(table, { consistency: "read-committed", mostEdges });
    expect(check(1_000).valid).toBe(true);
    const result = check(100);
    expect(result.valid).toBe("unknown");
    expect(result.anomalyTypes).toEqual(["cycle-search-timeout"]);
  });
});

describe("the result", () => {
  it("is unknown when nothing relates two transactions", () => {
    const lonely = aHistory().run(0, append(1, 1));
    expect(lonely.check("serializable")).toMatchObject({
      valid: "unknown",
      anomalyTypes: ["empty-transaction-graph"],
      operations: 1,
    });
  });

  it("counts the operations of type ok", () => {
    const history = aHistory().run(0, append(1, 1)).invoke(1, append(1, 2)).info(1, append(1, 2));
    expect(history.run(0, read(1, [1])).check().operations).toBe(2);
  });

  it("explains a cycle edge by edge, with operations, key and elements", () => {
    const skew = aHistory().together([append(1, 7), append(2, 8)], [read(1, []), read(2, [8])]);
    const [anomaly] = skew.check().anomalies;
    expect(anomaly?.explanation).toBe(
      "T1 is operation 2 (process 0, 0 ns to 2.000 us): append 1 7, append 2 8. " +
        "T2 is operation 3 (process 1, 1.000 us to 3.000 us): r 1 [], r 2 [8]. " +
        "T1 comes before T2 (wr): T2 read key 2 as [8], so it saw 8 of T1. " +
        "T2 comes before T1 (rw): T2 read key 1 as [], so it missed 7, which T1 appended right " +
        "after that. " +
        "So T1 would have to come before itself: a contradiction.",
    );
    expect(anomaly?.cycle?.map((step) => [step.from, step.to, step.relation])).toEqual([
      [2, 3, "wr"],
      [3, 2, "rw"],
    ]);
  });

  it("keeps a few anomalies of a type and counts them all", () => {
    const history = aHistory().invoke(0, append(1, 1)).fail(0, append(1, 1));
    for (let i = 0; i < 20; i++) history.run(1, read(1, [1]));
    const result = history.check();
    expect(result.anomalyCounts["G1a"]).toBe(20);
    expect(result.anomalies.length).toBeLessThan(20);
  });

  it("warns when the model forbids nothing that can be seen", () => {
    const history = aHistory()
      .run(0, append(1, 1))
      .run(1, read(1, [1]));
    expect(history.check("causal").warnings).toHaveLength(1);
    expect(history.check().warnings).toEqual([]);
  });

  it("refuses a model that it does not know, and lists those it does", () => {
    const refuse = () => aHistory().run(0, append(1, 1)).check("serialisable");
    expect(refuse).toThrow(RigError);
    expect(refuse).toThrow(/unknown consistency model "serialisable"; expected one of .*PL-3/);
  });

  it("refuses an element that is appended to a key twice", () => {
    const twice = aHistory().run(0, append(1, 1)).run(1, append(1, 1));
    expect(() => twice.check()).toThrow(
      "line 3: 1 is appended to key 1 a second time (first on line 1); expected each element once",
    );
  });
});
