/** Rows of a history as operations that an anomaly tells of. */

import {
  APPEND,
  FAIL,
  type HistoryTable,
  INFO,
  OK,
  READ_LIST,
  READ_NIL,
  WRITE,
} from "../history/history-table.ts";
import type { MicroOperationDetail, Moment, OperationDetail } from "../history/operation-detail.ts";
import { elementText, listText, nodeOfRow, readList, spanOf } from "./texts.ts";
import { NONE } from "./transactions.ts";

const DETAILED_ELEMENTS = 64;

export function detailOfRow(table: HistoryTable, row: number, name: string): OperationDetail {
  const [invoked, completed] = spanOf(table, row);
  const node = nodeOfRow(table, row);
  const first = table.mopStart[row] as number;
  const count = (table.mopStart[row + 1] as number) - first;
  return {
    name,
    index: table.index[row] as number,
    type: typeOf(table, completed),
    process: table.process[row] as number,
    ...(node === undefined ? {} : { node }),
    ...(invoked === NONE ? {} : { invoked: momentOf(table, invoked) }),
    ...(completed === NONE ? {} : { completed: momentOf(table, completed) }),
    operations: Array.from({ length: count }, (_, at) => microOperation(table, row, first + at)),
  };
}

function typeOf(table: HistoryTable, completed: number): OperationDetail["type"] {
  const type = completed === NONE ? NONE : table.type[completed];
  if (type === OK) return "ok";
  if (type === FAIL) return "fail";
  return type === INFO ? "info" : "open";
}

function momentOf(table: HistoryTable, row: number): Moment {
  const timeNs = table.time[row] as number;
  const line = table.line[row] as number;
  return {
    index: table.index[row] as number,
    ...(timeNs < 0 ? {} : { timeNs }),
    ...(line > 0 ? { line } : {}),
  };
}

function microOperation(table: HistoryTable, row: number, mop: number): MicroOperationDetail {
  const kind = table.mopKind[mop];
  const key = table.names.key(table.mopKey[mop] as number);
  if (kind === READ_LIST) {
    return { f: "r", key, value: listText(table, readList(table, mop), DETAILED_ELEMENTS) };
  }
  if (kind === READ_NIL) return { f: "r", key, value: table.type[row] === OK ? "nil" : null };
  const value = elementText(table, table.mopElement[mop] as number);
  if (kind === APPEND) return { f: "append", key, value };
  return { f: kind === WRITE ? "w" : "r", key, value };
}
