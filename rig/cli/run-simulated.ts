/**
 * Carries out one run at level `sim`: slices of simulation with a look at signals, the time limit,
 * the progress line and the files in between.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import { ed25519Authority } from "../adapters/crypto/ed25519.ts";
import { authorityOf } from "../core/auth/profile.ts";
import { nodeMaker } from "../core/consensus/make-node.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { RunSink } from "../core/run/record.ts";
import { baselineRecords } from "../simulation/baselines.ts";
import { SimulatedRun } from "../simulation/simulated-run.ts";
import type { ProgressLine } from "./terminal.ts";

/** Some milliseconds of simulation: a signal does not wait longer than this. */
const SLICE_EVENTS = 5_000;
const FLUSH_MS = 50;

export interface SimulatedRunWatch {
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  readonly progress: ProgressLine;
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
  while (!run.advance(SLICE_EVENTS)) {
    await nextTurn();
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
