/**
 * Carries out a run and keeps its evidence: folder, record, teardown, derived files. Whatever
 * happens, the teardown runs and the folder says how far the run got.
 */

import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RunFolder } from "../adapters/store/run-folder.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { RunEvidence } from "../core/run/evidence.ts";
import { EvidenceBuilder } from "../core/run/evidence-builder.ts";
import type { RunSink } from "../core/run/record.ts";
import { judgeRun } from "../core/verdict/judge.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { Teardown } from "../engine/teardown.ts";
import type { SimulatedRun } from "../simulation/simulated-run.ts";
import { filesOfRun } from "./repeat.ts";
import { runProcesses } from "./run-processes.ts";
import { carryOut, openSimulatedRun } from "./run-simulated.ts";
import type { ProgressLine } from "./terminal.ts";
import { VERSION } from "./version.ts";

export interface RecordOptions {
  readonly plan: RunPlan;
  readonly outputDir: string;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly urgent: AbortSignal;
  readonly progress: ProgressLine;
}

export interface RecordedRun {
  readonly folder: string;
  readonly evidence: RunEvidence;
  readonly result: RunResult;
}

const STEP_MS = 5_000;

export async function recordRun(options: RecordOptions): Promise<RecordedRun> {
  const { plan, outputDir } = options;
  const started = new Date();
  const name = `${started.toISOString().replace(/[-:]/g, "")}-${plan.seed}`;
  const { scenario, nodes } = plan;
  const hasResidents = plan.residents !== undefined;
  const folder = RunFolder.create({ outputDir, scenario, name, nodes, hasResidents });
  const builder = new EvidenceBuilder(plan);
  const sink: RunSink = {
    record(entry) {
      builder.add(entry);
      folder.record(entry);
    },
    node: folder.node.bind(folder),
    frame: folder.frame.bind(folder),
  };
  try {
    folder.write("run.json", runJson(plan, folder.path, started, undefined));
    await carryOutAndRestore(options, sink, folder);
  } finally {
    folder.close();
  }
  const evidence = builder.evidence();
  const result = judgeRun(evidence);
  for (const { name, text } of filesOfRun(evidence, result)) {
    folder.write(name, text);
    if (name === "history.json") folder.writeLastHistory(text);
  }
  folder.write("run.json", runJson(plan, folder.path, started, evidence.partial));
  return { folder: folder.path, evidence, result };
}

/** The run and, however it ends, its teardown; the record then says how it ended. */
function carryOutAndRestore(
  options: RecordOptions,
  sink: RunSink,
  folder: RunFolder,
): Promise<void> {
  const teardown = new Teardown({ sleep: (ms, abort) => sleep(ms, undefined, { signal: abort }) });
  return options.plan.level === "sim"
    ? simulateAndRestore(options, sink, { folder, teardown })
    : runProcesses({ ...options, sink, folder, teardown });
}

async function simulateAndRestore(
  options: RecordOptions,
  sink: RunSink,
  { folder, teardown }: { readonly folder: RunFolder; readonly teardown: Teardown },
): Promise<void> {
  const { plan, signal, urgent, timeoutMs, progress } = options;
  let run: SimulatedRun | null = null;
  let partial: string | null = "the run broke off";
  try {
    run = openSimulatedRun(plan, sink);
    const opened = run;
    const heal = () => healedText(opened.healAll());
    teardown.push({ name: "heal faults", limitMs: STEP_MS, run: heal, safe: heal });
    const flush = () => folder.flush();
    partial = await carryOut(run, plan, { signal, timeoutMs, progress, flush });
  } finally {
    for (const step of await teardown.run(urgent)) {
      sink.record({ type: "teardown", time: run?.nowNs ?? 0, step });
    }
    run?.end(partial);
  }
}

function healedText(count: number): string {
  return count === 0 ? "none was in force" : `${count} healed`;
}

function runJson(
  plan: RunPlan,
  path: string,
  started: Date,
  partial: string | null | undefined,
): string {
  const isRunning = partial === undefined;
  const ended = new Date();
  const value = {
    schema: 1,
    status: isRunning ? "running" : partial === null ? "finished" : "partial",
    seed: plan.seed,
    plan,
    versions: { "canfd-rig": VERSION, node: process.version },
    host: { name: hostname(), platform: process.platform, arch: process.arch },
    folder: resolve(path),
    startedAt: started.toISOString(),
    endedAt: isRunning ? null : ended.toISOString(),
    wallMilliseconds: isRunning ? null : ended.getTime() - started.getTime(),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
