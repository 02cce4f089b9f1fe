/**
 * Files that went wrong on their way: bytes flipped, lines cut, swapped or doubled, words changed.
 * Whatever is in them, there is a verdict or an error of one line, and soon. The variable
 * RIG_MANGLED_FILES says how many are tried.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECKERS, type WorkloadModel } from "../../../rig/core/elle/index.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { faultyPlans, simulateLists, simulateRegisters } from "./simulated-store.ts";

const RUNS = Number(process.env["RIG_MANGLED_FILES"] ?? 200);

const WORDS = ["null", "nil", "-1", "1e9", '"w"', '"append"', "[]", "{}", "[[[", '"', ",", "99"];
const TYPES = ["invoke", "ok", "fail", "info", "r", "w", "append", "index", "value", "process"];

interface Entry {
  readonly value: unknown;
}

/** The same history in the forms that files come in. */
const FORMS: readonly ((operations: readonly Entry[]) => string)[] = [
  (operations) => operations.map((operation) => JSON.stringify(operation)).join("\n"),
  (operations) => JSON.stringify(operations).replaceAll("},{", "},\n{"),
  (operations) =>
    operations
      .map((operation) =>
        JSON.stringify(operation)
          .replaceAll(/"(\w+)":/g, ":$1 ")
          .replaceAll("null", "nil"),
      )
      .join("\n"),
];

const damages = fc.array(
  fc.record({ kind: fc.nat(6), at: fc.nat(100_000), other: fc.nat(100_000) }),
  { minLength: 1, maxLength: 4 },
);

function damaged(text: string, { kind, at, other }: { kind: number; at: number; other: number }) {
  const lines = text.split("\n");
  const [line, second] = [at % lines.length, other % lines.length];
  const place = at % Math.max(1, text.length);
  switch (kind) {
    case 0:
      return text.slice(0, place) + String.fromCharCode(other % 256) + text.slice(place + 1);
    case 1:
      return lines.filter((_, number) => number !== line).join("\n");
    case 2:
      [lines[line], lines[second]] = [lines[second] as string, lines[line] as string];
      return lines.join("\n");
    case 3:
      lines.splice(line, 0, lines[second] as string);
      return lines.join("\n");
    case 4:
      return text.slice(0, place) + WORDS[other % WORDS.length] + text.slice(place);
    case 5:
      lines[line] = (lines[line] as string).replace(
        TYPES[at % TYPES.length] as string,
        TYPES[other % TYPES.length] as string,
      );
      return lines.join("\n");
    default:
      return text.slice(0, place);
  }
}

function outcome(model: WorkloadModel, bytes: Uint8Array): unknown {
  try {
    return CHECKERS[model](readHistory(bytes), {
      consistency: "strict-serializable",
      wfrKeys: true,
      sequentialKeys: true,
      linearizableKeys: true,
    }).valid;
  } catch (error) {
    if (!(error instanceof RigError)) throw error;
    expect(error.code).toBe("input.malformed");
    expect(error.message).not.toMatch(/[\r\n]/);
    return "refused";
  }
}

describe.each(["list-append", "rw-register"] as const)("a mangled file of %s", (model) => {
  it(`gets a verdict or an error of one line, in ${RUNS} tries`, () => {
    const outcomes = new Set<unknown>();
    fc.assert(
      fc.property(faultyPlans, fc.nat(2), damages, (plan, form, list) => {
        const { operations } = (model === "list-append" ? simulateLists : simulateRegisters)(
          plan,
        ).history;
        const text = list.reduce(damaged, FORMS[form]?.(operations) ?? "");
        const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
        for (const each of Object.keys(CHECKERS) as WorkloadModel[]) {
          outcomes.add(outcome(each, bytes));
        }
      }),
      { numRuns: RUNS },
    );
    expect(outcomes).toContain("refused");
    expect(outcomes.size).toBeGreaterThan(1);
  }, 600_000);
});
