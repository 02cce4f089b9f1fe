/**
 * Operations of clients as small arrays, for the pages that carry a history within them: steps
 * where others have numbers, and names of fields once.
 */

import type { ClientOperation, OperationType } from "./operation.ts";

/**
 * Steps of index and time (ns) from the operation before, the place of its type in `TYPES`, its
 * process, its node or -1, its value, and the error where there is one.
 */
export type OperationRow = readonly [
  index: number,
  timeNs: number,
  type: number,
  process: number,
  node: number,
  value: ClientOperation["value"],
  error?: string,
];

const TYPES: readonly OperationType[] = ["invoke", "ok", "fail", "info"];

export function rowsOfOperations(operations: readonly ClientOperation[]): OperationRow[] {
  let [lastIndex, lastNs] = [0, 0];
  return operations.map(({ index, time, type, process, node = -1, value, error }): OperationRow => {
    const steps = [index - lastIndex, time - lastNs] as const;
    [lastIndex, lastNs] = [index, time];
    const row = [...steps, TYPES.indexOf(type), process, node, value] as const;
    return error === undefined ? row : [...row, error];
  });
}

export function operationsOfRows(rows: readonly OperationRow[]): ClientOperation[] {
  let [index, time] = [0, 0];
  return rows.map(([indexStep, timeStep, type, process, node, value, error]) => {
    index += indexStep;
    time += timeStep;
    return {
      index,
      type: TYPES[type] ?? "info",
      f: "txn",
      process,
      time,
      value,
      ...(node < 0 ? {} : { node }),
      ...(error === undefined ? {} : { error }),
    };
  });
}
