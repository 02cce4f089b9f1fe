/**
 * What a checker says about a history. Names of anomalies and of consistency models are Elle's;
 * `valid`, `anomalyTypes`, `not` and `alsoNot` mean what they mean there. The anomalies themselves
 * are explained in plain sentences, a few of each type, with the true count beside.
 */

import type { OperationDetail } from "../history/operation-detail.ts";

/** The workloads that are judged as Elle does. */
export type WorkloadModel = "list-append" | "rw-register";

export type Relation = "ww" | "wr" | "rw" | "process" | "realtime";

/** One edge of a cycle, and what proves it. */
export interface CycleStep {
  /** Index of the operation that comes first. */
  readonly from: number;
  readonly to: number;
  readonly relation: Relation;
  readonly key?: string;
  /** Element read (wr) or overwritten (ww, rw); absent for the initial state. */
  readonly element?: string;
  /** Element appended over it (ww, rw). */
  readonly next?: string;
  /** What the read that proves the edge found. */
  readonly read?: string;
  /** Index of the operation whose read shows the order (ww), or the element not yet read (rw). */
  readonly shownBy?: number;
  /** One sentence; transactions go by the names that `details` gives them. */
  readonly because: string;
}

export interface Anomaly {
  readonly type: string;
  /** Plain sentences for a person, joined. */
  readonly explanation: string;
  readonly sentences: readonly string[];
  /** Indexes of the operations concerned, in order of mention. */
  readonly operations: readonly number[];
  /** The first of them in detail. */
  readonly details: readonly OperationDetail[];
  readonly key?: string;
  /** The values of that key on which it turns. */
  readonly values?: readonly string[];
  readonly cycle?: readonly CycleStep[];
}

export interface CheckOptions {
  /** Consistency models or aliases of them, such as `strict-serializable`; may be none. */
  readonly consistency: string | readonly string[];
  /** Anomalies that count besides those that the models forbid, by name. */
  readonly anomalies?: readonly string[];
  /** Steps that the search for cycles may take in one component; the default is ample. */
  readonly searchSteps?: number;
  /** Edges between the transactions of one component that are looked at; the default is ample. */
  readonly mostEdges?: number;
}

/** What a caller may know, or assume, of registers; without it their versions have no order. */
export interface RegisterOptions extends CheckOptions {
  /** Each process sees the versions of a key in their order. */
  readonly sequentialKeys?: boolean;
  /** Each key is linearizable: real time orders its versions. */
  readonly linearizableKeys?: boolean;
  /** A transaction that reads and then writes a key makes the next version, or a later one. */
  readonly wfrKeys?: boolean;
  /** Places in the known order of transactions, by index of their completions. */
  readonly transactionOrder?: ReadonlyMap<number, number>;
  /** Calls a history invalid for values that nobody wrote; else, as in Elle, it is only warned. */
  readonly forbidGarbage?: boolean;
}

export interface CheckResult {
  readonly valid: true | false | "unknown";
  /** Types found that the models forbid or that were asked for, sorted. */
  readonly anomalyTypes: readonly string[];
  /** The weakest models that the history rules out, and those that fall with them. */
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
  /** The first few of each type in `anomalyTypes`. */
  readonly anomalies: readonly Anomaly[];
  /** How many of each type there are. */
  readonly anomalyCounts: Readonly<Record<string, number>>;
  /** Completions of type `ok` that were checked. */
  readonly operations: number;
  /** What the reader of this result should know, one sentence each. */
  readonly warnings: readonly string[];
}
