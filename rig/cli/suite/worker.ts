/**
 * A worker thread of a suite: carries out one job at a time. A run depends on its plan alone, so
 * it does not matter which worker has it, or when.
 */

import { parentPort } from "node:worker_threads";
import type { RunPlan } from "../../core/plan/plan.ts";
import { EvidenceBuilder } from "../../core/run/evidence-builder.ts";
import type { RunRecord } from "../../core/run/record.ts";
import { judgeRun } from "../../core/verdict/judge.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { suiteRunOf } from "../../report/suite-result.ts";
import { recordRun } from "../record-run.ts";
import { carryOut, openSimulatedRun } from "../run-simulated.ts";
import { ProgressLine } from "../terminal.ts";
import type { Answer, Job, ToWorker } from "./messages.ts";

const QUIET = new ProgressLine(true);
const controller = new AbortController();
const { signal } = controller;

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "abort") controller.abort(message.reason);
  else void answerTo(message.job);
});

async function answerTo(job: Job): Promise<void> {
  let answer: Answer;
  try {
    answer = job.kind === "judge" ? await judge(job.plan) : await record(job.plan, job.outputDir);
  } catch (error) {
    const code = error instanceof RigError ? error.code : "rig.internal";
    const text = error instanceof Error ? error.message : String(error);
    answer = { kind: "broken", code, message: text.split("\n", 1)[0] ?? "" };
  }
  parentPort?.postMessage(answer);
}

async function judge(plan: RunPlan): Promise<Answer> {
  const builder = new EvidenceBuilder(plan);
  const sink = { record: (entry: RunRecord) => builder.add(entry), node() {}, frame() {} };
  const run = openSimulatedRun(plan, sink);
  const watch = { signal, timeoutMs: undefined, progress: QUIET, flush() {} };
  if ((await carryOut(run, plan, watch)) !== null) return { kind: "aborted" };
  run.end(null);
  return { kind: "judged", run: suiteRunOf(judgeRun(builder.evidence())) };
}

async function record(plan: RunPlan, outputDir: string): Promise<Answer> {
  const options = { plan, outputDir, timeoutMs: undefined, signal, urgent: signal };
  const { folder, result } = await recordRun({ ...options, progress: QUIET });
  return { kind: "recorded", folder, run: suiteRunOf(result) };
}
