/** What can be asserted of the frames on a bus, and what came of it. */

import type { FramePattern } from "./pattern.ts";

export type Expectation =
  /** Within that time of the start, or of each frame that matches `after`. */
  | { readonly kind: "within"; readonly limitNs: number; readonly after: FramePattern | null }
  | { readonly kind: "period"; readonly periodNs: number; readonly toleranceNs: number }
  | { readonly kind: "never" }
  | { readonly kind: "count"; readonly min: number; readonly max: number };

export interface Assertion {
  readonly name: string;
  readonly pattern: FramePattern;
  readonly expectation: Expectation;
}

export interface Place {
  /** Since the start; null where there are no stamps. */
  readonly timeNs: number | null;
  /** Line or offset in the trace; 0 on a live bus. */
  readonly at: number;
}

export interface Finding {
  /** `unknown`: what was lost or cut off may have been what matters. */
  readonly outcome: "valid" | "invalid" | "unknown";
  readonly text: string;
  /** The first place where it does not hold. */
  readonly first: Place | null;
  readonly violations: number;
}

/** One expectation on its way through the frames; times never go back. */
export interface Check {
  match(place: Place): void;
  /** A frame that matches `after`. */
  trigger?(place: Place): void;
  /** Frames may be missing here. */
  hole(): void;
  /** `endNs`: until when was listened. */
  finish(endNs: number): Finding;
}

/** `once`, `3 times`. */
export function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** `10 ms`, `0.25 ms`: to the microsecond, as assertions are written. */
export function milliseconds(ns: number): string {
  return `${Number((ns / 1e6).toFixed(3))} ms`;
}
