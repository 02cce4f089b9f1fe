/**
 * Checks one history file with the checker of a model: list-append and rw-register as Elle does,
 * the other models as Jepsen's own checkers do.
 */

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { unreadable } from "../adapters/store/lines.ts";
import { withFile } from "../adapters/store/named-error.ts";
import { unpackedPiecesOf } from "../adapters/store/unpacked.ts";
import type { Isolation, IsolationLevel } from "../core/awdit/index.ts";
import type { ModelName, ModelOptions } from "../core/checkers/index.ts";
import type { CheckResult, RegisterOptions, WorkloadModel } from "../core/elle/index.ts";
import type { GeneralOperation } from "../core/history/general-operation.ts";
import type { HistoryTable } from "../core/history/history-table.ts";
import { HistoryReader } from "../core/history/read-history.ts";
import { RigError } from "../core/verdict/rig-error.ts";

export interface CheckFileOptions {
  readonly elle: RegisterOptions;
  readonly others: ModelOptions;
  /**
   * Takes the order of transactions from the run folder that is checked: from the records of its
   * `nodes`, or what the record of the `run` says of them, if anything.
   */
  readonly orderFrom?: "nodes" | "run";
  /** Weak isolation levels to check besides; only for list-append and rw-register. */
  readonly isolation?: readonly IsolationLevel[];
  /** Fewer acknowledged operations than this are too few to call a history valid. */
  readonly minOk?: number;
  /** On the clock of `performance.now`. */
  readonly untilMs: number;
}

/** Elle's answer, and apart from it that on weak isolation levels. */
export type Checked = CheckResult & { readonly isolation?: Isolation };

export type FileChecker = (file: string, options: CheckFileOptions) => Promise<Checked>;

/** Each is loaded when it is asked for: a small file should be answered at once. */
const LOADERS: Readonly<Record<WorkloadModel | ModelName, () => Promise<FileChecker>>> = {
  "list-append": async () => {
    const { checkListAppend } = await import("../core/elle/list-append.ts");
    return elleChecker("list-append", checkListAppend);
  },
  "rw-register": async () => {
    const { checkRwRegister } = await import("../core/elle/rw-register.ts");
    return elleChecker("rw-register", checkRwRegister);
  },
  bank: () => loadOther("bank"),
  counter: () => loadOther("counter"),
  set: () => loadOther("set"),
  "set-full": () => loadOther("set-full"),
  "long-fork": () => loadOther("long-fork"),
  "cas-register": () => loadOther("cas-register"),
  register: () => loadOther("register"),
  mutex: () => loadOther("mutex"),
};

export const MODELS: readonly string[] = Object.keys(LOADERS);

/**
 * The checker of files of a model; throws `usage.unknown-model`. The checker throws
 * `input.unreadable`, `input.malformed` with file and line, or `check.timeout`.
 */
export function fileChecker(model: string): Promise<FileChecker> {
  if (!isOf(LOADERS, model)) throw unknownModel(model);
  return LOADERS[model]();
}

/** Models that are checked against a consistency model, as Elle does. */
export function isElle(model: string): boolean {
  return model === "list-append" || model === "rw-register";
}

function elleChecker(
  workload: WorkloadModel,
  check: (table: HistoryTable, options: RegisterOptions) => CheckResult,
): FileChecker {
  return async (file, options) => {
    const { isolation = [], untilMs } = options;
    const table = await readInto(new HistoryReader(), file, untilMs);
    const elle = await withOrder(file, table, options);
    const result = naming(historyPath(file), () => check(table, elle));
    if (isolation.length === 0) return result;
    const { checkIsolation } = await import("../core/awdit/index.ts");
    return { ...result, isolation: checkIsolation(table, workload, isolation) };
  };
}

/** With the order in which the nodes say that they applied the transactions of this run. */
async function withOrder(
  file: string,
  table: HistoryTable,
  { elle, orderFrom }: CheckFileOptions,
): Promise<RegisterOptions> {
  if (orderFrom === undefined) return elle;
  const { readNodeOrder, readRecordedOrder } = await import("../adapters/store/node-order.ts");
  const { commitOrder } = await import("../core/run/commit-order.ts");
  const order = orderFrom === "nodes" ? readNodeOrder(file) : readRecordedOrder(file);
  if (order === null) return elle;
  return { ...elle, transactionOrder: commitOrder(table, order.clients, order.slots) };
}

