/** `rig run`: one scenario, from plan to verdict, with the evidence in a folder of its own. */

import type { Argv } from "yargs";
import { HUB_FAULT_KINDS } from "../../adapters/hub/hub-faults.ts";
import { readBenchFile } from "../../adapters/store/bench-file.ts";
import { benchLacks } from "../../core/bench/bench-capability.ts";
import { FAULT_TRAITS, type FaultKind } from "../../core/fault/fault.ts";
import type { Background } from "../../core/fault/traffic-faults.ts";
import { metricsOf } from "../../core/metrics/metrics.ts";
import { metricsCsv, metricsJson } from "../../core/metrics/metrics-text.ts";
import { BUS_BITRATES } from "../../core/plan/make-plan.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import { backgroundOf } from "../../core/replay/background.ts";
import type { RunEvidence } from "../../core/run/evidence.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { RunResult } from "../../core/verdict/run-result.ts";
import { consoleReport } from "../../report/console.ts";
import { resultJsonLine } from "../../report/json.ts";
import { refuseRealBoards, withAgents } from "../agents-option.ts";
import { noteTrouble } from "../bench/bench-attention.ts";
import { withoutFlash } from "../bench/flash-node.ts";
import { missingTool } from "../bench/injector-tools.ts";
import { type BenchChoice, type HeldBench, holdBench } from "../bench/run-bench.ts";
import { chooseLevel } from "../choose-level.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { exitOfRun } from "../exit.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs } from "../numbers.ts";
import { type PlanArguments, planOfArguments, planOptions } from "../options.ts";
import { planForMachine } from "../pace.ts";
import { type RecordedRun, recordRun } from "../record-run.ts";
import { repeatOf } from "../repeat.ts";
import { type RepetitionArguments, repetitionOf, runRepeatedly } from "../repetition.ts";
import { ProgressLine, styleFor, widthOf } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

type RunArguments = GlobalArguments &
  PlanArguments &
  RepetitionArguments & {
    readonly "metrics-file"?: string | undefined;
    readonly require?: string | undefined;
    readonly bus?: unknown;
    readonly bench?: string | undefined;
    readonly wait?: string | undefined;
    readonly keep?: boolean | undefined;
    readonly flash?: boolean | undefined;
    readonly agents?: string | undefined;
  };

export const runCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "run",
      "Run one scenario and judge it",
      (args: Argv<GlobalArguments>) =>
        planOptions(args)
          .option("require", {
            string: true,
            describe: "As --level auto, which has to come to this level [default: none]",
          })
          .option("bus", {
            string: true,
            describe: "At level vcan: one interface for all nodes, made if it is not there",
          })
          .option("bench", {
            string: true,
            describe: "Bench file: run on its boards [default: none]",
          })
          .option("wait", { string: true, describe: "How long to wait for a bench that is busy" })
          .option("keep", {
            boolean: true,
            default: false,
            describe: "On a bench: leave the supplies as they are at the end",
          })
          .option("flash", {
            boolean: true,
            default: false,
            describe: "On a bench: first flash the boards whose image has changed",
          })
          .option("agents", {
            string: true,
            describe: "Nodes as processes that run a program, as 0,2=PROGRAM",
          })
          .option("repeat", {
            string: true,
            describe: "So many runs, each on the next seed [default: 1]",
          })
          .option("until-failure", {
            boolean: true,
            default: false,
            describe: "End with the first run that is not as expected",
          })
          .option("background", {
            string: true,
            describe: "Trace of any format whose frames go on the bus meanwhile",
          })
          .option("metrics-file", {
            string: true,
            describe: "Write the metrics there too: JSON, or CSV if the name ends in .csv",
          })
          .example("$0 run --scenario partition --nodes 5 --seed 7", "the same run every time"),
      (args) =>
        finish(async () => {
          const traffic = await trafficOf(args.background, args.plan);
          return runAtLevel({ ...args, traffic });
        }),
    );
  },
};

/** The frames of a trace, by the bit rates of the rig's buses. */
async function trafficOf(trace?: string, plan?: string): Promise<Background | undefined> {
  if (trace === undefined) return undefined;
  if (plan !== undefined) {
    const text = "--background beside --plan: a plan has its own: expected one of the two";
    throw new RigError("usage.option", text);
  }
  const { loadTrace } = await import("../replay/load-trace.ts");
  const { name, selection } = await loadTrace(trace, {});
  return backgroundOf(name, selection, BUS_BITRATES);
}

/** A plan from a file is taken with its timers as they are. */
async function runAtLevel(args: RunArguments): Promise<ExitCode> {
  if (args.agents !== undefined && args.plan !== undefined) {
    const text = "--agents beside --plan: a plan has its own: expected one of the two";
    throw new RigError("usage.option", text);
  }
  const choice = benchOf(args);
  const planAt = (level: string | undefined) => planOfArguments({ ...args, level });
  const level = choice === undefined ? args.level : (args.level ?? "bench");
  const { plan, why } = chooseLevel({ ...args, level, hasBench: choice !== undefined }, planAt);
  if (plan.level === "bench") refuseImpossible(plan, choice);
  if (why !== null) {
    const reason = why === "" ? "there is no better one" : why;
    process.stderr.write(`rig: level ${plan.level} (${reason})\n`);
  }
  if (args.bus !== undefined && (typeof args.bus !== "string" || plan.level !== "vcan")) {
    throw new RigError("usage.option", "--bus: expected one interface, at level vcan");
  }
  if (args.bus !== undefined) refuseFaultsOfHub(plan, args.bus as string);
  const mixed = withAgents(plan, args.agents);
  const timed = args.plan === undefined ? await planForMachine(mixed) : mixed;
  return run(timed, args, { why, choice: plan.level === "bench" ? choice : undefined });
}

