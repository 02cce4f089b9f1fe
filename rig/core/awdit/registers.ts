/** Registers as transactions: each value names its writer, since it is written once. */

import { operationText } from "../elle/texts.ts";
import { type HistoryTable, OK, READ_NIL, READ_VALUE, WRITE } from "../history/history-table.ts";
import {
  type ExternalRead,
  type ReadFault,
  type Transactions,
  transactionsOf,
} from "./transactions.ts";
import { rowsThatCount, type Writers, writersOf, wrongSource } from "./writers.ts";

export function registerTransactions(table: HistoryTable): Transactions {
  const writers = writersOf(table, WRITE);
  const faults: ReadFault[] = [];
  const isRead = new Uint8Array(table.rows);
  const reads = new Map<number, readonly ExternalRead[]>();
  for (let row = 0; row < table.rows; row++) {
    if (table.type[row] !== OK) continue;
    const external = externalReads(table, row, { writers, faults });
    for (const { writer } of external) if (writer !== -1) isRead[writer] = 1;
    reads.set(row, external);
  }
  const workload = {
    rows: rowsThatCount(table, isRead),
    reads: (row: number) => reads.get(row) ?? [],
    writeKind: WRITE,
    faults,
  };
  return transactionsOf(table, workload, { from: [], to: [], key: [] });
}

function externalReads(
  table: HistoryTable,
  row: number,
  { writers, faults }: { readonly writers: Writers; readonly faults: ReadFault[] },
): ExternalRead[] {
  const external: ExternalRead[] = [];
  const own = new Map<number, number>();
  const fault = (what: string) => {
    faults.push({ row, text: `${operationText(table, row)} reads ${what}` });
  };
  const end = table.mopStart[row + 1] as number;
  for (let mop = table.mopStart[row] as number; mop < end; mop++) {
    const kind = table.mopKind[mop];
    const key = table.mopKey[mop] as number;
    const element = table.mopElement[mop] as number;
    const written = own.get(key);
    if (kind === WRITE) {
      own.set(key, element);
    } else if (written !== undefined) {
      const isOwn = kind === READ_VALUE && element === written;
      if (!isOwn) fault(`key ${table.names.key(key)} and doesn't find what it has just written`);
    } else if (kind === READ_NIL) {
      external.push({ key, writer: -1 });
    } else if (kind === READ_VALUE) {
      const writer = writers.possible[element] as number;
      const wrong =
        writer === row
          ? `${table.names.element(element)} of key ${table.names.key(key)} before it writes it`
          : wrongSource(table, writers, element);
      if (wrong === null) external.push({ key, writer });
      else fault(wrong);
    }
  }
  return external;
}
