/**
 * Each anomaly of rw-register in a history that has it, and in a neighbour that has it not.
 */

import { describe, expect, it } from "vitest";
import { checkRwRegister } from "../../../rig/core/elle/index.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";
import { aRegisterHistory, type RegisterOp, r, w } from "./histories.ts";
import { CYCLES } from "./register-cycles.ts";

describe("anomalies of single reads", () => {
  it("finds a read of a failed write (G1a), but not of one with unknown outcome", () => {
    const start = () => aRegisterHistory().invoke(0, w(1, 1));
    const failed = start().fail(0, w(1, 1)).run(1, r(1, 1)).run(2, w(1, 2));
    expect(failed.check()).toMatchObject({ valid: false, anomalyTypes: ["G1a"] });
    expect(failed.check().not).toEqual(["read-committed"]);
    const unknown = start().info(0, w(1, 1)).run(1, r(1, 1)).run(2, w(1, 2));
    expect(unknown.check().valid).toBe(true);
  });

  it("finds a read of a value that the writer wrote over (G1b), but not in the writer", () => {
    const torn = aRegisterHistory().together([w(1, 1), w(1, 2)], [r(1, 1)]);
    expect(torn.run(2, r(1, 2)).check().anomalyTypes).toEqual(["G1b"]);
    const own = aRegisterHistory().run(0, w(1, 1), r(1, 1), w(1, 2));
    expect(own.run(2, r(1, 2)).check().valid).toBe(true);
  });

  it("warns of a value that nobody wrote, as Elle lets it pass", () => {
    const made = () => aRegisterHistory().run(0, w(1, 1)).run(1, r(1, 9));
    const { valid, warnings } = made().check();
    expect(valid).toBe(true);
    expect(warnings.join()).toContain("read 9 in key 1, which no operation ever wrote");
    expect(aRegisterHistory().run(0, w(1, 1)).run(1, r(1, 1)).check().warnings).toHaveLength(1);
  });

  it("calls made-up values an anomaly if it is told to", () => {
    const start = () => aRegisterHistory().run(0, w(2, 1), w(1, 1)).run(1, r(2, 1));
    const made = start().run(1, r(1, 9));
    expect(made.check("read-uncommitted", { forbidGarbage: true })).toMatchObject({
      valid: false,
      anomalyTypes: ["garbage-read"],
    });
    const pending = start().invoke(2, w(1, 9)).run(1, r(1, 9));
    expect(pending.check("read-uncommitted", { forbidGarbage: true }).valid).toBe(true);
  });
});

describe("anomalies within a transaction", () => {
  it.each<[string, RegisterOp[], RegisterOp[]]>([
    ["its own write", [w(1, 1), r(1, 2)], [w(1, 1), r(1, 1)]],
    ["its own read", [r(1, 2), r(1)], [r(1, 2), r(1, 2)]],
    ["its own read of nil", [r(1), r(1, 2)], [r(1), r(1)]],
    ["its last write", [w(1, 1), w(1, 3), r(1, 1)], [w(1, 1), w(1, 3), r(1, 3)]],
  ])("finds a read that contradicts %s (internal)", (_, mops, neighbour) => {
    const found = aRegisterHistory()
      .together([w(1, 2)], mops)
      .check("read-atomic");
    expect(found.anomalyTypes).toContain("internal");
    const { anomalyTypes } = aRegisterHistory()
      .together([w(1, 2)], neighbour)
      .check("read-atomic");
    expect(anomalyTypes).not.toContain("internal");
  });
});

