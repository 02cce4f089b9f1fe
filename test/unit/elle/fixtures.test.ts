/**
 * The histories under fixtures/histories, in all three forms, with the answers they must get. Those
 * of registers have it in their names; what may be assumed stands behind the model.
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHECKERS } from "../../../rig/core/elle/index.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";

const FOLDER = new URL("../../../fixtures/histories/", import.meta.url);

type Answers = Record<string, { valid: boolean; anomalyTypes: string[]; not: string[] }>;

const expected = JSON.parse(readFileSync(new URL("expected.json", FOLDER), "utf8")) as Record<
  string,
  Answers
>;

describe("fixtures", () => {
  it("all have expected answers", () => {
    const files = readdirSync(FOLDER).filter((file) => file !== "expected.json");
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.entries(expected))("%s gets them", (file, answers) => {
    const history = readHistory(readFileSync(new URL(file, FOLDER)));
    const check = CHECKERS[file.startsWith("register-") ? "rw-register" : "list-append"];
    for (const [question, answer] of Object.entries(answers)) {
      const [consistency = "", ...assumed] = question.split(" ");
      const options = {
        consistency,
        wfrKeys: assumed.includes("wfr-keys"),
        sequentialKeys: assumed.includes("sequential-keys"),
        linearizableKeys: assumed.includes("linearizable-keys"),
      };
      expect(check(history, options), question).toMatchObject(answer);
    }
  });
});
