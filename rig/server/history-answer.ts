/** A history as an answer, in the format that was asked for. */

import type { HISTORY_TYPES } from "../core/api/run-routes.ts";
import type { TextAnswer } from "./handlers.ts";
import type { HistoryFormat, HistorySource, RunId, RunResults } from "./parts.ts";

const TYPES: Readonly<Record<HistoryFormat, (typeof HISTORY_TYPES)[number]>> = {
  json: "application/json",
  edn: "application/edn",
  jsonl: "application/jsonl",
};

export interface HistoryQuery {
  readonly format?: HistoryFormat | undefined;
  readonly source?: HistorySource | undefined;
}

export function historyAnswer(
  results: RunResults,
  id: RunId,
  { format = "json", source = "clients" }: HistoryQuery,
  from = 0,
): TextAnswer {
  results.summary(id);
  if (source === "nodes") results.file(id, "nodes-history.jsonl");
  return { type: TYPES[format], text: results.history(id, { format, source, from }) };
}

export function emptyHistory({ format = "json" }: HistoryQuery): TextAnswer {
  return { type: TYPES[format], text: format === "json" ? "[\n]\n" : "" };
}
