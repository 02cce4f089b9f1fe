/** `rig sim`: a scenario on a remote rig server; prints and exits as `rig run` does. */

import { join } from "node:path";
import type { Argv } from "yargs";
import { RigClient } from "../../adapters/client/rig-client.ts";
import { makeFolders } from "../../adapters/store/folders.ts";
import {
  PORT_DEFAULT,
  type RunRequest,
  type RunSummary,
  runRequestSchema,
} from "../../core/api/index.ts";
import { metricsOf } from "../../core/metrics/metrics.ts";
import { metricsCsv, metricsJson } from "../../core/metrics/metrics-text.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { RunEvidence } from "../../core/run/evidence.ts";
import { EvidenceBuilder } from "../../core/run/evidence-builder.ts";
import type { RunRecord } from "../../core/run/record.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { RunResult } from "../../core/verdict/run-result.ts";
import { consoleReport } from "../../report/console.ts";
import { resultJsonLine } from "../../report/json.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { exitOfRun } from "../exit.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs, wholeNumber } from "../numbers.ts";
import { repeatOf } from "../repeat.ts";
import { ProgressLine, styleFor, widthOf } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

interface SimArguments extends GlobalArguments {
  readonly "simulator-url": string;
  readonly token?: string | undefined;
  readonly scenario: string;
  readonly nodes?: string | undefined;
  readonly operations?: string | undefined;
  readonly seed?: string | undefined;
  readonly level?: string | undefined;
  readonly "metrics-file"?: string | undefined;
}

const TIMEOUT_MS = 10_000;

export const simCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "sim",
      "Run one scenario on a remote rig server, and fetch what it says",
      (args: Argv<GlobalArguments>) =>
        args
          .option("simulator-url", {
            string: true,
            default: `http://127.0.0.1:${PORT_DEFAULT}`,
            describe: "Where `rig serve` listens",
          })
          .option("token", { string: true, describe: "Its bearer token [default: RIG_TOKEN]" })
          .option("scenario", { string: true, default: "happy", describe: "A built-in scenario" })
          .option("nodes", { string: true, describe: "Number of nodes [default: the scenario's]" })
          .option("operations", {
            string: true,
            describe: "Operations before the final reads [default: the scenario's, or 100]",
          })
          .option("seed", { string: true, describe: "Seed [default: a new one, printed]" })
          .option("level", { string: true, describe: "Where it runs: sim [default: sim]" })
          .option("metrics-file", {
            string: true,
            describe: "Write the metrics there too: JSON, or CSV if the name ends in .csv",
          })
          .epilogue("--timeout is 10 s here unless it is given.")
          .example("$0 sim --scenario partition --simulator-url http://lab:8001", "at the lab"),
      (args) => finish(() => sim(args)),
    );
  },
};

async function sim(args: SimArguments): Promise<ExitCode> {
  const limitMs = timeoutMs(args.timeout) ?? TIMEOUT_MS;
  const token = args.token ?? process.env["RIG_TOKEN"];
  const url = args["simulator-url"];
  const client = new RigClient(token === undefined ? { url } : { url, token });
  const interrupts = new Interrupts();
  const progress = new ProgressLine(args.quiet || args.json);
  try {
    const { run } = await client.startRun(requestOf(args, limitMs));
    const { signal } = interrupts;
    const cancel = () => void client.cancelRun().catch(() => undefined);
    signal.addEventListener("abort", cancel);
    const drawn = drawProgress(client, progress, signal);
    // The server ends the run at the limit; that takes a moment more.
    const summary = await client.waitForEnd(run.id, { timeoutMs: limitMs + TIMEOUT_MS });
    await drawn.end();
    progress.erase();
    await fetchFiles(client, summary, args);
    if (signal.aborted) {
      process.stderr.write(`rig: interrupted; run ${summary.id} was ended on the server\n`);
      return EXIT.interrupted;
    }
    return exitOfSummary(summary);
  } finally {
    progress.erase();
    interrupts.stop();
  }
}

function exitOfSummary({ outcome, asExpected, expectation }: RunSummary): ExitCode {
  if (outcome === null || asExpected === null) return EXIT.unknown;
  return exitOfRun({ outcome, asExpected, expectation: { class: expectation } });
}

/** As the command line says it; what has no meaning is refused before it is sent. */
function requestOf(args: SimArguments, limitMs: number): RunRequest {
  const { scenario, level } = args;
  const nodes = wholeNumber("--nodes", args.nodes);
  const operations = wholeNumber("--operations", args.operations);
  const seed = wholeNumber("--seed", args.seed);
  const given = { scenario, nodes, operations, seed, level };
  const sizes = Object.entries(given).filter(([, value]) => value !== undefined);
  const request = { ...Object.fromEntries(sizes), pace: "none", timeout_ms: Math.round(limitMs) };
  const parsed = runRequestSchema.safeParse(request);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RigError("usage.option", `--${String(issue?.path[0])}: ${issue?.message}`);
}

function drawProgress(client: RigClient, progress: ProgressLine, signal: AbortSignal) {
  const ending = new AbortController();
  const either = AbortSignal.any([ending.signal, signal]);
  const drawing = (async () => {
    for await (const event of client.events({ signal: either })) {
      if (event.type !== "progress") continue;
      const { issued, total, acknowledged, faults, simulatedNs } = event.progress;
      const activeFault = faults[0] ?? null;
      progress.draw({ operations: issued, total, acknowledged, activeFault, simulatedNs });
    }
  })().catch(() => undefined);
  return {
    end: () => {
      ending.abort();
      return drawing;
    },
  };
}

async function fetchFiles(client: RigClient, summary: RunSummary, args: SimArguments) {
  const { json, quiet } = args;
  const outputDir = args["output-dir"];
  const [scenario = "", folder = ""] = summary.id.split("/");
  const params = { scenario, folder };
  const result = (await client.result(summary.id)) as unknown as RunResult;
  const plan = (await client.call("runPlan", { params })) as unknown as RunPlan;
  const evidence = evidenceOf(plan, await client.call("runRecord", { params }));
  const history = await client.call("runHistory", { params, query: {} });
  const metrics = metricsOf(evidence);
  makeFolders(outputDir);
  const path = (what: string) => join(outputDir, `sim-${scenario}-${what}.json`);
  writeOutput(path("history"), history, "history");
  const shown = { server: client.url, run: summary, metrics: metrics.summary, result };
  writeOutput(path("summary"), `${JSON.stringify(shown, null, 2)}\n`, "summary");
  const file = args["metrics-file"];
  if (file !== undefined) {
    const text = file.endsWith(".csv") ? metricsCsv(metrics) : metricsJson(metrics);
    writeOutput(file, text, "metrics file");
  }
  const { stdout } = process;
  if (json) stdout.write(`${resultJsonLine(result)}\n`);
  else if (!quiet) {
    const place = `${client.url}/api/runs/${summary.id}/report.html`;
    const repeat = repeatOf(plan, null);
    const options = { folder: place, repeat, width: widthOf(stdout), style: styleFor(stdout) };
    stdout.write(consoleReport(result, evidence, options));
  }
}

/** The record as the server keeps it, line by line. */
function evidenceOf(plan: RunPlan, record: string): RunEvidence {
  const builder = new EvidenceBuilder(plan);
  for (const line of record.split("\n")) {
    if (line !== "") builder.add(JSON.parse(line) as RunRecord);
  }
  return builder.evidence();
}
