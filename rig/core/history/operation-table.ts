/**
 * The table of a history that is in memory as operations: the rig's own runs, which need not
 * write text and read it back. The line of an operation is its line in `history.jsonl`.
 */

import {
  APPEND,
  FAIL,
  type HistoryTable,
  INFO,
  INVOKE,
  malformed,
  OK,
  READ_NIL,
  READ_VALUE,
  WRITE,
} from "./history-table.ts";
import type { MopColumns } from "./mop-columns.ts";
import type { MicroOp, Operation, OperationType } from "./operation.ts";
import { HistoryTableBuilder } from "./table-builder.ts";

const TYPE_NUMBERS = {
  invoke: INVOKE,
  ok: OK,
  fail: FAIL,
  info: INFO,
} as const satisfies Record<OperationType, number>;

/** Of a micro-operation with one value. */
const KINDS = { append: APPEND, w: WRITE, r: READ_VALUE } as const satisfies Record<
  MicroOp[0],
  number
>;

export function tableOfOperations(operations: Iterable<Operation>): HistoryTable {
  const builder = new HistoryTableBuilder();
  let line = 0;
  for (const operation of operations) {
    line++;
    const isClient = Number.isSafeInteger(operation.process);
    if (isClient && operation.value !== null) addMops(builder.mops, operation.value, line);
    builder.addRow({
      type: TYPE_NUMBERS[operation.type],
      index: operation.index,
      process: isClient ? (operation.process as number) : null,
      isNameless: false,
      time: operation.time,
      line,
      node: operation.node === undefined ? null : String(operation.node),
    });
  }
  return builder.finish();
}

function addMops(columns: MopColumns, mops: readonly MicroOp[] | string, line: number): void {
  if (typeof mops === "string") {
    throw malformed(line, "the value of a client is a text; expected micro-operations");
  }
  for (const mop of mops) {
    const key = columns.keyNumbers.ofInteger(mop[1]);
    if (typeof mop[2] === "number") {
      columns.add(KINDS[mop[0]], key, columns.elementNumbers.ofInteger(key, mop[2]));
    } else if (mop[2] === null) {
      columns.add(READ_NIL, key, 0);
    } else {
      columns.beginList(key);
      for (const element of mop[2]) columns.listInteger(element);
      columns.endList();
    }
  }
}
