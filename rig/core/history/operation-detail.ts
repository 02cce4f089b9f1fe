/**
 * An operation that an anomaly speaks of, as a reader wants it: who asked which node, when, and
 * what came out. Keys and values are texts in EDN's writing.
 */

export interface OperationDetail {
  /** What the sentences call it where they need a short name: `T1`. */
  readonly name: string;
  /** Index of its completion, or of its invocation where it has none. */
  readonly index: number;
  /** `open` where it never completed. */
  readonly type: "ok" | "fail" | "info" | "open";
  /** `null` in a history without processes. */
  readonly process: number | string | null;
  /** Where the history names it. */
  readonly node?: string;
  /** Absent in a history of completions only. */
  readonly invoked?: Moment;
  readonly completed?: Moment;
  readonly operations: readonly MicroOperationDetail[];
}

export interface Moment {
  readonly index: number;
  /** Nanoseconds as the history has them; absent where it has none. */
  readonly timeNs?: number;
  /** Line of the file on which it begins, from 1; absent if it comes from no file. */
  readonly line?: number;
}

export interface MicroOperationDetail {
  /** `append`, `r`, `w`, or the function of an operation that is no transaction. */
  readonly f: string;
  readonly key?: string;
  /** Written or read; a long list is cut to its end; `null` where nothing is known. */
  readonly value: string | null;
}

/** Anomalies may concern thousands of operations; no more than these are told in detail. */
export const DETAILED_OPERATIONS = 16;

/** `append 3 17`, `r 4 [1 2]`, `read 5`; a question mark for what is not known. */
export function microOperationText({ f, key, value }: MicroOperationDetail): string {
  return [f, key, value ?? "?"].filter((part) => part !== undefined && part !== "").join(" ");
}
