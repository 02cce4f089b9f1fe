/**
 * Operations as the views want them, from a stream, a history file or an upload: pairs of
 * invocation and completion as spans, and what can be counted of them. Times are milliseconds.
 */

import type { GeneralOperation } from "../core/history/general-operation.ts";
import { canonicalText } from "../core/history/general-operation.ts";
import type { Operation } from "../core/history/operation.ts";
import { readOperations } from "../core/history/read-operations.ts";

export type SpanType = "ok" | "fail" | "info" | "open";

/** One operation of a client from its invocation to its completion. */
export interface Span {
  readonly invoke: number;
  /** Index of the completion; -1 while it is open. */
  complete: number;
  readonly process: string;
  readonly lane: number;
  readonly node: string;
  readonly startMs: number;
  endMs: number;
  type: SpanType;
  text: string;
}

/** A line of the event log. */
export interface LogRow {
  readonly index: number;
  readonly process: string;
  readonly type: string;
  readonly text: string;
  readonly timeMs: number;
}

/** What a fault shades. */
export interface FaultSpan {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly startMs: number;
  endMs: number | null;
}

/** Changes with faults that grow in place. */
export function faultsKey(faults: readonly FaultSpan[]): string {
  return `${faults.length} ${faults.filter(({ endMs }) => endMs !== null).length}`;
}

const NS_PER_MS = 1e6;
const TEXT_MAX = 120;

/** Spans in the order of time, none of which begins before the one before it has ended. */
export class Row {
  readonly spans: Span[] = [];
  /** Apart, so that a search reads nothing else. */
  readonly #starts: number[] = [];

  push(span: Span): void {
    this.spans.push(span);
    this.#starts.push(span.startMs);
  }

  /** How many begin up to this time; `known` of them are known to. Near ones are found at once. */
  until(ms: number, known = 0): number {
    const starts = this.#starts;
    let step = 1;
    while (known + step <= starts.length && (starts[known + step - 1] ?? 0) <= ms) step *= 2;
    let [low, high] = [known + (step >> 1), Math.min(starts.length, known + step)];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One client. */
export interface Lane {
  /** Names of the processes that it has been, one after the other. */
  readonly processes: string[];
  readonly all: Row;
  /** Those that ended other than `ok`: in a crowd they must not be overlooked. */
  readonly rare: Row;
}

/** A history that grows; views look at its fields and at `version`. */
export class History {
  readonly spans: Span[] = [];
  readonly log: LogRow[] = [];
  readonly lanes: Lane[] = [];
  readonly counts = { invoke: 0, ok: 0, fail: 0, info: 0 };
  /** Of those that were `ok`, in the order of completion, and their sum. */
  readonly latenciesMs: number[] = [];
  latencySumMs = 0;
  endMs = 0;
  version = 0;
  readonly #lanes = new Map<string, number>();
  readonly #open = new Map<string, Span>();
  /** Lanes whose process has retired: an outcome that nobody knows ends a process. */
  readonly #free: number[] = [];
  readonly #byIndex = new Map<number, Span>();

  /** Invoked and not completed, in the order of invocation. */
  get open(): Iterable<Span> {
    return this.#open.values();
  }

  /** The span that this operation, invocation or completion, belongs to. */
  spanOf(index: number): Span | undefined {
    return this.#byIndex.get(index);
  }

  /** Operations that were not in order, or not of clients, are in the log alone. */
  add(row: LogRow & { readonly node?: string; readonly isClient: boolean }): void {
    const { index, process, timeMs, text } = row;
    this.version += 1;
    this.endMs = Math.max(this.endMs, timeMs);
    this.log.push(row);
    if (!row.isClient) return;
    if (row.type === "invoke") this.#begin(row, row.node ?? "");
    else {
      this.counts[row.type as "ok" | "fail" | "info"] += 1;
      const span = this.#open.get(process);
      if (span === undefined) return;
      this.#open.delete(process);
      span.complete = index;
      span.endMs = timeMs;
      span.type = row.type as SpanType;
      span.text = text;
      this.#byIndex.set(index, span);
      if (row.type === "info") this.#free.push(span.lane);
      if (row.type !== "ok") this.lanes[span.lane]?.rare.push(span);
      else this.#answered(timeMs - span.startMs);
    }
  }

  #answered(latencyMs: number): void {
    this.latenciesMs.push(latencyMs);
    this.latencySumMs += latencyMs;
  }

  #begin({ index, process, timeMs, text }: LogRow, node: string): void {
    this.counts.invoke += 1;
    let lane = this.#lanes.get(process);
    if (lane === undefined) {
      const fresh = { processes: [], all: new Row(), rare: new Row() };
      lane = this.#free.shift() ?? this.lanes.push(fresh) - 1;
      this.#lanes.set(process, lane);
      this.lanes[lane]?.processes.push(process);
    }
    const startMs = timeMs;
    const at = { startMs, endMs: startMs, invoke: index, complete: -1 };
    const span: Span = { ...at, process, lane, node, type: "open", text };
    this.#open.set(process, span);
    this.#byIndex.set(index, span);
    this.spans.push(span);
    this.lanes[lane]?.all.push(span);
  }
}

export function addRecorded(history: History, operation: Operation): void {
  const { index, type, process, time, value, node, error } = operation;
  const isClient = typeof process === "number";
  const text = isClient ? microText(value) : `${operation.f} ${String(value ?? "")}`;
  history.add({
    index,
    type,
    process: String(process),
    timeMs: time / NS_PER_MS,
    text: error === undefined ? text : `${text} (${error})`,
    isClient,
    ...(node === undefined ? {} : { node: String(node) }),
  });
}

/** Throws a `RigError` that names the line where the bytes are no history. */
export function historyOfBytes(bytes: Uint8Array): History {
  const history = new History();
  const operations = readOperations(bytes);
  // Without times the index takes their place, one millisecond each.
  const isTimed = operations.some(({ time }) => time > 0);
  for (const operation of operations) addGeneral(history, operation, isTimed);
  return history;
}

function addGeneral(history: History, operation: GeneralOperation, isTimed: boolean): void {
  const { index, type, f, process, time, value, node } = operation;
  const words = f === "txn" ? canonicalText(value) : `${f} ${canonicalText(value)}`;
  history.add({
    index,
    type,
    process: String(process ?? "?"),
    timeMs: isTimed ? Math.max(0, time) / NS_PER_MS : index,
    text: shortened(words),
    isClient: typeof process === "number",
    ...(node === undefined ? {} : { node }),
  });
}

function microText(value: Operation["value"]): string {
  if (value === null || typeof value === "string") return String(value ?? "");
  return shortened(value.map((each) => `${each[0]} ${each[1]} ${valueText(each[2])}`).join(", "));
}

function valueText(value: readonly number[] | number | null): string {
  if (value === null) return "?";
  return typeof value === "number" ? String(value) : `[${value.join(" ")}]`;
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`;
}

/** `870 us`, `12.3 ms`, `4.56 s`. */
export function timeText(ms: number): string {
  if (ms === 0) return "0";
  if (ms < 1) return `${(ms * 1000).toFixed(ms < 0.01 ? 2 : 0)} us`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`;
}
