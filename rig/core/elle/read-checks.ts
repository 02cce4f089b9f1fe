/**
 * What a single read shows by itself: elements of failed operations (G1a), an intermediate state
 * (G1b), an element that is there twice, an element that nobody appended. Most reads are prefixes
 * of one list per key; for those one comparison with the list's first bad place is enough.
 */

import { type HistoryTable, OK, READ_LIST } from "../history/history-table.ts";
import type { AppendIndex } from "./append-index.ts";
import type { Findings } from "./findings.ts";
import { capital, elementText, keyText, listText, operationText, readList } from "./texts.ts";
import { isPossible, NONE } from "./transactions.ts";

export interface ReadCheckOptions {
  readonly findings: Findings;
  /** Whether a read of this element, which nobody appended, is to be told. */
  readonly tellsGarbage: (element: number) => boolean;
}

interface BadPlaces {
  /** By key: shortest length of a prefix of the shared list that has such an element. */
  readonly failed: Int32Array;
  readonly repeated: Int32Array;
  readonly garbage: Int32Array;
}

const NEVER = 0x7fffffff;

export function checkReads(
  table: HistoryTable,
  index: AppendIndex,
  options: ReadCheckOptions,
): void {
  const { findings } = options;
  const isGarbage = (element: number) =>
    index.completed[element] === NONE &&
    index.invoked[element] === NONE &&
    options.tellsGarbage(element);
  const bad = badPlaces(table, index, isGarbage);
  for (let row = 0; row < table.rows; row++) {
    if (!isPossible(index.type[row])) continue;
    const isOk = index.type[row] === OK;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      const length = table.mopLength[mop] as number;
      if (table.mopKind[mop] !== READ_LIST || length === 0) continue;
      const key = table.mopKey[mop] as number;
      const isShared = table.mopElement[mop] === table.sharedStart[key];
      const found = { row, mop };
      if (!isShared || length >= (bad.repeated[key] as number)) {
        findRepeated(table, found, findings);
      }
      if (!isShared || length >= (bad.garbage[key] as number)) {
        findGarbage(table, isGarbage, found, findings);
      }
      if (!isOk) continue;
      if (!isShared || length >= (bad.failed[key] as number)) {
        findFailed(table, index, found, findings);
      }
      findIntermediate(table, index, found, findings);
    }
  }
}

interface Place {
  readonly row: number;
  readonly mop: number;
}

function badPlaces(
  table: HistoryTable,
  index: AppendIndex,
  isGarbage: (element: number) => boolean,
): BadPlaces {
  const perKey = () => new Int32Array(table.keys).fill(NEVER);
  const bad = { failed: perKey(), repeated: perKey(), garbage: perKey() };
  const seen = new Uint8Array(table.elements);
  for (let key = 0; key < table.keys; key++) {
    const start = table.sharedStart[key] as number;
    // Backwards, so that the first place is what remains.
    for (let at = (table.sharedEnd[key] as number) - 1; at >= start; at--) {
      const element = table.lists[at] as number;
      if (index.failedWriter[element] !== NONE) bad.failed[key] = at - start + 1;
      if (isGarbage(element)) bad.garbage[key] = at - start + 1;
    }
    for (let at = start; at < (table.sharedEnd[key] as number); at++) {
      const element = table.lists[at] as number;
      if (seen[element] === 1) {
        bad.repeated[key] = at - start + 1;
        break;
      }
      seen[element] = 1;
    }
  }
  return bad;
}

function findFailed(table: HistoryTable, index: AppendIndex, at: Place, findings: Findings): void {
  for (const element of readList(table, at.mop)) {
    const writer = index.failedWriter[element] as number;
    if (writer === NONE) continue;
    findings.add("G1a", () => {
      const key = table.mopKey[at.mop] as number;
      return {
        sentences: [
          `${capital(operationText(table, at.row))} read ${elementText(table, element)} in ` +
            `${keyText(table, key)}, which ${operationText(table, writer)} had tried to append ` +
            "and failed: nobody may see what a failed operation wrote.",
        ],
        rows: [at.row, writer],
        key: table.names.key(key),
        values: [elementText(table, element)],
      };
    });
  }
}

function findIntermediate(
  table: HistoryTable,
  index: AppendIndex,
  at: Place,
  findings: Findings,
): void {
  const last = (table.mopElement[at.mop] as number) + (table.mopLength[at.mop] as number) - 1;
  const element = table.lists[last] as number;
  const writer = index.intermediate[element] as number;
  if (writer === NONE || writer === at.row) return;
  findings.add("G1b", () => {
    const key = table.mopKey[at.mop] as number;
    return {
      sentences: [
        `${capital(operationText(table, at.row))} read ${keyText(table, key)} up to ` +
          `${elementText(table, element)}, which ${operationText(table, writer)} appended before ` +
          "it appended more to the same key: a state from the middle of a transaction.",
      ],
      rows: [at.row, writer],
      key: table.names.key(key),
      values: [elementText(table, element)],
    };
  });
}

function findRepeated(table: HistoryTable, at: Place, findings: Findings): void {
  const list = readList(table, at.mop);
  const seen = new Set<number>();
  let repeated = NONE;
  for (const element of list) {
    if (seen.has(element)) {
      repeated = element;
      break;
    }
    seen.add(element);
  }
  if (repeated === NONE) return;
  findings.add("duplicate-elements", () => {
    const key = table.mopKey[at.mop] as number;
    const times = list.filter((element) => element === repeated).length;
    return {
      sentences: [
        `${capital(operationText(table, at.row))} read ${keyText(table, key)} as ` +
          `${listText(table, list)}, with ${elementText(table, repeated)} in it ${times} times, ` +
          "though it was appended once.",
      ],
      rows: [at.row],
      key: table.names.key(key),
      values: [elementText(table, repeated)],
    };
  });
}

function findGarbage(
  table: HistoryTable,
  isGarbage: (element: number) => boolean,
  at: Place,
  findings: Findings,
): void {
  for (const element of readList(table, at.mop)) {
    if (!isGarbage(element)) continue;
    findings.add("garbage-read", () => {
      const key = table.mopKey[at.mop] as number;
      return {
        sentences: [
          `${capital(operationText(table, at.row))} read ${elementText(table, element)} in ` +
            `${keyText(table, key)}, which no operation ever appended.`,
        ],
        rows: [at.row],
        key: table.names.key(key),
        values: [elementText(table, element)],
      };
    });
  }
}
