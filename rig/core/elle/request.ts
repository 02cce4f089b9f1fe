/**
 * What a history is asked: which consistency models it should keep and which anomalies, by name,
 * it should be free of. Both together say which anomalies count; asked for nothing, all pass.
 */

import { canonicalModel, forbiddenBy, friendlyName, knownAnomaly } from "./lattice.ts";
import { CYCLE_MODELS, cycleExistsType } from "./lattice-data.ts";
import type { CheckOptions, WorkloadModel } from "./result.ts";

export interface CheckRequest {
  /** Canonical names. */
  readonly models: readonly string[];
  readonly anomalies: readonly string[];
  /** All that is forbidden by a model, or is or implies an anomaly that was asked for. */
  readonly forbidden: ReadonlySet<string>;
}

/** Throws `usage.unknown-model` or `usage.option` for a name that is none. */
export function requestOf({ consistency, anomalies = [] }: CheckOptions): CheckRequest {
  const names = typeof consistency === "string" ? [consistency] : consistency;
  const models = names.map(canonicalModel);
  const asked = anomalies.map(knownAnomaly);
  return { models, anomalies: asked, forbidden: forbiddenBy(models, asked) };
}

const FOUND_IN_BOTH = [
  ...["", "-process", "-realtime"].flatMap((tier) =>
    ["G0", "G1c", "G-single-item", "G-nonadjacent-item", "G2-item"].map((name) => name + tier),
  ),
  ...CYCLE_MODELS.map(cycleExistsType),
  "G1a",
  "G1b",
  "internal",
  "lost-update",
  "garbage-read",
];

/** What the checker of each workload can find; the lattice knows more names. */
const FOUND: Readonly<Record<WorkloadModel, ReadonlySet<string>>> = {
  "list-append": new Set([
    ...FOUND_IN_BOTH,
    "future-read",
    "dirty-update",
    "duplicate-elements",
    "incompatible-order",
  ]),
  "rw-register": new Set([...FOUND_IN_BOTH, "cyclic-versions"]),
};

/** What was asked for and can't be answered by this checker: such requests always pass. */
export function requestWarnings(
  { models, anomalies, forbidden }: CheckRequest,
  workload: WorkloadModel,
): string[] {
  const isFound = (types: Iterable<string>) => {
    for (const type of types) if (FOUND[workload].has(type)) return true;
    return false;
  };
  const texts: string[] = [];
  if (forbidden.size === 0 && models.length === 0) {
    texts.push("neither a consistency model nor an anomaly is asked for: all pass");
  }
  for (const model of models) {
    if (isFound(forbiddenBy([model]))) continue;
    texts.push(`${friendlyName(model)} forbids no anomaly that this checker knows: all pass`);
  }
  for (const anomaly of anomalies) {
    if (isFound(forbiddenBy([], [anomaly]))) continue;
    texts.push(`the checker of ${workload} does not look for ${anomaly}: it is never found`);
  }
  return texts;
}
