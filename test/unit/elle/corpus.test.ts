/**
 * Elle's own answers, recorded beside this checkout: the verdict, the anomalies named and the
 * models ruled out agree on every history.
 */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHECKERS, type CheckResult, type WorkloadModel } from "../../../rig/core/elle/index.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";

const CORPUS = new URL("../../../../shared/corpus/", import.meta.url);

interface Answer {
  readonly valid: boolean | "unknown" | "error";
  readonly anomalyTypes: readonly string[];
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
}

interface Expected extends Answer {
  readonly file: string;
  readonly model: WorkloadModel;
  /** For registers at most one: what may be assumed. */
  readonly options?: Readonly<Record<string, boolean>>;
  readonly consistency: string;
}

const MODELS = ["strict-serializable", "serializable", "snapshot-isolation", "read-committed"];

function check(path: string, line: Omit<Expected, keyof Answer | "file">): CheckResult {
  const { model, consistency, options = {} } = line;
  return CHECKERS[model](readHistory(readFileSync(new URL(path, CORPUS))), {
    consistency,
    wfrKeys: options["wfr-keys"] === true,
    sequentialKeys: options["sequential-keys"] === true,
    linearizableKeys: options["linearizable-keys"] === true,
  });
}

describe.skipIf(!existsSync(new URL("elle/expected.jsonl", CORPUS)))("recorded answers", () => {
  const expectedOf = (model: WorkloadModel, consistency: string) =>
    readFileSync(new URL("elle/expected.jsonl", CORPUS), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Expected)
      .filter((line) => line.model === model && line.consistency === consistency);

  it.each(MODELS)("agree on lists under %s", (consistency) => {
    const expected = expectedOf("list-append", consistency);
    expect(expected).toHaveLength(300);
    for (const line of expected) {
      const { file, valid, anomalyTypes, not, alsoNot } = line;
      const result = check(`elle/${file}`, line);
      if (valid === "error") {
        expect([file, result.valid, result.anomalyTypes[0]]).toEqual([file, false, "garbage-read"]);
      } else {
        expect(result, file).toMatchObject({ valid, anomalyTypes, not, alsoNot });
      }
    }
  });

  it.each(MODELS)("agree on registers under %s, whatever may be assumed", (consistency) => {
    const expected = expectedOf("rw-register", consistency);
    expect(expected.length % 300).toBe(0);
    for (const line of expected) {
      const { file, options, valid, anomalyTypes, not, alsoNot } = line;
      const name = `${file} ${JSON.stringify(options ?? {})}`;
      expect(check(`elle/${file}`, line), name).toMatchObject({
        valid,
        anomalyTypes,
        not,
        alsoNot,
      });
    }
  });

  it("agree on the examples of elle-cli", () => {
    const text = readFileSync(new URL("elle-cli/expected.json", CORPUS), "utf8");
    const files = JSON.parse(text) as Record<
      string,
      { model: WorkloadModel; byModel?: Record<string, { valid: boolean; anomalyTypes: string[] }> }
    >;
    for (const [file, { model, byModel }] of Object.entries(files)) {
      if (CHECKERS[model] === undefined) continue;
      for (const [consistency, answer] of Object.entries(byModel ?? {})) {
        expect(check(`elle-cli/${file}`, { model, consistency }), file).toMatchObject(answer);
      }
    }
  });
});
