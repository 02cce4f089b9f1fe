/** An anomaly as the views want it, whichever answer it came from. */

import type { CheckAnswer } from "../core/api/index.ts";

type FromCheck = CheckAnswer["anomalies"][number];

export interface WebAnomaly {
  readonly type: string;
  readonly sentences: readonly string[];
  /** Indexes, in order of mention. */
  readonly operations: readonly number[];
  readonly details: FromCheck["details"];
  readonly cycle: NonNullable<FromCheck["cycle"]>;
}

export interface Verdict {
  readonly valid: boolean | "unknown";
  readonly not: readonly string[];
  readonly anomalies: readonly WebAnomaly[];
}

export function verdictOfCheck(answer: CheckAnswer): Verdict {
  const { valid, not, anomalies } = answer;
  return {
    valid,
    not,
    anomalies: anomalies.map(({ type, sentences, operations, details, cycle = [] }) => ({
      type,
      sentences,
      operations,
      details,
      cycle,
    })),
  };
}

export interface ResultCheck {
  readonly valid: boolean | "unknown";
  readonly not: readonly string[];
  readonly anomalies: readonly {
    readonly type: string;
    readonly text: string;
    readonly evidence?: Omit<FromCheck, "type" | "explanation"> | undefined;
  }[];
}

export function verdictOfResult({ valid, not, anomalies }: ResultCheck): Verdict {
  return {
    valid,
    not,
    anomalies: anomalies.map(({ type, text, evidence }) => ({
      type,
      sentences: evidence?.sentences ?? [text],
      operations: evidence?.operations ?? [],
      details: evidence?.details ?? [],
      cycle: evidence?.cycle ?? [],
    })),
  };
}

/** Of all operations that it mentions. */
export function indexesOf(anomaly: WebAnomaly | undefined): ReadonlySet<number> {
  const { operations = [], details = [] } = anomaly ?? {};
  return new Set([...operations, ...details.map(({ index }) => index)]);
}
