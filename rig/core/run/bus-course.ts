/**
 * The bus in the course of a run: how busy it was and how many error frames it had in windows of
 * equal length, and when controllers were in error states. However long the run, the windows are
 * few: they double whenever there would be too many.
 */

import { type BitRates, bitsDurationNs, frameBits } from "../can/bit-count.ts";
import type { ErrorState } from "../can/error-confinement.ts";
import type { CanFrame } from "../can/frame.ts";
import { NS_PER_MS } from "../time/time.ts";

export interface BusWindows {
  readonly windowNs: number;
  /** For each window from the start on, nanoseconds in which frames were on the bus. */
  readonly busyNs: readonly number[];
  readonly errorFrames: readonly number[];
}

export interface BusStateChange {
  readonly timeNs: number;
  /** `host` is the rig's own controller. */
  readonly node: number | "host";
  readonly state: ErrorState;
}

/** A time in which a controller was not error-active; `endNs` is null where it stayed so. */
export interface BusTrouble {
  readonly node: BusStateChange["node"];
  readonly state: Exclude<ErrorState, "error-active">;
  readonly startNs: number;
  readonly endNs: number | null;
}

export const BUS_WINDOWS_MAX = 400;

export class BusCourseBuilder {
  readonly #rates: BitRates;
  #windowNs = NS_PER_MS;
  #busyNs: number[] = [];
  #errorFrames: number[] = [];

  constructor(rates: BitRates) {
    this.#rates = rates;
  }

  /** At the end of the frame; an error frame counts, and takes no time. */
  frame(timeNs: number, frame: CanFrame): void {
    while (timeNs >= BUS_WINDOWS_MAX * this.#windowNs) this.#double();
    const at = Math.max(0, Math.floor(timeNs / this.#windowNs));
    while (this.#busyNs.length <= at) {
      this.#busyNs.push(0);
      this.#errorFrames.push(0);
    }
    if (frame.error) this.#errorFrames[at] = (this.#errorFrames[at] ?? 0) + 1;
    else {
      const tookNs = bitsDurationNs(frameBits(frame), this.#rates);
      this.#busyNs[at] = (this.#busyNs[at] ?? 0) + tookNs;
    }
  }

  /** Null where there was no frame. */
  windows(): BusWindows | null {
    if (this.#busyNs.length === 0) return null;
    const [busyNs, errorFrames] = [[...this.#busyNs], [...this.#errorFrames]];
    return { windowNs: this.#windowNs, busyNs, errorFrames };
  }

  #double(): void {
    this.#windowNs *= 2;
    this.#busyNs = inPairs(this.#busyNs);
    this.#errorFrames = inPairs(this.#errorFrames);
  }
}

function inPairs(counts: readonly number[]): number[] {
  return Array.from(
    { length: Math.ceil(counts.length / 2) },
    (_, at) => (counts[2 * at] ?? 0) + (counts[2 * at + 1] ?? 0),
  );
}

/** Per cent of each window in which the bus was busy. */
export function busLoads({ windowNs, busyNs }: BusWindows): readonly number[] {
  return busyNs.map((each) => Math.min(100, Math.round((each * 1000) / windowNs) / 10));
}

/** In the order of their beginning. */
export function busTroubles(changes: readonly BusStateChange[]): readonly BusTrouble[] {
  const troubles: BusTrouble[] = [];
  const last = new Map<BusStateChange["node"], number>();
  for (const { timeNs, node, state } of changes) {
    const place = last.get(node) ?? -1;
    const before = troubles[place];
    if (before?.state === state) continue;
    if (before !== undefined) troubles[place] = { ...before, endNs: timeNs };
    last.delete(node);
    if (state === "error-active") continue;
    last.set(node, troubles.push({ node, state, startNs: timeNs, endNs: null }) - 1);
  }
  return troubles;
}

/** Each controller once, the rig's own last. */
export function controllersOf(troubles: readonly BusTrouble[]): readonly BusTrouble["node"][] {
  const place = (node: BusTrouble["node"]) => (node === "host" ? Infinity : node);
  return [...new Set(troubles.map(({ node }) => node))].sort((a, b) => place(a) - place(b));
}

/** `node 2`, and `rig` for its own. */
export function controllerText(node: BusTrouble["node"]): string {
  return node === "host" ? "rig" : `node ${node}`;
}
