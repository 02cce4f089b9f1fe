/**
 * What a history is asked: several models at once, anomalies by name beside or instead of them,
 * and the warning where nothing that is asked for can be found.
 */

import { describe, expect, it } from "vitest";
import { checkListAppend, checkRwRegister } from "../../../rig/core/elle/index.ts";
import { knownAnomalies } from "../../../rig/core/elle/lattice.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";

const bytes = (lines: readonly string[]) => new TextEncoder().encode(lines.join("\n"));
const ok = (process: number, value: string) =>
  `{"type":"ok","process":${process},"value":${value}}`;

/** Two transactions that each missed the other's append: G2-item. */
const WRITE_SKEW = readHistory(
  bytes([ok(0, '[["r",1,[]],["append",2,1]]'), ok(1, '[["r",2,[]],["append",1,1]]')]),
);
const REGISTER = readHistory(bytes([ok(0, '[["w",1,1]]'), ok(1, '[["r",1,1]]')]));

function ask(consistency: string | readonly string[], anomalies: readonly string[] = []) {
  return checkListAppend(WRITE_SKEW, { consistency, anomalies });
}

describe("consistency models", () => {
  it("count together", () => {
    expect(ask(["snapshot-isolation", "read-committed"]).valid).toBe(true);
    expect(ask(["snapshot-isolation", "repeatable-read"])).toMatchObject({
      valid: false,
      anomalyTypes: ["G2-item"],
      not: ["repeatable-read"],
    });
  });

  it("may be none: then only made-up values count", () => {
    expect(ask([])).toMatchObject({
      valid: true,
      warnings: ["neither a consistency model nor an anomaly is asked for: all pass"],
    });
  });

  it.each(["linearizable", "sequential", "causal", "PRAM", "1SR", "monotonic-reads"])(
    "that forbid nothing come with a warning: %s",
    (model) => {
      const text = `${model} forbids no anomaly that this checker knows: all pass`;
      expect(ask(model)).toMatchObject({ valid: true, warnings: [text] });
      expect(ask([model, "serializable"])).toMatchObject({ valid: false, warnings: [text] });
    },
  );
});

describe("anomalies by name", () => {
  it("count instead of models, with what implies them", () => {
    expect(ask([], ["G2"])).toMatchObject({ valid: false, anomalyTypes: ["G2-item"] });
    expect(ask([], ["G1"])).toMatchObject({ valid: true, anomalyTypes: [] });
  });

  it("count beside models, and what is found names the models ruled out as ever", () => {
    expect(ask("snapshot-isolation", ["G2-item"])).toMatchObject({
      valid: false,
      anomalyTypes: ["G2-item"],
      not: ["repeatable-read"],
    });
  });

  it("bring real time or process order in where they speak of it", () => {
    const lines = [
      '{"type":"invoke","process":0,"value":[["append",1,1]]}',
      '{"type":"ok","process":0,"value":[["append",1,1]]}',
      '{"type":"invoke","process":1,"value":[["r",1,null]]}',
      '{"type":"ok","process":1,"value":[["r",1,[]]]}',
    ];
    const check = (anomaly: string) =>
      checkListAppend(readHistory(bytes(lines)), { consistency: [], anomalies: [anomaly] });
    expect(check("G2-item-realtime").anomalyTypes).toEqual(["G-single-item-realtime"]);
    expect(check("G2-item-process").anomalyTypes).toEqual([]);
  });

  it.each([
    ["G-cursor", "list-append"],
    ["predicate-read-miss", "list-append"],
    ["cyclic-versions", "list-append"],
    ["future-read", "rw-register"],
  ])("that the checker does not look for come with a warning: %s in %s", (anomaly, model) => {
    const options = { consistency: [], anomalies: [anomaly] };
    const check = model === "rw-register" ? checkRwRegister : checkListAppend;
    const table = model === "rw-register" ? REGISTER : WRITE_SKEW;
    expect(check(table, options).warnings[0]).toBe(
      `the checker of ${model} does not look for ${anomaly}: it is never found`,
    );
  });

  it("are refused where the name is none, with those that are", () => {
    expect(() => ask([], ["G3"])).toThrow(RigError);
    expect(() => ask([], ["G3"])).toThrow(/^unknown anomaly "G3"; expected one of G-MSR, /);
    expect(knownAnomalies()).toEqual(
      expect.arrayContaining(["G0", "G1a", "G-single-item-realtime", "PL-SS-cycle-exists"]),
    );
  });
});
