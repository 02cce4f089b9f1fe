/**
 * What the server asks of the rig around it: runs, the results folder, the reading of faults, the
 * checking of uploads. The command puts it together.
 */

import type {
  CheckAnswer,
  CheckQuery,
  Pace,
  RunRequest,
  RunSummary,
  RunsQuery,
} from "../core/api/index.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { MicroOp } from "../core/history/operation.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { ScenarioFault } from "../core/plan/scenario.ts";
import type { RunSink } from "../core/run/record.ts";
import type { Progress } from "../report/progress.ts";

/** A hand in a run that is under way. Each throws a `RigError` for what has no meaning. */
export interface LiveControl {
  strike(fault: Fault): void;
  lift(id: string): void;
  /** Index of the invocation; null when no client was free. */
  propose(node: number, value: readonly MicroOp[]): number | null;
  conclude(): void;
  /** What was recorded so far goes to the files. */
  flush(): void;
}

export interface StartRun {
  readonly plan: RunPlan;
  readonly pace: Pace;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly urgent: AbortSignal;
  readonly sink: RunSink;
  /** The run has its folder, `scenario/folder`. */
  opened(id: string, control: LiveControl): void;
  /** Now and then, some twenty times a second. */
  onProgress(progress: Progress): void;
}

export interface RunId {
  readonly scenario: string;
  readonly folder: string;
}

export type RunFile =
  | "run.json"
  | "result.json"
  | "metrics.json"
  | "report.html"
  | "nodes-history.jsonl";
export type HistoryFormat = "json" | "edn" | "jsonl";
export type HistorySource = "clients" | "nodes";

export interface HistoryOptions {
  readonly format: HistoryFormat;
  readonly source: HistorySource;
  /** Index of the first operation. */
  readonly from: number;
}

export interface RunResults {
  list(query: RunsQuery): { readonly runs: readonly RunSummary[]; readonly next: string | null };
  /** Throws `input.unreadable` for a run that is not there; so do the others. */
  summary(id: RunId): RunSummary;
  file(id: RunId, name: RunFile): string;
  /** The history in pieces, from the file that grows as the run goes on. */
  history(id: RunId, options: HistoryOptions): AsyncIterable<string>;
  /** The record in pieces, up to the last whole line. */
  record(id: RunId): AsyncIterable<string>;
  /** Lines of the history from the one with this index on. */
  lines(id: RunId, index: number): AsyncIterable<string>;
  /** Tells a sink what the run recorded, but for what nodes note of themselves. */
  replay(id: RunId, open: (plan: RunPlan, durationNs: number) => RunSink): Promise<void>;
}

export interface RigParts {
  readonly version: string;
  /** Throws a `RigError` for a request without meaning. */
  plan(protocol: RunPlan["protocol"], request: RunRequest): RunPlan;
  /** Until the folder is complete; rejects with what ended the run, where that was no signal. */
  run(start: StartRun): Promise<void>;
  readonly results: RunResults;
  /** Throws `usage.option`; the value has no start and no end. */
  readFault(value: unknown): ScenarioFault;
  check(history: Uint8Array, query: CheckQuery): Promise<CheckAnswer>;
}