describe("lost updates", () => {
  it("are found where two transactions write over the same value", () => {
    const lost = aRegisterHistory()
      .run(2, w(1, 1))
      .together([r(1, 1), w(1, 2)], [r(1, 1), w(1, 3)]);
    expect(lost.check("repeatable-read").anomalyTypes).toEqual(["lost-update"]);
    const kept = aRegisterHistory()
      .run(2, w(1, 1))
      .together([r(1, 1), w(1, 2)], [r(1, 2), w(1, 3)]);
    expect(kept.check().valid).toBe(true);
  });

  it("are found where both read nil", () => {
    const lost = aRegisterHistory().together([r(1), w(1, 2)], [r(1), w(1, 3)]);
    expect(lost.check().anomalyTypes).toEqual(["G2-item", "lost-update"]);
  });

  it("are not told of blind writes", () => {
    const blind = aRegisterHistory()
      .run(2, w(1, 1))
      .together([r(1, 1), w(1, 2)], [w(1, 3)]);
    expect(blind.check().valid).toBe(true);
  });
});

describe("cycles", () => {
  it.each(Object.entries(CYCLES))("%s is found, and not next to it", (type, histories) => {
    const [model, history, neighbour] = histories;
    expect(history.check(model).anomalyTypes).toEqual([type]);
    expect(neighbour.check(model)).toMatchObject({ valid: true, anomalyTypes: [] });
  });

  it("G0 is found where processes show that two writers cross", () => {
    const crossed = (...last: RegisterOp[]) =>
      aRegisterHistory()
        .together([w(1, 1), w(2, 2)], [w(1, 2), w(2, 1)])
        .run(2, r(1, 1))
        .run(2, r(1, 2))
        .run(3, r(2, 1))
        .run(3, ...last);
    const options = { sequentialKeys: true };
    expect(crossed(r(2, 2)).check("read-uncommitted", options).anomalyTypes).toEqual(["G0"]);
    expect(crossed(r(2, 2)).check("read-uncommitted").valid).toBe(true);
    expect(crossed(r(2, 1)).check("read-uncommitted", options).valid).toBe(true);
  });

  it("G0 of process and realtime are found where the later write comes earlier", () => {
    const turned = (writer: number) =>
      aRegisterHistory()
        .run(0, w(1, 1))
        .run(writer, w(1, 2))
        .together([], [], [r(1, 2)], []);
    const seen = (writer: number) => turned(writer).run(2, r(1, 1));
    const options = { transactionOrder: new Map([1, 3].map((index) => [index, -index])) };
    expect(seen(1).check("strong-read-uncommitted", options).anomalyTypes).toEqual(["G0-realtime"]);
    expect(seen(1).check("strong-session-read-uncommitted", options).valid).toBe(true);
    expect(seen(0).check("strong-session-read-uncommitted", options).anomalyTypes).toEqual([
      "G0-process",
    ]);
    expect(turned(1).check("strong-read-uncommitted").valid).toBe(true);
  });

  it("are told as existing where none of a type is explained as such", () => {
    const skew = aRegisterHistory().run(0, r(1), w(2, 1)).run(1, r(2), w(1, 1));
    expect(skew.check()).toMatchObject({
      anomalyTypes: ["G2-item", "strong-snapshot-isolation-cycle-exists"],
      not: ["repeatable-read", "strong-snapshot-isolation"],
    });
    expect(skew.check("strong-snapshot-isolation").anomalyTypes).toEqual([
      "strong-snapshot-isolation-cycle-exists",
    ]);
    expect(skew.check("snapshot-isolation").valid).toBe(true);
  });

  it("are explained with what orders the versions", () => {
    const [anomaly] = CYCLES["G-single-item"]?.[1].check().anomalies ?? [];
    expect(anomaly?.explanation).toBe(
      "T1 is operation 2 (process 0, 0 ns to 2.000 us): w 1 1, w 2 1. " +
        "T2 is operation 3 (process 1, 1.000 us to 3.000 us): r 1 nil, r 2 1. " +
        "T1 comes before T2 (wr): T2 read key 2 as 1, which T1 wrote. " +
        "T2 comes before T1 (rw): T2 read key 1 as nil, before T1 wrote 1 to it. " +
        "So T1 would have to come before itself: a contradiction.",
    );
    expect(anomaly?.cycle?.[1]).toMatchObject({ from: 3, to: 2, relation: "rw", next: "1" });
  });
});

