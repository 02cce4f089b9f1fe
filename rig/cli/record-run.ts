/**
 * Carries out a run and keeps its evidence: folder, record, teardown, derived files. Whatever
 * happens, the teardown runs and the folder says how far the run got.
 */

import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { recordsOf } from "../adapters/store/read-folder.ts";
import { RunFolder } from "../adapters/store/run-folder.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { RunEvidence } from "../core/run/evidence.ts";
import { EvidenceBuilder } from "../core/run/evidence-builder.ts";
import type { RunSink } from "../core/run/record.ts";
import { judgeRun } from "../core/verdict/judge.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { Teardown } from "../engine/teardown.ts";
import type { SimulatedRun } from "../simulation/simulated-run.ts";
import { type HeldBench, runOnBench } from "./bench/run-bench.ts";
import { ByHand } from "./by-hand.ts";
import { filesOfRun } from "./repeat.ts";
import { runProcesses } from "./run-processes.ts";
import { carryOut, openSimulatedRun, simulatedNs } from "./run-simulated.ts";
import type { ProgressLine } from "./terminal.ts";
import { VERSION } from "./version.ts";

export interface RecordOptions {
  readonly plan: RunPlan;
  /** Why `--level auto` came to this level; null where the level was named. */
  readonly levelChoice?: string | null;
  /** One interface for all, at level `vcan`. */
  readonly bus?: string | undefined;
  /** At level `bench`. */
  readonly choice?: HeldBench | undefined;
  readonly outputDir: string;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly urgent: AbortSignal;
  readonly progress: Pick<ProgressLine, "draw">;
  /** For those who watch the run and have a hand in it. */
  readonly live?: LiveOptions;
}

export interface LiveOptions {
  /** Simulated seconds for each real one; as fast as it goes when left out. */
  readonly pace: number | undefined;
  /** Gets all that is recorded. */
  readonly sink: RunSink;
  /** Called once the run has its folder, before it begins. */
  opened(folder: RunFolder, hand: ByHand): void;
}

export interface RecordedRun {
  readonly folder: string;
  readonly evidence: RunEvidence;
  readonly result: RunResult;
}

const STEP_MS = 5_000;

/** Rejects with `usage.option` for a run on a bench that nobody named. */
export async function recordRun(options: RecordOptions): Promise<RecordedRun> {
  const { plan, outputDir } = options;
  if (plan.level === "bench" && options.choice === undefined) throw withoutBench();
  const started = new Date();
  const name = `${started.toISOString().replace(/[-:]/g, "")}-${plan.seed}`;
  const { scenario, nodes } = plan;
  const hasResidents = plan.residents !== undefined;
  const folder = RunFolder.create({ outputDir, scenario, name, nodes, hasResidents });
  const builder = new EvidenceBuilder(plan);
  const hand = new ByHand(plan);
  const { levelChoice = null, choice } = options;
  const writeRunJson = (partial: string | null | undefined) =>
    folder.write("run.json", runJson({ hand, levelChoice, choice }, folder.path, started, partial));
  const sink = sinkOf(builder, folder, options);
  const noting: RunSink = {
    ...sink,
    record(entry) {
      sink.record(entry);
      if (hand.note(entry)) writeRunJson(undefined);
    },
  };
  try {
    writeRunJson(undefined);
    options.live?.opened(folder, hand);
    await carryOutAndRestore(options, noting, { folder, hand });
  } finally {
    folder.close();
  }
  if (!isInMemory(plan)) readAgain(folder.path, builder);
  builder.replan(hand.plan());
  const evidence = builder.evidence();
  const result = judgeRun(evidence);
  for (const { name, text } of filesOfRun(evidence, result, choice && resolve(choice.file))) {
    folder.write(name, text);
    if (name === "history.json") folder.writeLastHistory(text);
  }
  writeRunJson(evidence.partial);
  return { folder: folder.path, evidence, result };
}

function readAgain(path: string, builder: EvidenceBuilder): void {
  for (const entry of recordsOf(path)) if (entry !== null) builder.add(entry);
}

function withoutBench(): RigError {
  return new RigError("usage.option", "level bench: expected rig run with --bench FILE");
}

/** In real time a run may take days: its record is read again from the disk, once it has ended. */
function isInMemory({ level }: RunPlan): boolean {
  return level === "sim";
}

function sinkOf(
  builder: EvidenceBuilder,
  folder: RunFolder,
  { plan, live }: Pick<RecordOptions, "plan" | "live">,
): RunSink {
  const isKept = isInMemory(plan);
  return {
    record(entry) {
      if (isKept) builder.add(entry);
      folder.record(entry);
      live?.sink.record(entry);
    },
    node(node, boot, timeNs, record) {
      folder.node(node, boot, timeNs, record);
      live?.sink.node(node, boot, timeNs, record);
    },
    frame(timeNs, frame) {
      builder.frame(timeNs, frame);
      folder.frame(timeNs, frame);
      live?.sink.frame(timeNs, frame);
    },
  };
}

interface Opened {
  readonly folder: RunFolder;
  readonly hand: ByHand;
}

/** The run and, however it ends, its teardown; the record then says how it ended. */
function carryOutAndRestore(options: RecordOptions, sink: RunSink, opened: Opened): Promise<void> {
  const teardown = new Teardown({ sleep: (ms, abort) => sleep(ms, undefined, { signal: abort }) });
  const { plan, choice } = options;
  if (plan.level === "sim") return simulateAndRestore(options, sink, { ...opened, teardown });
  const parts = { ...options, ...opened, sink, teardown };
  return choice === undefined ? runProcesses(parts) : runOnBench({ ...parts, choice });
}

async function simulateAndRestore(
  options: RecordOptions,
  sink: RunSink,
  { folder, hand, teardown }: Opened & { readonly teardown: Teardown },
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
    const pace = options.live?.pace;
    const startMs = performance.now();
    hand.attach((event) => {
      const timeNs = pace === undefined ? 0 : simulatedNs(pace, performance.now() - startMs);
      opened.byHand(event, timeNs);
    });
    partial = await carryOut(run, plan, { signal, timeoutMs, progress, pace, flush });
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

interface RunJsonParts {
  readonly hand: ByHand;
  readonly levelChoice: string | null;
  readonly choice: HeldBench | undefined;
}

function runJson(
  { hand, levelChoice, choice }: RunJsonParts,
  path: string,
  started: Date,
  partial: string | null | undefined,
): string {
  const isRunning = partial === undefined;
  const plan = hand.plan();
  const ended = new Date();
  const value = {
    schema: 1,
    status: isRunning ? "running" : partial === null ? "finished" : "partial",
    seed: plan.seed,
    ...(levelChoice === null ? {} : { levelChoice }),
    plan,
    ...(hand.isUsed ? { byHand: true } : {}),
    ...(choice === undefined ? {} : { bench: benchSnapshot(choice) }),
    versions: { "canfd-rig": VERSION, node: process.version },
    host: { name: hostname(), platform: process.platform, arch: process.arch },
    folder: resolve(path),
    startedAt: started.toISOString(),
    endedAt: isRunning ? null : ended.toISOString(),
    wallMilliseconds: isRunning ? null : ended.getTime() - started.getTime(),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The bench as its file had it at the time of the run. */
function benchSnapshot({ bench, file }: HeldBench): object {
  return { file: resolve(file), ...bench, units: Object.fromEntries(bench.units) };
}
