/**
 * Elle's own answers, recorded beside this checkout: the verdict, the anomalies named and the
 * models ruled out agree on every history.
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

const MODELS = ["strict-serializable", "serializable", "snapshot-isolation", "read-committed"];

function check(path: string, consistency: string): CheckResult {
  return checkListAppend(readHistory(readFileSync(new URL(path, CORPUS))), { consistency });
}

describe.skipIf(!existsSync(new URL("elle/expected.jsonl", CORPUS)))("recorded answers", () => {
  it.each(MODELS)("agree under %s", (consistency) => {
    const lines = readFileSync(new URL("elle/expected.jsonl", CORPUS), "utf8").trim().split("\n");
    const expected = lines
      .map((line) => JSON.parse(line) as Expected)
      .filter((line) => line.model === "list-append" && line.consistency === consistency);
    expect(expected).toHaveLength(300);
    for (const { file, valid, anomalyTypes, not, alsoNot } of expected) {
      const result = check(`elle/${file}`, consistency);
      if (valid === "error") {
        expect([file, result.valid, result.anomalyTypes[0]]).toEqual([file, false, "garbage-read"]);
      } else {
        expect(result, file).toMatchObject({ valid, anomalyTypes, not, alsoNot });
      }
    }
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