/** Faults of the bus need the hub between the nodes. */
function refuseFaultsOfHub({ faults }: RunPlan, bus: string): void {
  const kinds: readonly FaultKind[] = HUB_FAULT_KINDS;
  const impossible = faults.find(({ kind }) => kinds.includes(kind));
  if (impossible === undefined) return;
  const { id, kind } = impossible;
  const { needs, levels } = FAULT_TRAITS[kind];
  throw new RigError(
    "capability.fault",
    `--bus ${bus}: one interface for all can't have fault "${id}": ${kind} needs ${needs}`,
    { hint: `Leave --bus out: the levels ${levels.join(", ")} can.` },
  );
}

/** The bench of `--bench`. */
function benchOf(args: RunArguments): BenchChoice | undefined {
  const { bench: file, wait, keep = false, flash = false } = args;
  if (flash && file === undefined) {
    throw new RigError("usage.option", "--flash: expected --bench FILE beside it");
  }
  return file === undefined ? undefined : { bench: readBenchFile(file), file, wait, keep, flash };
}

function refuseImpossible(plan: RunPlan, choice: BenchChoice | undefined): void {
  const { nodes, agents } = plan;
  if (choice === undefined) return;
  const { bench, flash } = choice;
  const lack = benchLacks(bench, plan) ?? missingTool(bench, plan);
  if (lack !== null) throw lack;
  const without = flash ? withoutFlash(bench, [...Array(nodes).keys()]) : undefined;
  if (agents !== undefined) refuseRealBoards(bench);
  if (without === undefined) return;
  const missing = `the bench file has no flash command for ${without.name}`;
  throw new RigError("capability.fault", `--flash: ${missing}`);
}

interface RunChoice {
  readonly why: string | null;
  readonly choice: BenchChoice | undefined;
}

async function run(
  plan: RunPlan,
  args: RunArguments,
  { why, choice }: RunChoice,
): Promise<ExitCode> {
  const repetition = repetitionOf(args);
  const interrupts = new Interrupts();
  let held: HeldBench | undefined;
  const tell = (sum: string) => {
    if (!args.quiet) process.stderr.write(`rig: ${sum}\n`);
  };
  try {
    held = choice === undefined ? undefined : await holdBench(choice, interrupts.signal);
    const runOne = (each: RunPlan) => {
      const parts = { why, held, interrupts };
      // Once is enough for all repetitions.
      held = held && { ...held, flash: false };
      return runOnce(each, args, parts);
    };
    return await runRepeatedly(plan, repetition, runOne, tell);
  } catch (error) {
    // While it waited for the bench: nothing was touched yet.
    if (held === undefined && interrupts.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    held?.lease.release();
    interrupts.stop();
  }
}

interface RunParts {
  readonly why: string | null;
  readonly held: HeldBench | undefined;
  readonly interrupts: Interrupts;
}

async function runOnce(
  plan: RunPlan,
  args: RunArguments,
  { why, held, interrupts }: RunParts,
): Promise<ExitCode> {
  const { signal, urgent } = interrupts;
  const progress = new ProgressLine(args.quiet || args.json);
  try {
    const recorded = await recordRun({
      plan,
      levelChoice: why,
      choice: held,
      bus: args.bus as string | undefined,
      outputDir: args["output-dir"],
      timeoutMs: timeoutMs(args.timeout),
      signal,
      urgent,
      progress,
    });
    progress.erase();
    if (held !== undefined) noteTrouble(held.bench, recorded);
    if (args["metrics-file"] !== undefined) {
      writeMetrics(args["metrics-file"], recorded.evidence);
    }
    show(recorded, args, held);
    return signal.aborted ? exitOfInterrupt(recorded.result) : exitOfRun(recorded.result);
  } finally {
    progress.erase();
  }
}

function show(
  { folder, result, evidence }: RecordedRun,
  { json, quiet }: GlobalArguments,
  held: HeldBench | undefined,
): void {
  const { stdout } = process;
  if (json) stdout.write(`${resultJsonLine(result)}\n`);
  else if (!quiet) {
    const repeat = repeatOf(evidence.plan, folder, held?.file);
    const options = { folder, repeat, width: widthOf(stdout), style: styleFor(stdout) };
    stdout.write(consoleReport(result, evidence, options));
  }
}

function exitOfInterrupt({ teardown }: RunResult): ExitCode {
  const failed = teardown.filter(({ ok }) => !ok);
  const steps = teardown.map(({ step, ok }) => `${step} ${ok ? "done" : "FAILED"}`).join(", ");
  process.stderr.write(`rig: interrupted; teardown: ${steps}\n`);
  return failed.length === 0 ? EXIT.interrupted : EXIT.interruptedNotRestored;
}

function writeMetrics(path: string, evidence: RunEvidence): void {
  const metrics = metricsOf(evidence);
  const text = path.endsWith(".csv") ? metricsCsv(metrics) : metricsJson(metrics);
  writeOutput(path, text, "metrics file");
}
