/** Who wrote each element: the transaction, or the operation that failed. */

import { elementText, keyText, operationText } from "../elle/texts.ts";
import { FAIL, type HistoryTable, INFO, INVOKE, malformed, OK } from "../history/history-table.ts";

/** By element a row, or -1. */
export interface Writers {
  readonly possible: Int32Array;
  readonly failed: Int32Array;
  /** 1 where the row that wrote it then wrote to the same key again. */
  readonly isOverwritten: Uint8Array;
}

/** Throws `input.malformed` for an element with two writers. */
export function writersOf(table: HistoryTable, kind: number): Writers {
  const possible = new Int32Array(table.elements).fill(-1);
  const failed = new Int32Array(table.elements).fill(-1);
  const isOverwritten = new Uint8Array(table.elements);
  const seen = new Int32Array(table.keys).fill(-1);
  for (let row = 0; row < table.rows; row++) {
    if (!isOutcome(table, row)) continue;
    const first = table.mopStart[row] as number;
    for (let mop = (table.mopStart[row + 1] as number) - 1; mop >= first; mop--) {
      if (table.mopKind[mop] !== kind) continue;
      const element = table.mopElement[mop] as number;
      const key = table.mopKey[mop] as number;
      if (table.type[row] === FAIL) {
        failed[element] = row;
        continue;
      }
      if (seen[key] === row) isOverwritten[element] = 1;
      seen[key] = row;
      const other = possible[element] as number;
      if (other !== -1 && other !== row) throw writtenTwice(table, element, [other, row]);
      possible[element] = row;
    }
  }
  return { possible, failed, isOverwritten };
}

/** A completion, or an invocation that never completed: of unknown outcome like `info`. */
function isOutcome(table: HistoryTable, row: number): boolean {
  return table.type[row] !== INVOKE || table.partner[row] === -1;
}

/** Those that are ok, and those of unknown outcome of which something was read. */
export function rowsThatCount(table: HistoryTable, isRead: Uint8Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    const type = table.type[row];
    const isUnknown = type === INFO || type === INVOKE;
    if (type === OK || (isUnknown && isRead[row] === 1)) rows.push(row);
  }
  return rows;
}

/** Why nobody can have read this element; `null` if somebody wrote it and it stands. */
export function wrongSource(
  table: HistoryTable,
  { possible, failed, isOverwritten }: Writers,
  element: number,
): string | null {
  const key = keyText(table, table.elementKey[element] as number);
  const what = `${elementText(table, element)} of ${key}`;
  const writer = possible[element] as number;
  if (writer !== -1) {
    if (isOverwritten[element] === 0) return null;
    return `${what}, which ${operationText(table, writer)} overwrote itself`;
  }
  const aborted = failed[element] as number;
  if (aborted === -1) return `${what}, which nobody wrote`;
  return `${what}, which ${operationText(table, aborted)} wrote, and that failed`;
}

function writtenTwice(
  table: HistoryTable,
  element: number,
  rows: readonly [number, number],
): Error {
  const key = keyText(table, table.elementKey[element] as number);
  const line = table.line[rows[0]];
  const text = `${elementText(table, element)} is written to ${key} a second time`;
  const rest = `(first on line ${line}); isolation levels need each value once`;
  return malformed(table.line[rows[1]] as number, `${text} ${rest}`);
}