describe("what is known of the order of versions", () => {
  /** The reader misses the update of key 1, but not what the updater wrote to key 2. */
  const missed = () =>
    aRegisterHistory()
      .run(3, w(1, 1))
      .together([r(1, 1), w(1, 2), w(2, 1)], [r(1, 1), r(2, 1)]);

  it("can be that writes follow reads", () => {
    expect(missed().check("serializable").valid).toBe(true);
    const result = missed().check("serializable", { wfrKeys: true });
    expect(result.anomalyTypes).toEqual(["G-single-item"]);
    expect(result.anomalies[0]?.explanation).toContain("(writes follow reads)");
  });

  it("can be the order of transactions", () => {
    const ordered = (first: number, second: number) =>
      aRegisterHistory()
        .run(3, w(1, 1))
        .together([w(1, 2), w(2, 1)], [r(1, 1), r(2, 1)])
        .check("serializable", {
          transactionOrder: new Map([
            [1, first],
            [4, second],
          ]),
        });
    const { anomalies, anomalyTypes } = ordered(1, 2);
    expect(anomalyTypes).toEqual(["G-single-item"]);
    expect(anomalies[0]?.explanation).toContain("(the given order of transactions)");
    expect(ordered(2, 1).valid).toBe(true);
  });

  it("can be the order within each process", () => {
    const missedInTurn = (process: number) => missed().run(process, r(1, 1)).run(4, r(1, 2));
    const options = { sequentialKeys: true };
    expect(missedInTurn(4).check("serializable", options).anomalyTypes).toEqual(["G-single-item"]);
    expect(missedInTurn(5).check("serializable", options).valid).toBe(true);
  });

  it("can be real time", () => {
    const seen = (value: number) =>
      aRegisterHistory()
        .invoke(0, w(1, 2), w(2, 1))
        .invoke(1, r(1), r(2))
        .run(3, w(1, 1))
        .run(4, r(1, value))
        .ok(0, w(1, 2), w(2, 1))
        .ok(1, r(1, 1), r(2, 1));
    const options = { linearizableKeys: true };
    const result = seen(2).check("serializable", options);
    expect(result.anomalyTypes).toEqual(["G-single-item"]);
    expect(result.anomalies[0]?.explanation).toContain("(real time)");
    expect(seen(2).check("serializable").valid).toBe(true);
    expect(seen(1).check("serializable", options).valid).toBe(true);
  });

  it("is told to be circular, and that source not used", () => {
    const turned = (...last: [number, number]) =>
      aRegisterHistory()
        .together([w(1, 1)], [w(1, 2)])
        .run(2, r(1, 1))
        .run(2, r(1, 2))
        .run(3, r(1, last[0]))
        .run(3, r(1, last[1]));
    const options = { sequentialKeys: true };
    const result = turned(2, 1).check("read-uncommitted", options);
    expect(result).toMatchObject({ valid: false, anomalyTypes: ["cyclic-versions"] });
    expect(result.anomalies[0]).toMatchObject({ key: "1", operations: [2, 3] });
    expect(turned(1, 2).check("read-uncommitted", options).valid).toBe(true);
    expect(turned(2, 1).check("read-uncommitted").valid).toBe(true);
  });

  it("is circular where real time turns back", () => {
    const written = () => aRegisterHistory().run(0, w(1, 1)).run(1, w(1, 2)).run(2, r(1, 2));
    const options = { linearizableKeys: true };
    expect(written().run(3, r(1, 1)).check("read-uncommitted", options).anomalyTypes).toEqual([
      "cyclic-versions",
    ]);
    expect(written().run(3, r(1, 2)).check("read-uncommitted", options).valid).toBe(true);
  });

  it("is circular where nil is read after a value", () => {
    const forgotten = (value: number | null) =>
      aRegisterHistory().run(0, w(1, 1)).run(0, r(1, value));
    const options = { sequentialKeys: true };
    expect(forgotten(null).check("read-uncommitted", options).anomalyTypes).toEqual([
      "cyclic-versions",
    ]);
    expect(forgotten(1).check("read-uncommitted", options).valid).toBe(true);
  });
});

