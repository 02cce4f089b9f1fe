/** What every checker of histories keeps, whoever does the judging. */

import { describe, expect, it } from "vitest";
import type { CheckAnswer, Checker, CheckRequest } from "../../rig/ports/checker.ts";
import { readGeneralOperations } from "../support/history-files.ts";

const HISTORIES = new URL("../../fixtures/histories/", import.meta.url);
const NEVER = new AbortController().signal;

export function requestFor(name: string, fields: Partial<CheckRequest> = {}): CheckRequest {
  const file = new URL(name, HISTORIES).pathname;
  return {
    file,
    model: name.startsWith("register-") ? "rw-register" : "list-append",
    consistency: "strict-serializable",
    options: {},
    operations: async () => readGeneralOperations(file),
    ...fields,
  };
}

const READ_SKEW: CheckAnswer = {
  valid: false,
  anomalyTypes: ["G-single-item"],
  not: ["consistent-view", "repeatable-read"],
  alsoNot: [
    "forward-consistent-view",
    "serializable",
    "snapshot-isolation",
    "strong-serializable",
    "strong-session-serializable",
    "strong-session-snapshot-isolation",
    "strong-snapshot-isolation",
    "update-serializable",
  ],
};
const WRITE_SKEW: CheckAnswer = {
  valid: false,
  anomalyTypes: ["G2-item"],
  not: ["repeatable-read"],
  alsoNot: ["serializable", "strong-serializable", "strong-session-serializable"],
};
const VALID: CheckAnswer = { valid: true, anomalyTypes: [], not: [], alsoNot: [] };

export function checkerContract(name: string, make: () => Checker): void {
  describe(`a checker: ${name}`, () => {
    it.each([
      ["read-skew.edn", READ_SKEW],
      ["write-skew.json", WRITE_SKEW],
      ["valid.edn", VALID],
      ["register-valid.jsonl", VALID],
    ])("answers in Elle's words on %s", async (file, answer) => {
      const found = await make().check(requestFor(file), NEVER);
      expect(found).toMatchObject(answer);
    });

    it("keeps the consistency model that is asked for", async () => {
      const request = requestFor("write-skew.json", { consistency: "serializable" });
      expect(await make().check(request, NEVER)).toMatchObject(WRITE_SKEW);
    });

    it("refuses a model that it doesn't have", async () => {
      const request = requestFor("valid.edn", { model: "spreadsheet" });
      await expect(make().check(request, NEVER)).rejects.toMatchObject({
        code: "usage.unknown-model",
      });
    });

    it("answers several histories, one after another", async () => {
      const checker = make();
      const first = await checker.check(requestFor("read-skew.edn"), NEVER);
      const second = await checker.check(requestFor("valid.edn"), NEVER);
      expect([first.valid, second.valid]).toEqual([false, true]);
    });
  });
}
