/**
 * Versions of failed operations on which successful ones were built (dirty-update), as the longest
 * read of each key shows them.
 */

import { FAIL, type HistoryTable, OK } from "../history/history-table.ts";
import type { AppendIndex } from "./append-index.ts";
import type { Findings } from "./findings.ts";
import { capital, elementText, keyText, operationText, readList } from "./texts.ts";
import { NONE } from "./transactions.ts";
import { longestReads } from "./version-order.ts";

export function checkDirtyUpdates(
  table: HistoryTable,
  index: AppendIndex,
  findings: Findings,
): void {
  if (!index.hasFailedWriters) return;
  const longest = longestReads(table, () => true);
  for (let key = 0; key < table.keys; key++) {
    const mop = longest[key] as number;
    if (mop === NONE) continue;
    // The failed element last passed that no successful one has followed yet.
    let failed = NONE;
    for (const element of new Set(readList(table, mop))) {
      const row = index.completed[element] as number;
      if (row === NONE) continue;
      if (table.type[row] === FAIL) {
        if (failed === NONE) failed = element;
      } else if (table.type[row] === OK) {
        if (failed !== NONE) {
          const elements = [failed, element] as const;
          findings.add("dirty-update", () => dirtyUpdate(table, index, elements));
        }
        failed = NONE;
      }
    }
  }
}

function dirtyUpdate(table: HistoryTable, index: AppendIndex, elements: readonly [number, number]) {
  const key = table.elementKey[elements[0]] as number;
  const failed = index.completed[elements[0]] as number;
  const built = index.completed[elements[1]] as number;
  return {
    sentences: [
      `${capital(operationText(table, failed))} failed to append ` +
        `${elementText(table, elements[0])} to ${keyText(table, key)}, yet ` +
        `${operationText(table, built)} appended ${elementText(table, elements[1])} after it and ` +
        "succeeded.",
    ],
    rows: [failed, built],
    key: table.names.key(key),
    values: elements.map((element) => elementText(table, element)),
  };
}
