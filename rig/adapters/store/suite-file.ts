/**
 * Suite files: which scenarios, at which sizes, on how many seeds. Paths in it start at the file's
 * own folder.
 */

import { dirname, join } from "node:path";
import { z } from "zod";
import type { WorkloadModel } from "../../core/elle/result.ts";
import { OPERATIONS_MAX, SEED_MAX } from "../../core/plan/make-plan.ts";
import { NODES_MAX, WORKLOADS } from "../../core/plan/plan.ts";
import type { Scenario } from "../../core/plan/scenario.ts";
import { nameSchema } from "./faults/parts.ts";
import { fields, oneOf, parseFields, whole } from "./fields.ts";
import { scenarioIn } from "./scenario-file.ts";
import { YamlDocument } from "./yaml-document.ts";

export const SEEDS_MAX = 1_000_000;

const reference = z.string({ error: "expected a scenario's name or file" }).min(1);

const entrySchema = fields({
  scenario: reference,
  nodes: whole(1, NODES_MAX).optional(),
  operations: whole(1, OPERATIONS_MAX).optional(),
  workload: oneOf(WORKLOADS).optional(),
  seeds: whole(1, SEEDS_MAX).optional(),
});

export const suiteSchema = fields({
  suite: nameSchema.optional(),
  seed: whole(0, SEED_MAX).optional(),
  seeds: whole(1, SEEDS_MAX).optional(),
  scenarios: z
    .array(z.unknown(), { error: "expected a list of scenarios" })
    .min(1, { error: "expected a list of at least one scenario" })
    .max(1000, { error: "expected at most 1000 scenarios" }),
});

export interface SuiteFileEntry {
  /** Name of a built-in scenario, or path of a file. */
  readonly scenario: string;
  readonly nodes: number | undefined;
  readonly operations: number | undefined;
  readonly workload: WorkloadModel | undefined;
  readonly seeds: number | undefined;
}

export type SuiteOrScenario =
  | { readonly kind: "scenario"; readonly scenario: Scenario }
  | {
      readonly kind: "suite";
      readonly seed: number | undefined;
      readonly seeds: number | undefined;
      readonly entries: readonly SuiteFileEntry[];
    };

/** A file of either kind; a list of scenarios makes it a suite. */
export function readSuiteOrScenario(path: string): SuiteOrScenario {
  const document = new YamlDocument(path);
  const { value } = document;
  const isSuite = typeof value === "object" && value !== null && "scenarios" in value;
  if (!isSuite) return { kind: "scenario", scenario: scenarioIn(document) };
  const { seed, seeds, scenarios } = parseFields(suiteSchema, document, { value, at: [] });
  const entries = scenarios.map((each, index): SuiteFileEntry => {
    const at = ["scenarios", index];
    const entry =
      typeof each === "string"
        ? { scenario: each }
        : parseFields(entrySchema, document, { value: each, at });
    const nothing = { nodes: undefined, operations: undefined, workload: undefined };
    const { scenario, nodes, operations, workload } = { ...nothing, ...entry };
    const own = "seeds" in entry ? entry.seeds : undefined;
    const place = isScenarioFile(scenario) ? join(dirname(path), scenario) : scenario;
    return { scenario: place, nodes, operations, workload, seeds: own };
  });
  return { kind: "suite", seed, seeds, entries };
}

/** Whether a scenario is named by a file, rather than by the name of a built-in one. */
export function isScenarioFile(reference: string): boolean {
  return /[/\\]|\.(?:ya?ml|json)$/i.test(reference);
}
