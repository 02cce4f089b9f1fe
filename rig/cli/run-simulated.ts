/**
 * Carries out one run at level `sim`: slices of simulation with a look at signals, the time limit,
 * the progress line and the files in between.
 */

import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { ed25519Authority } from "../adapters/crypto/ed25519.ts";
import { authorityOf } from "../core/auth/profile.ts";
import { nodeMaker } from "../core/consensus/make-node.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { RunSink } from "../core/run/record.ts";
import { NS_PER_MS } from "../core/time/time.ts";
import { baselineRecords } from "../simulation/baselines.ts";
import { SimulatedRun } from "../simulation/simulated-run.ts";
import type { ProgressLine } from "./terminal.ts";

/** Some milliseconds of simulation: a signal does not wait longer than this. */
const SLICE_EVENTS = 5_000;
const FLUSH_MS = 50;
const PACE_MS = 20;

export interface SimulatedRunWatch {
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  readonly progress: Pick<ProgressLine, "draw">;
  /** Simulated seconds for each real one; as fast as it goes when left out. */
  readonly pace?: number | undefined;
  /** Called now and then: what was recorded so far goes to disk. */
  readonly flush: () => void;
}

export function openSimulatedRun(plan: RunPlan, sink: RunSink): SimulatedRun {
  for (const record of baselineRecords(plan)) sink.record(record);
  const authority = authorityOf(plan, ed25519Authority);
  const make = nodeMaker(plan, authority);
  return new SimulatedRun({ plan, makeNode: make, authority, sink });
}

/** Why the run was cut short; null when it came to its end. */
export async function carryOut(
  run: SimulatedRun,
  plan: RunPlan,
  watch: SimulatedRunWatch,
): Promise<string | null> {
  const startMs = performance.now();
  let flushedMs = startMs;
  while (!goOn(run, watch.pace, performance.now() - startMs)) {
    await (watch.pace === undefined ? nextTurn() : sleep(PACE_MS));
    const nowMs = performance.now();
    if (watch.signal.aborted) return `interrupted by ${watch.signal.reason}`;
    if (watch.timeoutMs !== undefined && nowMs - startMs > watch.timeoutMs) {
      return `it took longer than ${watch.timeoutMs / 1000} s`;
    }
    if (nowMs - flushedMs > FLUSH_MS) {
      watch.flush();
      flushedMs = nowMs;
    }
    const { issued, acknowledged, faults } = run.progress;
    watch.progress.draw({
      operations: issued,
      total: plan.workload.operations + plan.workload.finalReadsMin,
      acknowledged,
      activeFault: faults[0] ?? null,
      simulatedNs: run.nowNs,
    });
  }
  return null;
}

/** One slice; true when the run is finished. A run with a pace never gets ahead of real time. */
function goOn(run: SimulatedRun, pace: number | undefined, elapsedMs: number): boolean {
  if (pace === undefined) return run.advance(SLICE_EVENTS);
  run.advanceTo(simulatedNs(pace, elapsedMs), SLICE_EVENTS);
  return run.isFinished;
}

export function simulatedNs(pace: number, elapsedMs: number): number {
  return elapsedMs * NS_PER_MS * pace;
}
