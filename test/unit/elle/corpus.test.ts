/**
 * Elle's own answers, recorded beside this checkout: the verdict and the models ruled out agree on
 * every history. The types of cycles named may differ in a few, where Elle picks among several
 * cycles by the order of a hash set; the number that agree is held here so that it only grows.
 */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type CheckResult, checkListAppend } from "../../../rig/core/elle/index.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";

const CORPUS = new URL("../../../../shared/corpus/", import.meta.url);

interface Expected {
  readonly file: string;
  readonly model: string;
  readonly consistency: string;
  readonly valid: boolean | "unknown" | "error";
  readonly anomalyTypes: readonly string[];
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
}

const TYPES_THAT_AGREE: Readonly<Record<string, number>> = {
  "strict-serializable": 294,
  serializable: 296,
  "snapshot-isolation": 296,
  "read-committed": 298,
};

function check(path: string, consistency: string): CheckResult {
  return checkListAppend(readHistory(readFileSync(new URL(path, CORPUS))), { consistency });
}

describe.skipIf(!existsSync(new URL("elle/expected.jsonl", CORPUS)))("recorded answers", () => {
  it.each(Object.keys(TYPES_THAT_AGREE))("agree under %s", (consistency) => {
    const lines = readFileSync(new URL("elle/expected.jsonl", CORPUS), "utf8").trim().split("\n");
    const expected = lines
      .map((line) => JSON.parse(line) as Expected)
      .filter((line) => line.model === "list-append" && line.consistency === consistency);
    expect(expected).toHaveLength(300);
    let agreeing = 0;
    for (const { file, valid, anomalyTypes, not, alsoNot } of expected) {
      const result = check(`elle/${file}`, consistency);
      if (valid === "error") {
        expect([file, result.valid, result.anomalyTypes[0]]).toEqual([file, false, "garbage-read"]);
        continue;
      }
      expect([file, result.valid, result.not, result.alsoNot]).toEqual([file, valid, not, alsoNot]);
      if (result.anomalyTypes.join() === anomalyTypes.join()) agreeing++;
    }
    expect(agreeing).toBeGreaterThanOrEqual(TYPES_THAT_AGREE[consistency] as number);
  });

  it("agree on the list-append examples of elle-cli", () => {
    const text = readFileSync(new URL("elle-cli/expected.json", CORPUS), "utf8");
    const files = JSON.parse(text) as Record<
      string,
      { model: string; byModel?: Record<string, { valid: boolean; anomalyTypes: string[] }> }
    >;
    for (const [file, { model, byModel }] of Object.entries(files)) {
      if (model !== "list-append") continue;
      for (const [consistency, answer] of Object.entries(byModel ?? {})) {
        expect(check(`elle-cli/${file}`, consistency), file).toMatchObject(answer);
      }
    }
  });
});
