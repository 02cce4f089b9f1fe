/** Reads back from a `suite.json` what failed: each plan with the seeds to repeat. */

import { readFileSync } from "node:fs";
import { z } from "zod";
import type { RunPlan } from "../../core/plan/plan.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { fields } from "./fields.ts";
import { unreadable } from "./lines.ts";
import { planFields, seedSchema } from "./plan-schema.ts";

export interface FailedEntry {
  readonly plan: Omit<RunPlan, "seed">;
  /** None where every run came out as expected. */
  readonly seeds: readonly number[];
}

const suiteSchema = z.looseObject({
  schema: z.literal(1),
  scenarios: z.array(
    z.looseObject({
      plan: fields(planFields),
      runs: z.array(z.looseObject({ seed: seedSchema, asExpected: z.boolean() })),
    }),
  ),
});

/** Throws `input.unreadable` or `input.malformed`. */
export function readFailed(path: string): readonly FailedEntry[] {
  const parsed = suiteSchema.safeParse(jsonOf(path));
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join(".") ?? "";
    throw malformed(path, field === "" ? "" : ` (see ${field})`);
  }
  return parsed.data.scenarios.map(({ plan, runs }) => ({
    // Only the compiler thinks that what is absent might be there as undefined.
    plan: plan as FailedEntry["plan"],
    seeds: runs.filter(({ asExpected }) => !asExpected).map(({ seed }) => seed),
  }));
}

function jsonOf(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(path, "");
  }
}

function malformed(path: string, where: string): RigError {
  return new RigError(
    "input.malformed",
    `${path}: expected the suite.json of a suite, of schema 1${where}`,
  );
}