describe("a history that tells nothing", () => {
  it("is unknown, not valid", () => {
    const apart = aRegisterHistory().together([w(1, 1)], [w(2, 1)]);
    expect(apart.check()).toMatchObject({
      valid: "unknown",
      anomalyTypes: ["empty-transaction-graph"],
    });
    expect(aRegisterHistory().check().valid).toBe("unknown");
  });

  it("comes with a warning where nothing orders versions", () => {
    const history = () => aRegisterHistory().run(0, w(1, 1)).run(1, r(1, 1));
    expect(history().check().warnings[0]).toMatch(/^nothing but nil orders the versions/);
    expect(history().check("serializable", { wfrKeys: true }).warnings).toEqual([]);
    const completed = aRegisterHistory().ok(0, w(1, 1)).ok(1, r(1, 1));
    expect(completed.check("serializable", { linearizableKeys: true }).warnings[0]).toMatch(
      /^no operation of type invoke/,
    );
  });
});

describe("histories that can't be judged", () => {
  it("have a value that was read and has two writers", () => {
    const twice = () => aRegisterHistory().run(0, w(1, 1)).run(1, w(1, 1));
    expect(twice().check().valid).not.toBe(false);
    expect(() => twice().run(2, r(1, 1)).check()).toThrow(
      "line 4: 1 is written to key 1 a second time (first on line 2), and read; expected each " +
        "value once",
    );
  });

  it.each([
    ['[["append",1,1]]', "line 1: operation 0 has an append; expected r and w of rw-register"],
    ['[["r",1,[1]]]', "line 1: operation 0 has a read of a list; expected r and w of rw-register"],
    ['[["w",1,null]]', "line 1: nil is written to key 1; expected another value, nil is what a"],
  ])("have %s", (value, message) => {
    const text = `{"index":0,"type":"ok","process":0,"value":${value}}`;
    const table = readHistory(new TextEncoder().encode(text));
    expect(() => checkRwRegister(table, { consistency: "serializable" })).toThrow(message);
  });

  it("mix keys of several kinds, or integers of several widths", () => {
    const check = (...values: string[]) => {
      const ok = (value: string) => `{"type":"ok","process":0,"value":[${value}]}`;
      const table = readHistory(new TextEncoder().encode(values.map(ok).join("\n")));
      return checkRwRegister(table, { consistency: "serializable" });
    };
    expect(() => check('["w",1,1]', '["r",1,1],["w","1",1]')).toThrow(
      'line 2: operation 1: key "1" is a string, but key 1 before it is an integer; expected ' +
        "keys of one kind",
    );
    expect(() => check('["w",1,1],["w",1,9223372036854775808]', '["r",1,1]')).toThrow(
      "line 1: operation 0 has a value beyond 64 bits among smaller integers; expected",
    );
    expect(
      check('["w",1,1],["w",1,9223372036854775807]', '["r",1,9223372036854775807]').valid,
    ).toBe(true);
    expect(check('["w",1,1]', '["r",1,1],["w",1,"1"]').valid).toBe(true);
  });
});

describe("long histories", () => {
  it("get the type of a cycle with few steps, though all operations lie between its ends", () => {
    const history = aRegisterHistory().run(0, w(0, 1));
    for (let key = 1; key < 500; key++) history.run(0, r(key)).run(1, r(0, 1)).run(1, w(key, 1));
    const options = { searchSteps: 100_000 };
    expect(history.check("strict-serializable", options).valid).toBe(true);
    history.run(2, r(0));
    expect(history.check("strict-serializable", options).anomalyTypes).toEqual([
      "G-single-item-realtime",
    ]);
  });

  it("are judged fast though everyone read nil before everyone wrote", () => {
    const history = aRegisterHistory();
    for (let i = 0; i < 10_000; i++) history.run(i % 10, r(1));
    for (let i = 0; i < 10_000; i++) history.run(i % 10, w(1, i));
    const options = { wfrKeys: true, sequentialKeys: true, linearizableKeys: true };
    expect(history.check("strict-serializable", options).valid).toBe(true);
  });
});
