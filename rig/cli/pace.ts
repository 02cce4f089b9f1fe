/**
 * How much slower than a desktop this machine is just now: protocol timers in real time are made
 * longer by as much, so that a busy machine or one without hardware of its own still comes to a
 * verdict about the protocol.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { planAtPace } from "../core/plan/pace.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { NS_PER_MS } from "../core/time/time.ts";

const TRIES = 8;
/** A round takes some records made durable and some turns of each node, one after the other. */
const TURNS_PER_ROUND = 20;
const PACE_MAX = 8;

/** The plan with timers that this machine can keep; one of virtual time as it is. */
export async function planForMachine(plan: RunPlan): Promise<RunPlan> {
  return plan.level === "sim" ? plan : planAtPace(plan, await measuredPace(plan));
}

/** A whole factor of 1 to 8. */
async function measuredPace({ timers, nodes }: RunPlan): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "rig-pace-"));
  try {
    const file = await open(join(folder, "record"), "a");
    const taken: number[] = [];
    for (let index = 0; index < TRIES; index++) {
      const start = process.hrtime.bigint();
      await file.write(new Uint8Array(200));
      await file.datasync();
      await sleep(1);
      taken.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
    await file.close();
    // The slowest but one: a round waits for its slowest votes.
    const slow = taken.sort((a, b) => b - a)[1] ?? 0;
    // The nodes and the rig take turns on the processors, which nobody does yet.
    const sharers = Math.max(1, (nodes + 1) / availableParallelism());
    const roundNs = slow * NS_PER_MS * TURNS_PER_ROUND * sharers;
    return Math.min(PACE_MAX, Math.max(1, Math.ceil(roundNs / timers.roundTimeoutNs)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
