/**
 * Plan files: a fault list of the user's own, a whole plan as `rig plan --json` prints it, or the
 * `run.json` of a run folder, each as JSON or YAML.
 */

import type { Fault } from "../../core/fault/fault.ts";
import { planIssues } from "../../core/plan/make-plan.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { ScenarioFault } from "../../core/plan/scenario.ts";
import { scenarioFault } from "./fault-fields.ts";
import { faultSchema } from "./fault-schema.ts";
import { fieldError, parseFields } from "./fields.ts";
import { explicitFaultSchema, planSchema } from "./plan-schema.ts";

import { type FieldPath, YamlDocument } from "./yaml-document.ts";

export type PlanFile =
  | { readonly kind: "plan"; readonly plan: RunPlan }
  | { readonly kind: "faults"; readonly faults: readonly ScenarioFault[] };

/** Throws `input.unreadable` or `input.malformed` with file, line, column and field. */
export function readPlanFile(path: string): PlanFile {
  const document = new YamlDocument(path);
  const { value } = document;
  if (Array.isArray(value)) return faultList(document, value, []);
  if (isMapping(value)) {
    if (isMapping(value["plan"])) return wholePlan(document, value["plan"], ["plan"]);
    if ("schema" in value) return wholePlan(document, value, []);
    const { faults } = value;
    if (Array.isArray(faults) && Object.keys(value).length === 1) {
      return faultList(document, faults, ["faults"]);
    }
  }
  const text = "expected a list of faults, or a plan as `rig plan --json` prints it";
  throw document.malformed([], text);
}

function wholePlan(document: YamlDocument, value: unknown, at: FieldPath): PlanFile {
  // Only the compiler thinks that what is absent might be there as undefined.
  const plan = parseFields(planSchema, document, { value, at }) as RunPlan;
  const [issue] = planIssues(plan);
  if (issue === undefined) return { kind: "plan", plan };
  throw fieldError(document, [...at, ...issue.path], issue.text);
}

function faultList(document: YamlDocument, list: readonly unknown[], at: FieldPath): PlanFile {
  const faults = list.map((value, index): ScenarioFault => {
    const options = { value, at: [...at, index] };
    return isExplicit(value)
      ? (parseFields(explicitFaultSchema, document, options) as Fault)
      : scenarioFault(parseFields(faultSchema, document, options));
  });
  return { kind: "faults", faults };
}

/** As a plan has it, rather than as scenario files have it. */
function isExplicit(value: unknown): boolean {
  return isMapping(value) && (isMapping(value["start"]) || "minNs" in value);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
