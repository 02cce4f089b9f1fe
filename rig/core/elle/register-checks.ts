/**
 * What the reads of a register history show without any graph: values of failed operations (G1a),
 * values from the middle of a transaction (G1b), reads that contradict the transaction's own
 * earlier reads and writes (internal), and values that nobody wrote (garbage-read).
 */

import { type HistoryTable, OK, READ_VALUE, WRITE } from "../history/history-table.ts";
import type { Findings } from "./findings.ts";
import type { RegisterIndex } from "./register-index.ts";
import { capital, keyText, operationText, readText } from "./texts.ts";
import { NONE } from "./transactions.ts";
import { versionRead, versionText } from "./versions.ts";

interface Place {
  readonly row: number;
  readonly mop: number;
}

export function checkRegisterReads(
  table: HistoryTable,
  index: RegisterIndex,
  findings: Findings,
): void {
  for (let row = 0; row < table.rows; row++) {
    if (table.type[row] !== OK) continue;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      if (table.mopKind[mop] !== READ_VALUE) continue;
      const element = table.mopElement[mop] as number;
      const failed = index.failedWriter[element] as number;
      const torn = index.intermediate[element] as number;
      if (failed !== NONE) {
        findings.add("G1a", () => failedRead(table, { row, mop }, failed));
      }
      if (torn !== NONE && torn !== row) {
        findings.add("G1b", () => tornRead(table, { row, mop }, torn));
      }
      if (index.isWritten[element] === 0) {
        findings.add("garbage-read", () => garbageRead(table, { row, mop }));
      }
    }
  }
}

/** At most one anomaly per transaction. */
export function checkRegisterTransactions(table: HistoryTable, findings: Findings): void {
  const touchedIn = new Int32Array(table.keys).fill(NONE);
  const version = new Int32Array(table.keys);
  for (let row = 0; row < table.rows; row++) {
    if (table.type[row] !== OK) continue;
    const end = table.mopStart[row + 1] as number;
    for (let mop = table.mopStart[row] as number; mop < end; mop++) {
      const key = table.mopKey[mop] as number;
      const found = versionRead(table, mop);
      const expected = version[key] as number;
      const isRead = table.mopKind[mop] !== WRITE;
      if (isRead && touchedIn[key] === row && expected !== found) {
        findings.add("internal", () => internalAnomaly(table, { row, mop }, expected));
        break;
      }
      touchedIn[key] = row;
      version[key] = found;
    }
  }
}

function failedRead(table: HistoryTable, at: Place, writer: number) {
  return {
    sentences: [
      `${readSentence(table, at)}, which ${operationText(table, writer)} had tried to write and ` +
        "failed: nobody may see what a failed operation wrote.",
    ],
    rows: [at.row, writer],
    key: keyOf(table, at),
    values: [readText(table, at.mop)],
  };
}

function tornRead(table: HistoryTable, at: Place, writer: number) {
  return {
    sentences: [
      `${readSentence(table, at)}, which ${operationText(table, writer)} wrote before it wrote ` +
        "another value to the same key: a state from the middle of a transaction.",
    ],
    rows: [at.row, writer],
    key: keyOf(table, at),
    values: [readText(table, at.mop)],
  };
}

function garbageRead(table: HistoryTable, at: Place) {
  return {
    sentences: [`${readSentence(table, at)}, which no operation ever wrote.`],
    rows: [at.row],
    key: keyOf(table, at),
    values: [readText(table, at.mop)],
  };
}

function internalAnomaly(table: HistoryTable, at: Place, expected: number) {
  const key = keyText(table, table.mopKey[at.mop] as number);
  return {
    sentences: [
      `${capital(operationText(table, at.row))} read ${key} as ${readText(table, at.mop)}, but ` +
        `by its own earlier reads and writes it should have found ${versionText(table, expected)}.`,
    ],
    rows: [at.row],
    key: keyOf(table, at),
    values: [readText(table, at.mop)],
  };
}

function readSentence(table: HistoryTable, at: Place): string {
  const key = keyText(table, table.mopKey[at.mop] as number);
  return `${capital(operationText(table, at.row))} read ${readText(table, at.mop)} in ${key}`;
}

function keyOf(table: HistoryTable, at: Place): string {
  return table.names.key(table.mopKey[at.mop] as number);
}
