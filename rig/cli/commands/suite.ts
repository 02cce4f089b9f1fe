/** `rig suite`: many scenarios on many seeds, judged one by one and summed up. */

import { availableParallelism } from "node:os";
import type { Argv } from "yargs";
import { readBenchFile } from "../../adapters/store/bench-file.ts";
import { SuiteFolder } from "../../adapters/store/suite-folder.ts";
import { EXIT, type ExitCode, exitOfBatch } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { runLine, summaryLine } from "../../report/suite-json.ts";
import { suiteMarkdown } from "../../report/suite-markdown.ts";
import { suiteProgressText } from "../../report/suite-progress.ts";
import { type SuiteResult, totalsOf } from "../../report/suite-result.ts";
import { suiteText } from "../../report/suite-text.ts";
import { agentsOfBench } from "../agents-option.ts";
import { type BenchChoice, type HeldBench, holdBench } from "../bench/run-bench.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { exitOfRun } from "../exit.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs, wholeNumber } from "../numbers.ts";
import { sizeOptions } from "../options.ts";
import { BenchPool } from "../suite/bench-pool.ts";
import { WorkerPool } from "../suite/pool.ts";
import {
  leftOutOf,
  requestsOf,
  type SelectionArguments,
  type SuiteTarget,
} from "../suite/requests.ts";
import { type SuiteOutcome, type SuiteRequest, SuiteRunner } from "../suite/run-suite.ts";
import { failuresOf, suiteRunJson, writeSuite } from "../suite/suite-files.ts";
import { ProgressLine, styleFor, widthOf } from "../terminal.ts";
import { appendOutput } from "../write-output.ts";

type SuiteArguments = GlobalArguments &
  SelectionArguments & {
    readonly jobs?: string | undefined;
    readonly "junit-xml"?: string | undefined;
    readonly summary?: string | undefined;
    readonly "stop-on-failure": boolean;
    readonly keep: boolean;
    readonly bench?: string | undefined;
    readonly wait?: string | undefined;
    readonly flash: boolean;
  };

const JOBS_MAX = 256;

export const suiteCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "suite [files..]",
      "Run many scenarios on many seeds: all built-in ones, or those named",
      suiteOptions,
      (args) => finish(() => suite({ ...args, files: args.files.map(String) })),
    );
  },
};

function suiteOptions(yargs: Argv<GlobalArguments>) {
  const selected = yargs
    .positional("files", { string: true, array: true, default: [] as string[] })
    .option("scenario", { string: true, array: true, describe: "A name, or a file, repeatedly" })
    .option("seeds", { string: true, describe: "Number of seeds for each [default: 1]" })
    .option("seed", { string: true, describe: "First seed [default: 1]" });
  return sizeOptions(selected)
    .option("jobs", { string: true, describe: "Runs at once [default: number of cores]" })
    .option("junit-xml", { string: true, describe: "Write JUnit XML there too" })
    .option("summary", { string: true, describe: "Append a summary in Markdown to this file" })
    .option("stop-on-failure", {
      alias: "until-failure",
      boolean: true,
      default: false,
      describe: "End at the first outcome that is not the expected one",
    })
    .option("keep", { boolean: true, default: false, describe: "Keep a folder of every run" })
    .option("bench", {
      string: true,
      describe: "Bench file: what its boards can do, on them [default: none]",
    })
    .option("wait", { string: true, describe: "How long to wait for a bench that is busy" })
    .option("flash", {
      boolean: true,
      default: false,
      describe: "On a bench: first flash the boards whose image has changed",
    })
    .option("agents", {
      string: true,
      describe: "On an emulated bench: boards that run a program, as 0,2=PROGRAM",
    })
    .option("rerun", { string: true, describe: "Repeat what failed in this suite.json" })
    .example("$0 suite --seeds 50 --junit-xml junit.xml", "every scenario on seeds 1 to 50")
    .example("$0 suite mine.yaml nightly.yaml", "scenario and suite files");
}

async function suite(args: SuiteArguments): Promise<ExitCode> {
  const limitMs = timeoutMs(args.timeout);
  const choice = benchOf(args);
  const jobs = choice === undefined ? jobsOf(args.jobs) : 1;
  const requests = requestsOf(args, targetOf(args, choice));
  const [first] = requests;
  if (first?.skipped !== undefined && requests.every(({ skipped }) => skipped !== undefined)) {
    throw new RigError("capability.level", `nothing can be run: ${first.skipped}`);
  }
  if (requests.length === 0) {
    if (!args.quiet) process.stderr.write(`rig: nothing failed in ${args.rerun}\n`);
    return EXIT.valid;
  }
  const leftOut = leftOutOf(args);
  if (leftOut.length > 0 && !args.quiet) {
    process.stderr.write(
      `rig: ${args.protocol} has no meaning in ${leftOut.join(", ")}: left out\n`,
    );
  }
  const times = { started: new Date(), jobs };
  const name = times.started.toISOString().replace(/[-:]/g, "");
  const folder = SuiteFolder.create(args["output-dir"], name);
  folder.write("run.json", suiteRunJson(folder.path, times, null));
  const interrupts = new Interrupts();
  let held: HeldBench | undefined;
  try {
    held = choice === undefined ? undefined : await holdBench(choice, interrupts.signal);
    const parts = { requests, jobs, limitMs, interrupts, held };
    const { outcome, exit } = await carryOutSuite(args, parts);
    writeSuite(folder, outcome, { ...times, junitFile: args["junit-xml"] });
    if (args.summary !== undefined) {
      appendOutput(
        args.summary,
        suiteMarkdown(outcome.result, failuresOf(outcome, args.bench)),
        "summary",
      );
    }
    show(outcome, folder.path, args);
    return exit ?? exitOfSuite(outcome.result, interrupts.signal.aborted);
  } finally {
    held?.lease.release();
    interrupts.stop();
  }
}

