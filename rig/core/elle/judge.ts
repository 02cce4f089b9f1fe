/**
 * From all anomalies found in a history to the verdict on it under one consistency model. What the
 * model does not forbid is left out of the verdict, but counts in naming the models ruled out.
 */

import { type HistoryTable, OK } from "../history/history-table.ts";
import { SEARCH_GAVE_UP } from "./cycles.ts";
import type { Findings } from "./findings.ts";
import {
  cycleExistsType,
  forbiddenBy,
  friendlyName,
  impossibleModels,
  ruledOut,
} from "./lattice.ts";
import { CYCLE_MODELS } from "./lattice-data.ts";
import type { Order } from "./order-edges.ts";
import type { CheckResult } from "./result.ts";

export const EMPTY_GRAPH = "empty-transaction-graph";

/** Wrong whatever model is asked for: no database may make up values. */
export const GARBAGE_READ = "garbage-read";

/** The strongest order that a model's anomalies speak of; it includes the weaker one. */
export function orderFor(model: string): Order {
  const forbidden = [...forbiddenBy(model)];
  if (forbidden.some((type) => type.endsWith("-realtime"))) return "realtime";
  if (forbidden.some((type) => type.endsWith("-process"))) return "process";
  return "none";
}

export function judge(
  model: string,
  findings: Findings,
  table: HistoryTable,
  moreWarnings: readonly string[] = [],
): CheckResult {
  const forbidden = forbiddenBy(model).add(GARBAGE_READ);
  const found = findings.types();
  const isInvalid = found.some((type) => forbidden.has(type));
  const anomalyTypes = withoutImplied(
    found.filter((type) => forbidden.has(type) || type === EMPTY_GRAPH || type === SEARCH_GAVE_UP),
  ).sort();
  const valid = isInvalid ? false : anomalyTypes.length > 0 ? "unknown" : true;
  let operations = 0;
  for (const type of table.type) if (type === OK) operations++;
  return {
    valid,
    anomalyTypes,
    ...(valid === true ? { not: [], alsoNot: [] } : ruledOut(found)),
    anomalies: findings.anomaliesOf(anomalyTypes),
    anomalyCounts: Object.fromEntries(anomalyTypes.map((type) => [type, findings.count(type)])),
    operations,
    warnings: [...warnings(model, operations, table), ...moreWarnings],
  };
}

/** "A cycle exists" says nothing new about a model that another anomaly rules out already. */
function withoutImplied(types: readonly string[]): string[] {
  const existsTypes = new Map<string, string>(
    CYCLE_MODELS.map((model) => [cycleExistsType(model), model]),
  );
  const impossible = impossibleModels(types.filter((type) => !existsTypes.has(type)));
  return types.filter((type) => {
    const model = existsTypes.get(type);
    return model === undefined || !impossible.has(model);
  });
}

function warnings(model: string, operations: number, table: HistoryTable): string[] {
  const texts: string[] = [];
  if (forbiddenBy(model).size === 0) {
    texts.push(`${friendlyName(model)} forbids no anomaly that this checker knows: all pass`);
  }
  if (operations === 0) texts.push("no operation of type ok: nothing was checked");
  if (table.skipped > 0 && table.rows === 0) {
    texts.push(`all ${table.skipped} operations were left out: their process is not an integer`);
  }
  return texts;
}
