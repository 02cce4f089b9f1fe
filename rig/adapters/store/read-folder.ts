/**
 * Reads a run folder back: its plan from `run.json`, its record from `events.jsonl`, line by line.
 * A last line that breaks off, as a killed rig leaves it, marks the record as partial; anything
 * else that is not a record is an error with file and line.
 */

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { RunEvidence } from "../../core/run/evidence.ts";
import { EvidenceBuilder } from "../../core/run/evidence-builder.ts";
import type { RunRecord } from "../../core/run/record.ts";
import { NS_PER_S } from "../../core/time/time.ts";
import { parseCandumpLine } from "../../core/trace/candump.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { linesOf, unreadable } from "./lines.ts";
import { CHANNEL } from "./run-folder.ts";

const RECORD_TYPES: Readonly<Record<RunRecord["type"], true>> = {
  operation: true,
  "node-history": true,
  marker: true,
  fault: true,
  "bus-state": true,
  phase: true,
  violation: true,
  statistics: true,
  baseline: true,
  "bench-phase": true,
  flash: true,
  board: true,
  recovery: true,
  failure: true,
  teardown: true,
  end: true,
};

/** Throws `input.unreadable` or `input.malformed`. */
export function readRunFolder(folder: string): RunEvidence {
  const builder = new EvidenceBuilder(readPlan(folder));
  for (const entry of recordsOf(folder)) {
    if (entry === null) builder.markPartial("its last line breaks off");
    else builder.add(entry);
  }
  for (const { timeNs, frame } of framesOf(folder)) builder.frame(timeNs, frame);
  return builder.evidence();
}

/** The record of a run; null for a last line that breaks off. Throws as `readRunFolder` does. */
export function* recordsOf(folder: string): Generator<RunRecord | null> {
  const path = join(folder, "events.jsonl");
  for (const { text, number, isWhole } of linesOf(path)) {
    const entry = parseRecord(text);
    if (entry !== null || !isWhole) yield entry;
    else {
      throw new RigError(
        "input.malformed",
        `${path}:${number}: expected one record of a run as a JSON object`,
      );
    }
  }
}

/** The frames of the bus log; none of one that has more bytes. Throws `input.malformed`. */
export function* framesOf(folder: string, bytesMax = Number.POSITIVE_INFINITY) {
  const path = join(folder, `bus-${CHANNEL}.log`);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || size > bytesMax) return;
  for (const { text, number, isWhole } of linesOf(path)) {
    if (!isWhole) return;
    const { seconds, nanoseconds, frame } = frameIn(text, number, path);
    yield { timeNs: seconds * NS_PER_S + nanoseconds, frame };
  }
}

function frameIn(text: string, number: number, path: string) {
  try {
    return parseCandumpLine(text, number);
  } catch (error) {
    const { message } = error as Error;
    throw new RigError("input.malformed", `${path}: ${message}`, { cause: error });
  }
}

/** The bench file of a run on a bench. Throws as `readPlan` does. */
export function readBenchOf(folder: string): string | undefined {
  readPlan(folder);
  return JSON.parse(readRunJson(folder)).bench?.file;
}

function readRunJson(folder: string): string {
  const path = join(folder, "run.json");
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The plan in `run.json`. Throws `input.unreadable` or `input.malformed`. */
export function readPlan(folder: string): RunPlan {
  const path = join(folder, "run.json");
  const plan = planIn(readRunJson(folder));
  if (plan !== null) return plan;
  throw new RigError(
    "input.malformed",
    `${path}: expected the run.json of a run: a JSON object with a "plan" of schema 1`,
  );
}

function planIn(text: string): RunPlan | null {
  try {
    const { plan } = JSON.parse(text) as { plan?: Partial<RunPlan> };
    return plan?.schema === 1 && Array.isArray(plan.faults) ? (plan as RunPlan) : null;
  } catch {
    return null;
  }
}

function parseRecord(text: string): RunRecord | null {
  try {
    const entry = JSON.parse(text) as Partial<RunRecord> | null;
    if (entry === null || typeof entry.time !== "number") return null;
    return Object.hasOwn(RECORD_TYPES, entry.type ?? "") ? (entry as RunRecord) : null;
  } catch {
    return null;
  }
}