interface Carrying {
  readonly requests: readonly SuiteRequest[];
  readonly jobs: number;
  readonly limitMs: number | undefined;
  readonly interrupts: Interrupts;
  readonly held: HeldBench | undefined;
}

/** `exit` says how the bench fared, where that was not well. */
interface CarriedOut {
  readonly outcome: SuiteOutcome;
  readonly exit: ExitCode | null;
}

function benchOf({ bench: file, wait, flash }: SuiteArguments): BenchChoice | undefined {
  if (file === undefined) return undefined;
  return { bench: readBenchFile(file), file, wait, keep: false, flash };
}

function targetOf({ agents, rerun }: SuiteArguments, choice?: BenchChoice): SuiteTarget {
  const bench = choice?.bench;
  // Beside --rerun it is refused there.
  if (agents === undefined || rerun !== undefined) return { bench };
  if (bench === undefined) {
    throw new RigError("usage.option", "--agents: expected --bench FILE beside it");
  }
  return { bench, agents: agentsOfBench(bench, agents) };
}

async function carryOutSuite(
  args: SuiteArguments,
  { requests, jobs, limitMs, interrupts, held }: Carrying,
): Promise<CarriedOut> {
  const stop = new AbortController();
  const { signal } = interrupts;
  signal.addEventListener("abort", () => stop.abort(`interrupted by ${signal.reason}`));
  const timer = setTimeout(
    () => stop.abort(`it took longer than ${(limitMs ?? 0) / 1000} s`),
    limitMs ?? 2 ** 31 - 1,
  );
  const outputDir = args["output-dir"];
  const onTrouble = (text: string) => stop.abort(`the bench is in trouble: ${text}`);
  const bench = held && new BenchPool({ held, outputDir, interrupts, onTrouble });
  const pool = bench ?? new WorkerPool(jobs);
  interrupts.urgent.addEventListener("abort", () => void pool.close());
  const progress = new ProgressLine(args.quiet || args.json);
  const total = requests.reduce((sum, it) => sum + (it.skipped ? 0 : it.seeds.length), 0);
  let done = 0;
  let failed = 0;
  const runner = new SuiteRunner({
    requests,
    jobs: Math.min(jobs, total),
    pool,
    outputDir,
    stopOnFailure: args["stop-on-failure"],
    // What was run on a bench has its folder anyway.
    keep: args.keep || held !== undefined,
    signal: stop.signal,
    onRun(request, run) {
      done++;
      if (!run.asExpected) failed++;
      if (args.json) process.stdout.write(`${runLine(request, run)}\n`);
      const { scenario } = request.plan;
      progress.drawText((width, style) =>
        suiteProgressText({ done, total, failed, scenario }, width, style),
      );
    },
  });
  try {
    return { outcome: await runner.run(), exit: exitOfBench(bench, interrupts) };
  } finally {
    clearTimeout(timer);
    progress.erase();
    await pool.close();
  }
}

function exitOfBench(bench: BenchPool | undefined, { signal }: Interrupts): ExitCode | null {
  if (bench === undefined) return null;
  if (signal.aborted) return bench.isRestored ? null : EXIT.interruptedNotRestored;
  return bench.trouble === null ? null : EXIT.benchTrouble;
}

function show(outcome: SuiteOutcome, folder: string, { json, quiet, bench }: SuiteArguments): void {
  const { stdout } = process;
  const { result } = outcome;
  if (json) stdout.write(`${summaryLine(result, folder)}\n`);
  else if (!quiet) {
    const failures = failuresOf(outcome, bench);
    const options = { folder, failures, width: widthOf(stdout), style: styleFor(stdout) };
    stdout.write(suiteText(result, options));
  }
}

/** The first of 130, 70, 65, 1, 2, 0 that occurred; what a time limit left out is unknown. */
function exitOfSuite(result: SuiteResult, isInterrupted: boolean): ExitCode {
  const codes = result.entries.flatMap(({ plan, runs }) =>
    runs.map(({ outcome, asExpected }): ExitCode => {
      if (outcome === "broken") return EXIT.internal;
      return exitOfRun({ outcome, asExpected, expectation: plan.expectation });
    }),
  );
  const { runs, notRun } = totalsOf(result.entries);
  if (isInterrupted) {
    process.stderr.write(`rig: interrupted; ${runs} of ${runs + notRun} runs done\n`);
    return EXIT.interrupted;
  }
  return exitOfBatch(result.partial === null ? codes : [...codes, EXIT.unknown]);
}

function jobsOf(text: string | undefined): number {
  const jobs = wholeNumber("--jobs", text) ?? availableParallelism();
  if (jobs >= 1 && jobs <= JOBS_MAX) return jobs;
  throw new RigError(
    "usage.option",
    `--jobs is ${jobs}: expected a whole number from 1 to ${JOBS_MAX}`,
  );
}
