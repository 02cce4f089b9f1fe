/**
 * The recovery ladder: what is done about a board that does not answer, from the mildest to the
 * last. Each rung is told to the caller before it is tried, who counts it in the result.
 */

import type { RecoveryRung } from "../core/run/bench-record.ts";
import { RigError } from "../core/verdict/rig-error.ts";

export interface Recoverable {
  readonly name: string;
  /** Rejects where the board does not answer in its time. */
  up(signal: AbortSignal): Promise<void>;
  reopen(signal: AbortSignal): Promise<void>;
  /** Left out where nothing can reset it. */
  readonly reset?: (signal: AbortSignal) => Promise<unknown>;
  /** Left out where nothing can switch its supply. */
  readonly powerCycle?: (signal: AbortSignal) => Promise<void>;
}

type Climb = (signal: AbortSignal) => Promise<unknown>;

export type OnRung = (rung: RecoveryRung, why: string) => void;

/** Rejects with `bench.node` when nothing has helped, and with the reason once it is aborted. */
export async function bringUp(
  board: Recoverable,
  onRung: OnRung,
  signal: AbortSignal,
): Promise<void> {
  const rungs: readonly (readonly [RecoveryRung, Climb | undefined])[] = [
    ["reopen", (abort) => board.reopen(abort)],
    ["reset", board.reset],
    ["power-cycle", board.powerCycle],
  ];
  let why = await problemOf(() => board.up(signal), signal);
  for (const [rung, climb] of rungs) {
    if (why === null) return;
    if (climb === undefined) continue;
    onRung(rung, why);
    why = await problemOf(async () => {
      await climb(signal);
      await board.up(signal);
    }, signal);
  }
  if (why === null) return;
  onRung("give-up", why);
  throw new RigError("bench.node", `${board.name} does not come up: ${why}`);
}

/** Null where it went well. */
async function problemOf(work: () => Promise<void>, signal: AbortSignal): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
