/**
 * From all anomalies found in a history to the verdict on it. What was not asked for is left out
 * of the verdict, but counts in naming the models ruled out.
 */

import { APPEND, type HistoryTable, OK, WRITE } from "../history/history-table.ts";
import { SEARCH_GAVE_UP } from "./cycles.ts";
import type { Findings } from "./findings.ts";
import { impossibleModels, ruledOut } from "./lattice.ts";
import { CYCLE_MODELS, cycleExistsType } from "./lattice-data.ts";
import type { Order } from "./order-edges.ts";
import type { CheckRequest } from "./request.ts";
import type { CheckResult } from "./result.ts";

export const EMPTY_GRAPH = "empty-transaction-graph";

/** Wrong whatever model is asked for: no database may make up values. */
export const GARBAGE_READ = "garbage-read";

/** The strongest order that these anomalies speak of; it includes the weaker one. */
export function orderFor(request: CheckRequest): Order {
  const forbidden = [...request.forbidden];
  if (forbidden.some((type) => type.endsWith("-realtime"))) return "realtime";
  if (forbidden.some((type) => type.endsWith("-process"))) return "process";
  return "none";
}

export function judge(
  request: CheckRequest,
  findings: Findings,
  table: HistoryTable,
  moreWarnings: readonly string[] = [],
): CheckResult {
  const forbidden = new Set(request.forbidden).add(GARBAGE_READ);
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
    warnings: [...warnings(operations, table), ...moreWarnings],
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

function warnings(operations: number, table: HistoryTable): string[] {
  const texts: string[] = [];
  if (operations === 0) texts.push("no operation of type ok: nothing was checked");
  const { skipped, nameless } = table;
  if (skipped > 0 && table.rows === 0) {
    texts.push(`all ${skipped} operations were left out: their process is not an integer`);
  } else if (nameless > 0) {
    texts.push(`${nameless} operations were left out: their process is missing or no integer`);
  }
  if (operations > 0 && !hasRead(table)) {
    texts.push("nothing was read: what was written can't be judged");
  }
  return texts;
}

function hasRead(table: HistoryTable): boolean {
  for (let row = 0; row < table.rows; row++) {
    if (table.type[row] !== OK) continue;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      if (table.mopKind[mop] !== APPEND && table.mopKind[mop] !== WRITE) return true;
    }
  }
  return false;
}
