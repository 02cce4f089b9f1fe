/**
 * Checks one history file with the checker of a model: list-append and rw-register as Elle does,
 * the other models as Jepsen's own checkers do.
 */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { unpackedPiecesOf } from "../adapters/store/unpacked.ts";
import { CHECKERS as MODEL_CHECKERS, type ModelOptions } from "../core/checkers/index.ts";
import { CHECKERS, type CheckResult, type RegisterOptions } from "../core/elle/index.ts";
import { HistoryReader } from "../core/history/read-history.ts";
import { OperationsReader } from "../core/history/read-operations.ts";
import { RigError } from "../core/verdict/rig-error.ts";

export const MODELS: readonly string[] = [...Object.keys(CHECKERS), ...Object.keys(MODEL_CHECKERS)];

export interface CheckFileOptions {
  readonly model: string;
  readonly elle: RegisterOptions;
  readonly others: ModelOptions;
  /** On the clock of `performance.now`. */
  readonly untilMs: number;
}

/** Models that are checked against a consistency model, as Elle does. */
export function isElle(model: string): boolean {
  return isOf(CHECKERS, model);
}

/** Throws `input.unreadable`, `input.malformed` with file and line, or `check.timeout`. */
export async function checkHistoryFile(
  file: string,
  options: CheckFileOptions,
): Promise<CheckResult> {
  const { model, elle, others, untilMs } = options;
  if (isOf(CHECKERS, model)) {
    return CHECKERS[model](await readInto(new HistoryReader(), file, untilMs), elle);
  }
  if (!isOf(MODEL_CHECKERS, model)) throw unknownModel(model);
  const operations = await readInto(new OperationsReader(), file, untilMs);
  const { valid, errors, errorCounts } = MODEL_CHECKERS[model].check(operations, others);
  return {
    valid,
    anomalyTypes: Object.keys(errorCounts).sort(),
    not: [],
    alsoNot: [],
    anomalies: errors,
    anomalyCounts: errorCounts,
    operations: operations.filter(({ type }) => type === "ok").length,
    warnings: [],
  };
}

export function unknownModel(model: string): RigError {
  const known = MODELS.join(", ");
  return new RigError("usage.unknown-model", `unknown model "${model}": expected one of ${known}`);
}

function isOf<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}

interface Reader<T> {
  feed(chunk: Uint8Array): void;
  finish(): T;
}

/** The history in the file, or that of a run folder. */
async function readInto<T>(reader: Reader<T>, file: string, untilMs: number): Promise<T> {
  const path = isFolder(file) ? historyIn(file) : file;
  try {
    for await (const piece of unpackedPiecesOf(path)) {
      reader.feed(piece);
      if (performance.now() > untilMs) {
        throw new RigError("check.timeout", `${path}: reading it takes longer than --timeout`);
      }
    }
    return reader.finish();
  } catch (error) {
    if (!(error instanceof RigError) || error.code !== "input.malformed") throw error;
    throw new RigError("input.malformed", `${path}:${withoutWord(error.message)}`, {
      cause: error,
    });
  }
}

/** Readers say "line 17: ..."; with the file before it this becomes "file:17: ...". */
function withoutWord(message: string): string {
  return message.startsWith("line ") ? message.slice("line ".length) : ` ${message}`;
}

/** Ours or Jepsen's, packed or not. */
function historyIn(folder: string): string {
  const names = ["history.jsonl", "history.edn", "history.json"];
  const paths = [...names, ...names.map((name) => `${name}.gz`)].map((name) => join(folder, name));
  return paths.find((path) => existsSync(path)) ?? join(folder, "history.jsonl");
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
