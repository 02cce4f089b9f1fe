/**
 * Assertions on a stream of records, from a file or from a live bus: `step` for each record, then
 * `finish` for the results. Where frames were lost, what depends on those is unknown.
 */

import type { TraceRecord, TraceTime } from "../trace/index.ts";
import { nanosecondsOf, subtractTimes } from "../trace/trace-time.ts";
import type { Assertion, Check, Finding, Place } from "./assertion.ts";
import { CountCheck } from "./count-check.ts";
import { matches } from "./pattern.ts";
import { PeriodCheck } from "./period-check.ts";
import { WithinCheck } from "./within-check.ts";

export interface AssertionResult extends Finding {
  readonly name: string;
  readonly pattern: string;
  readonly kind: Assertion["expectation"]["kind"];
}

interface Running {
  readonly assertion: Assertion;
  readonly check: Check;
}

export class Asserter {
  readonly #running: readonly Running[];
  #start: TraceTime | null;
  #nowNs = 0;
  #frames = 0;
  #isUnstamped = false;

  /** `start`: when listening began; without, with the first record that has a time. */
  constructor(assertions: readonly Assertion[], start: TraceTime | null = null) {
    this.#running = assertions.map((assertion) => ({ assertion, check: checkOf(assertion) }));
    this.#start = start;
  }

  get frames(): number {
    return this.#frames;
  }

  step(record: TraceRecord): void {
    this.#advance(record.time);
    if (record.kind === "event") {
      if (record.event === "hole") this.hole();
      return;
    }
    if (record.kind !== "data" && record.kind !== "remote") return;
    this.#frames++;
    if (record.time === null) this.#isUnstamped = true;
    const place: Place = { timeNs: record.time === null ? null : this.#nowNs, at: record.at };
    for (const { assertion, check } of this.#running) {
      const { pattern, expectation } = assertion;
      if (matches(pattern, record)) check.match(place);
      if (expectation.kind !== "within" || expectation.after === null) continue;
      if (matches(expectation.after, record)) check.trigger?.(place);
    }
  }

  /** Frames were lost here, or nobody knows whether. */
  hole(): void {
    for (const { check } of this.#running) check.hole();
  }

  /** `end`: until when was listened; without, until the last record. In the order of the file. */
  finish(end: TraceTime | null = null): readonly AssertionResult[] {
    this.#advance(end);
    return this.#running.map(({ assertion, check }) => {
      const { name, pattern, expectation } = assertion;
      const { kind } = expectation;
      const finding = check.finish(this.#nowNs);
      const needsTime = kind === "within" || kind === "period";
      const result = { name, pattern: pattern.text, kind };
      if (!needsTime || !this.#isUnstamped) return { ...result, ...finding };
      const text = "there are no time stamps";
      return { ...result, outcome: "unknown" as const, text, first: null, violations: 0 };
    });
  }

  /** Stamps that go back count as the latest one. */
  #advance(time: TraceTime | null): void {
    if (time === null) return;
    this.#start ??= time;
    const sinceNs = Number(nanosecondsOf(subtractTimes(time, this.#start)));
    this.#nowNs = Math.max(this.#nowNs, sinceNs);
  }
}

function checkOf({ expectation }: Assertion): Check {
  switch (expectation.kind) {
    case "within":
      return new WithinCheck(expectation.limitNs, expectation.after !== null);
    case "period":
      return new PeriodCheck(expectation.periodNs, expectation.toleranceNs);
    case "never":
      return new CountCheck(0, 0);
    case "count":
      return new CountCheck(expectation.min, expectation.max);
  }
}

export type AssertionsOutcome = "valid" | "invalid" | "unknown";

/** The worst of all. */
export function outcomeOf(results: readonly Finding[]): AssertionsOutcome {
  const has = (outcome: Finding["outcome"]) => results.some((each) => each.outcome === outcome);
  return has("invalid") ? "invalid" : has("unknown") ? "unknown" : "valid";
}