/** The same options without a folder: its indexes hold in every part of its history, too. */
export async function optionsOfParts(
  file: string,
  options: CheckFileOptions,
): Promise<CheckFileOptions> {
  if (options.orderFrom === undefined) return options;
  const table = await readInto(new HistoryReader(), file, options.untilMs);
  return { ...options, elle: await withOrder(file, table, options) };
}

/** Checks a part of a history, in memory. */
export type PartChecker = (operations: readonly GeneralOperation[]) => CheckResult;

/** Of a known model. */
export async function partChecker(
  model: string,
  { elle, others }: Pick<CheckFileOptions, "elle" | "others">,
): Promise<PartChecker> {
  if (!isElle(model)) return otherPartChecker(model as ModelName, others);
  const { CHECKERS } = await import("../core/elle/checkers.ts");
  const { ednOfOperation } = await import("../core/history/general-edn.ts");
  const { readHistory } = await import("../core/history/read-history.ts");
  return (operations) => {
    const text = operations.map(ednOfOperation).join("\n");
    return CHECKERS[model as WorkloadModel](readHistory(new TextEncoder().encode(text)), elle);
  };
}

async function otherPartChecker(model: ModelName, options: ModelOptions): Promise<PartChecker> {
  const { CHECKERS } = await import("../core/checkers/index.ts");
  const { anomaliesOf } = await import("../core/checkers/anomalies.ts");
  return (operations) => {
    const { valid, errors, errorCounts } = CHECKERS[model].check(operations, options);
    return {
      valid,
      anomalyTypes: Object.keys(errorCounts).sort(),
      not: [],
      alsoNot: [],
      anomalies: anomaliesOf(operations, errors),
      anomalyCounts: errorCounts,
      operations: operations.filter(({ type }) => type === "ok").length,
      warnings: [],
    };
  };
}

async function loadOther(model: ModelName): Promise<FileChecker> {
  return async (file, { others, untilMs }) => {
    const check = await otherPartChecker(model, others);
    const operations = await readOperationsOf(file, untilMs);
    return naming(historyPath(file), () => check(operations));
  };
}

/** The map in a file of `--transaction-order`. Throws `input.unreadable` or `input.malformed`. */
export async function readOrderFile(path: string): Promise<ReadonlyMap<number, number>> {
  const { readTransactionOrder } = await import("../core/history/transaction-order.ts");
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  return naming(path, () => readTransactionOrder(bytes));
}

/** The calls in a file to which operations with these indexes belong. */
export async function readCallsOf(
  file: string,
  indexes: ReadonlySet<number>,
  untilMs: number,
): Promise<readonly GeneralOperation[]> {
  const { OperationsReader } = await import("../core/history/read-operations.ts");
  const { NamedCalls } = await import("../core/minimise/named-calls.ts");
  const calls = new NamedCalls(indexes);
  await readInto(new OperationsReader((operation) => calls.take(operation)), file, untilMs);
  return calls.finish();
}

/** The operations in a file, whatever their values are; throws as a checker of files does. */
export async function readOperationsOf(
  file: string,
  untilMs: number,
): Promise<readonly GeneralOperation[]> {
  const { OperationsReader } = await import("../core/history/read-operations.ts");
  return readInto(new OperationsReader(), file, untilMs);
}

function unknownModel(model: string): RigError {
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

/** Feeds a reader the history in the file, or that of a run folder; throws as a checker does. */
export async function readInto<T>(reader: Reader<T>, file: string, untilMs: number): Promise<T> {
  const path = historyPath(file);
  try {
    for await (const piece of unpackedPiecesOf(path)) {
      reader.feed(piece);
      if (performance.now() > untilMs) {
        throw new RigError("check.timeout", `${path}: reading it takes longer than --timeout`);
      }
    }
    return reader.finish();
  } catch (error) {
    throw withFile(path, error);
  }
}

/** What readers and checkers say of a line is said of the file. */
function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withFile(path, error);
  }
}

/** The file itself, or the history in a run folder. */
export function historyPath(file: string): string {
  return isFolder(file) ? historyIn(file) : file;
}

/** Ours or Jepsen's, packed or not. */
function historyIn(folder: string): string {
  const names = ["history.jsonl", "history.edn", "history.json"];
  const paths = [...names, ...names.map((name) => `${name}.gz`)].map((name) => join(folder, name));
  return paths.find((path) => existsSync(path)) ?? join(folder, "history.jsonl");
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
