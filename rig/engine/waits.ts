/**
 * Waits that end: each has a name, a deadline and a signal. When the deadline passes, the error
 * says what was awaited, for how long, and what was seen last.
 */

import { RigError, type RigErrorCode } from "../core/verdict/rig-error.ts";
import type { Sleep } from "../ports/clock.ts";

export interface Wait {
  /** What is awaited, such as `node 3 to boot`: it follows "waited 5 s for". */
  readonly name: string;
  readonly limitMs: number;
  readonly sleep: Sleep;
  /** Ends the wait early, with an `AbortError`. */
  readonly signal: AbortSignal;
  /** Whose trouble it is when the deadline passes. */
  readonly code: RigErrorCode;
}

/** What the work that is waited for gets. */
export interface Watch {
  /** Aborted when nobody waits any more, whatever the reason. */
  readonly signal: AbortSignal;
  /** Notes what was seen, for the error in case that it was the last. */
  seen(what: string): void;
}

/** The result of `work`, or the error that says what was waited for in vain. */
export async function waitFor<T>(wait: Wait, work: (watch: Watch) => Promise<T>): Promise<T> {
  const { name, limitMs, sleep, signal, code } = wait;
  if (signal.aborted) throw interrupted(name);
  let lastSeen = "nothing";
  const working = new AbortController();
  const timing = new AbortController();
  let onAbort: () => void = () => undefined;
  const cutShort = new Promise<never>((_, reject) => {
    onAbort = () => reject(interrupted(name));
    signal.addEventListener("abort", onAbort);
    const onLate = () => {
      const text = `waited ${limitMs / 1000} s for ${name}; last seen: ${lastSeen}`;
      if (!timing.signal.aborted) reject(new RigError(code, text));
    };
    // Some timers reject when they are aborted: then the wait is over already.
    sleep(limitMs, timing.signal).then(onLate, () => undefined);
  });
  const seen = (what: string) => {
    lastSeen = what;
  };
  try {
    return await Promise.race([work({ signal: working.signal, seen }), cutShort]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    timing.abort();
    working.abort();
  }
}

function interrupted(name: string): DOMException {
  return new DOMException(`interrupted while waiting for ${name}`, "AbortError");
}
