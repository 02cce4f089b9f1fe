/**
 * Recorded answers: those of our own example histories, and elle-cli's on the histories that ship
 * with it, which lie beside this checkout.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHECKERS, type ModelName, type ModelOptions } from "../../../rig/core/checkers/index.ts";
import { readOperations } from "../../../rig/core/history/read-operations.ts";

const OWN = new URL("examples/", import.meta.url);
const ELLE_CLI = new URL("../../../../shared/corpus/elle-cli/", import.meta.url);

interface Answer {
  readonly model: string;
  readonly options?: ModelOptions;
  readonly valid?: boolean | "unknown";
  readonly errors?: Readonly<Record<string, number>>;
}

function answersIn(folder: URL): [string, Answer][] {
  const text = readFileSync(new URL("expected.json", folder), "utf8");
  return Object.entries(JSON.parse(text) as Record<string, Answer>);
}

function check(folder: URL, file: string, { model, options }: Answer) {
  const operations = readOperations(readFileSync(new URL(file, folder)));
  return CHECKERS[model as ModelName].check(operations, options);
}

describe("our own examples", () => {
  it.each(answersIn(OWN))("%s", (file, answer) => {
    const { valid, errorCounts } = check(OWN, file, answer);
    expect({ valid, errors: errorCounts }).toEqual({ valid: answer.valid, errors: answer.errors });
  });

  it("have each model in a valid and in an invalid history", () => {
    const answers = answersIn(OWN);
    for (const model of Object.keys(CHECKERS)) {
      const valid = answers
        .filter(([, each]) => each.model === model)
        .map(([, each]) => each.valid);
      expect(new Set(valid), model).toEqual(new Set([true, false]));
    }
    const files = readdirSync(OWN).filter((file) => file !== "expected.json");
    expect(answers.map(([file]) => file).sort()).toEqual(files.sort());
  });
});

describe.skipIf(!existsSync(ELLE_CLI))("the answers of elle-cli", () => {
  const answers = existsSync(ELLE_CLI) ? answersIn(ELLE_CLI) : [];
  const ours = answers.filter(([, { model }]) => model in CHECKERS);

  it("are there", () => {
    expect(ours).toHaveLength(12);
  });

  it.each(ours)("are ours on %s", (file, answer) => {
    expect(check(ELLE_CLI, file, answer).valid).toBe(answer.valid);
  });
});
