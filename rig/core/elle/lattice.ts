/**
 * Questions to the lattice of consistency models: which model a name means, which anomalies a
 * model forbids, and which models a set of anomalies rules out.
 */

import { RigError } from "../verdict/rig-error.ts";
import {
  CYCLE_MODELS,
  cycleExistsType,
  FORBIDDEN,
  FRIENDLY_NAMES,
  IMPLICATIONS,
  MORE_ALIASES,
  TIERED,
  TIERED_IMPLICATIONS,
  WEAKER_MODELS,
} from "./lattice-data.ts";

/** What a history is checked against where nobody says otherwise. */
export const CONSISTENCY_DEFAULT = "strict-serializable";

type Edges = Map<string, string[]>;

const ALL_MODELS = Object.keys(WEAKER_MODELS);
const CANONICAL_OF = new Map<string, string>([
  ...ALL_MODELS.map((model): [string, string] => [model, model]),
  ...Object.entries(FRIENDLY_NAMES).map(([model, name]): [string, string] => [name, model]),
  ...Object.entries(MORE_ALIASES),
]);

const WEAKER: Edges = new Map();
const STRONGER: Edges = new Map();
for (const [model, weaker] of Object.entries(WEAKER_MODELS)) {
  for (const other of weaker) addEdge(WEAKER, STRONGER, [model, other]);
}

const IMPLIED: Edges = new Map();
const IMPLYING: Edges = new Map();
for (const implication of IMPLICATIONS) addEdge(IMPLIED, IMPLYING, implication);
for (const tier of ["", "-process", "-realtime"]) {
  for (const [from, to] of TIERED_IMPLICATIONS) {
    addEdge(IMPLIED, IMPLYING, [from + tier, to + tier]);
  }
}
for (const name of TIERED) {
  addEdge(IMPLIED, IMPLYING, [name, `${name}-process`]);
  addEdge(IMPLIED, IMPLYING, [`${name}-process`, `${name}-realtime`]);
}

const FORBIDDEN_DIRECTLY = new Map<string, readonly string[]>(
  ALL_MODELS.map((model) => {
    const hasCycles = (CYCLE_MODELS as readonly string[]).includes(model);
    const own = FORBIDDEN[model] ?? [];
    return [model, hasCycles ? [...own, cycleExistsType(model)] : own];
  }),
);

const ANOMALIES: ReadonlySet<string> = new Set([
  ...[...FORBIDDEN_DIRECTLY.values()].flat(),
  ...IMPLIED.keys(),
  ...IMPLYING.keys(),
]);

/** Names of all anomalies, also of those that no checker looks for, sorted. */
export function knownAnomalies(): string[] {
  return [...ANOMALIES].sort();
}

/** Throws `usage.option` for a name that is no anomaly. */
export function knownAnomaly(name: string): string {
  if (ANOMALIES.has(name)) return name;
  const known = knownAnomalies().join(", ");
  throw new RigError("usage.option", `unknown anomaly "${name}"; expected one of ${known}`);
}

/** Names of models and aliases that are accepted, sorted. */
export function knownModels(): string[] {
  return [...CANONICAL_OF.keys()].sort();
}

/** Throws `usage.unknown-model` for a name that is no model. */
export function canonicalModel(name: string): string {
  const model = CANONICAL_OF.get(name);
  if (model !== undefined) return model;
  const known = knownModels().join(", ");
  throw new RigError(
    "usage.unknown-model",
    `unknown consistency model "${name}"; expected one of ${known}`,
  );
}

export function friendlyName(model: string): string {
  return FRIENDLY_NAMES[model] ?? model;
}

/** The anomaly and all that it implies. */
export function impliedBy(anomaly: string): Set<string> {
  return closure([anomaly], IMPLIED);
}

/** Every anomaly that is out of place under one of these models, is one of these or implies one. */
export function forbiddenBy(
  models: Iterable<string>,
  anomalies: Iterable<string> = [],
): Set<string> {
  const direct = [...anomalies];
  for (const weaker of closure(models, WEAKER)) {
    direct.push(...(FORBIDDEN_DIRECTLY.get(weaker) ?? []));
  }
  return closure(direct, IMPLYING);
}

/** Canonical names of all models that these anomalies rule out. */
export function impossibleModels(anomalies: Iterable<string>): Set<string> {
  const implied = closure(anomalies, IMPLIED);
  const hit = ALL_MODELS.filter((model) =>
    FORBIDDEN_DIRECTLY.get(model)?.some((anomaly) => implied.has(anomaly)),
  );
  return closure(hit, STRONGER);
}

/** The weakest models that are ruled out, and the others that fall with them; by shown names. */
export function ruledOut(anomalies: Iterable<string>): { not: string[]; alsoNot: string[] } {
  const impossible = impossibleModels(anomalies);
  const not: string[] = [];
  const alsoNot: string[] = [];
  for (const model of impossible) {
    const hasWeaker = (WEAKER.get(model) ?? []).some((weaker) => impossible.has(weaker));
    (hasWeaker ? alsoNot : not).push(friendlyName(model));
  }
  return { not: not.sort(), alsoNot: alsoNot.sort() };
}

function addEdge(forward: Edges, backward: Edges, edge: readonly [string, string]): void {
  const [from, to] = edge;
  forward.set(from, [...(forward.get(from) ?? []), to]);
  backward.set(to, [...(backward.get(to) ?? []), from]);
}

function closure(from: Iterable<string>, edges: Edges): Set<string> {
  const reached = new Set(from);
  // A set hands out what is added while it is walked.
  for (const name of reached) for (const next of edges.get(name) ?? []) reached.add(next);
  return reached;
}
