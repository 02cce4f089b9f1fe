/** `rig check`: histories from anywhere are judged. Exits by the verdict alone. */

import type { ModelOptions } from "../../core/checkers/index.ts";
import type { CheckResult, RegisterOptions } from "../../core/elle/index.ts";
import { CONSISTENCY_DEFAULT } from "../../core/elle/lattice.ts";
import { requestOf } from "../../core/elle/request.ts";
import { EXIT, type ExitCode, exitOfBatch } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type CheckFileOptions, fileChecker, MODELS, readOrderFile } from "../check-file.ts";
import { CheckOutputs } from "../check-outputs.ts";
import type { Command, GlobalArguments } from "../command.ts";
import {
  type EngineArguments,
  elleCliOf,
  engineOf,
  engineOptions,
} from "../elle-cli/engine-options.ts";
import { errorText, reportError } from "../exit.ts";
import { isolationOf } from "../isolation-option.ts";
import { type Judge, type Judged, nativeJudge } from "../judge.ts";
import type { LintFileOptions } from "../lint-file.ts";
import type { MinimisedFile, MinimiseFileOptions } from "../minimise-file.ts";
import { timeoutMs, wholeNumber } from "../numbers.ts";
import { isHistory, minimalOf, type OutputArguments, outputOptions } from "../output-options.ts";
import { type ModelOfFile, modelOfFile, withKnown } from "../run-model.ts";
import { pathOfSource, sourceOf, sourceOption } from "../source-option.ts";
import { styleFor, widthOf } from "../terminal.ts";

export const checkCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "check [files..]",
      "Check histories: JSON, JSON lines, EDN, also gzip, or run folders",
      (args) =>
        outputOptions(sourceOption(engineOptions(args)))
          .positional("files", { string: true, array: true, default: [] as string[] })
          .option("history", { string: true, array: true, describe: "The same as a file argument" })
          .option("model", {
            string: true,
            describe: `${MODELS.join(", ")} [default: that of the run folder, or list-append]`,
          })
          .option("consistency", {
            string: true,
            default: CONSISTENCY_DEFAULT,
            describe:
              "Consistency models to keep, as a,b; none for none (list-append, rw-register)",
          })
          .option("anomalies", {
            string: true,
            describe: "Anomalies that count besides, by name, as a,b (list-append, rw-register)",
          })
          .option("lint", {
            boolean: true,
            default: false,
            describe: "Name mistakes in the recording of the history, instead of a verdict",
          })
          .option("min-ok", {
            string: true,
            describe: "Fewer acknowledged operations make unknown of valid",
          })
          .option("sequential-keys", {
            boolean: true,
            describe: "rw-register: keys are sequential",
          })
          .option("linearizable-keys", {
            boolean: true,
            describe: "rw-register: keys are linearizable",
          })
          .option("wfr-keys", { boolean: true, describe: "rw-register: writes follow reads" })
          .option("transaction-order", {
            string: true,
            describe:
              "rw-register: file with a map from indexes of completions to places; nodes: what " +
              "the nodes of a run folder say that they applied; none: not even what its run knew",
          })
          .option("isolation", {
            string: true,
            describe:
              "Weak levels to check besides, apart from the verdict: read-committed, " +
              "read-atomic, causal, as a,b; or all (list-append, rw-register)",
          })
          .option("total-amount", { string: true, describe: "bank: what all balances sum up to" })
          .option("allow-negative-balances", { boolean: true, describe: "bank: no lower limit" })
          .option("group-size", {
            string: true,
            describe: "long-fork: keys that are read together",
          })
          .example("$0 check history.edn", "one history")
          .example("$0 check --json a.json b.json", "one JSON line for each file")
          .example("$0 check history.edn --minimise small.edn", "for a bug report"),
      (args) =>
        finish(() => checkFiles([...args.files, ...(args.history ?? [])].map(String), args)),
    );
  },
};

interface CheckArguments extends GlobalArguments, EngineArguments, OutputArguments {
  readonly model?: string | undefined;
  readonly consistency: string;
  readonly anomalies?: string | undefined;
  readonly lint: boolean;
  readonly "min-ok"?: string | undefined;
  readonly isolation?: string | undefined;
  readonly source: string;
  readonly "total-amount"?: string | undefined;
  readonly "allow-negative-balances"?: boolean | undefined;
  readonly "group-size"?: string | undefined;
}

async function checkFiles(files: readonly string[], args: CheckArguments): Promise<ExitCode> {
  const { minimise } = args;
  if (isHistory(minimise, files)) return checkFiles([minimise], { ...args, minimise: "" });
  // What is wrong with the options is said once, before the first file, rather than for each.
  const limitMs = timeoutMs(args.timeout) ?? Number.POSITIVE_INFINITY;
  const engine = engineOf(args);
  if (args.model !== undefined) await fileChecker(args.model);
  const models = await Promise.all(files.map((file) => modelOfFile(file, args.model)));
  const elle = await elleOptions(args, models);
  requestOf(elle);
  const isolation = isolationOf(args);
  if (files.length === 0) {
    throw new RigError("usage.option", "check has no file: expected at least one history");
  }
  const minimal = minimalOf(files, args);
  if (args.lint) return lintFiles(files, { ...args, limitMs });
  const minOk = wholeNumber("--min-ok", args["min-ok"]) ?? 0;
  const outputs = new CheckOutputs(args);
  const source = sourceOf(args.source);
  const paths = files.map((file) => pathOfSource(file, source));
  const common = { others: modelOptions(args), minOk, isolation };
  const codes: ExitCode[] = [];
  for (const [at, file] of paths.entries()) {
    const model = models[at] as ModelOfFile;
    // Elle itself can't be told what is known of registers: both are asked the same.
    const known = { elle: engine === "native" ? withKnown(elle, model) : elle };
    const options = { ...common, ...known, ...orderFrom(args, model) };
    const judge = await judgeOf(args, model.model, limitMs);
    const checking = { model: model.model, judge, outputs, minimal, limitMs, options };
    codes.push(await checkFile(file, args, checking));
  }
  await outputs.finish();
  return exitOfBatch(codes);
}

async function lintFiles(files: readonly string[], options: LintFileOptions): Promise<ExitCode> {
  const { lintFile } = await import("../lint-file.ts");
  const codes: ExitCode[] = [];
  for (const file of files) codes.push(await lintFile(file, options));
  return exitOfBatch(codes);
}

async function judgeOf(args: CheckArguments, model: string, limitMs: number): Promise<Judge> {
  const engine = engineOf(args);
  const check = await fileChecker(model);
  if (engine === "native") return nativeJudge(model, check);
  const { bothJudge, elleCliJudge } = await import("../elle-cli/elle-cli-judge.ts");
  const elleCli = elleCliOf(args, limitMs);
  if (engine === "elle-cli") return elleCliJudge(model, elleCli);
  return bothJudge(model, { check, elleCli, outputDir: args["output-dir"] });
}

async function elleOptions(
  args: CheckArguments,
  models: readonly ModelOfFile[],
): Promise<RegisterOptions> {
  const { consistency, anomalies } = args;
  const {
    "sequential-keys": sequentialKeys,
    "linearizable-keys": linearizableKeys,
    "wfr-keys": wfrKeys,
  } = args;
  return {
    consistency: consistency === "none" ? [] : namesIn(consistency),
    anomalies: namesIn(anomalies ?? ""),
    ...(sequentialKeys === undefined ? {} : { sequentialKeys }),
    ...(linearizableKeys === undefined ? {} : { linearizableKeys }),
    ...(wfrKeys === undefined ? {} : { wfrKeys }),
    ...(await transactionOrder(args, models)),
  };
}

/** From a file; the order of the nodes is known with the history alone. */
async function transactionOrder(
  args: CheckArguments,
  models: readonly ModelOfFile[],
): Promise<Pick<RegisterOptions, "transactionOrder">> {
  const path = args["transaction-order"];
  if (path === undefined) return {};
  if (models.some(({ model }) => model !== "rw-register")) {
    const text = "--transaction-order is for registers: expected --model rw-register";
    throw new RigError("usage.option", text);
  }
  if (path === "nodes" || path === "none") return {};
  return { transactionOrder: await readOrderFile(path) };
}

/** What the nodes applied is told of the history of the host's clients. */
function orderFrom(
  args: CheckArguments,
  { model, isOfRun }: ModelOfFile,
): Pick<CheckFileOptions, "orderFrom"> {
  const asked = args["transaction-order"];
  if (asked === "nodes") return { orderFrom: "nodes" };
  const isKnown = isOfRun && model === "rw-register" && args.source === "clients";
  const isWanted = asked === undefined && engineOf(args) === "native";
  return isKnown && isWanted ? { orderFrom: "run" } : {};
}

/** Names between commas; elle-cli's users write an empty text for none. */
function namesIn(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}

function modelOptions(args: CheckArguments): ModelOptions {
  const totalAmount = wholeNumber("--total-amount", args["total-amount"]);
  const groupSize = wholeNumber("--group-size", args["group-size"]);
  return {
    ...(totalAmount === undefined ? {} : { totalAmount }),
    ...(groupSize === undefined ? {} : { groupSize }),
    allowNegative: args["allow-negative-balances"] ?? false,
  };
}

/** These are no matter of one file. */
const ENDS_ALL: readonly ExitCode[] = [EXIT.missingCapability, EXIT.usage, EXIT.interrupted];

interface Checking {
  readonly model: string;
  readonly judge: Judge;
  readonly outputs: CheckOutputs;
  readonly minimal: MinimiseFileOptions | null;
  readonly limitMs: number;
  readonly options: Omit<CheckFileOptions, "untilMs">;
}

async function checkFile(
  file: string,
  args: CheckArguments,
  { model, judge, outputs, minimal, limitMs, options }: Checking,
): Promise<ExitCode> {
  const { json, quiet } = args;
  const startMs = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startMs);
  try {
    const checking = { ...options, untilMs: startMs + limitMs };
    const judged = await judge(file, checking);
    const smallest = await minimised(judged, checking, minimal);
    if (json) {
      const error = judged.error === null ? {} : { error: judged.error.message };
      const found = smallest === null ? {} : { minimised: smallest.fields };
      printJson({ file, model, ...judged.fields, ...found, milliseconds: elapsedMs(), ...error });
    } else if (!quiet) {
      const { stdout } = process;
      const screen = { width: widthOf(stdout), style: styleFor(stdout) };
      stdout.write(judged.text(screen) + (smallest?.text ?? ""));
    }
    if (judged.checked !== null) await outputs.add(judged.checked);
    const exit = exitOfVerdict(judged.valid);
    return judged.error === null ? exit : exitOfBatch([exit, reportError(judged.error)]);
  } catch (error) {
    if (error instanceof RigError && ENDS_ALL.includes(error.exitCode)) throw error;
    // Whatever is wrong with this file, or with us, the next one is checked.
    const nothing = {
      valid: "unknown",
      anomalyTypes: [],
      not: [],
      alsoNot: [],
      operations: 0,
      warnings: [],
      anomalyCounts: {},
      anomalies: [],
    };
    const milliseconds = elapsedMs();
    if (json) printJson({ file, model, ...nothing, milliseconds, error: errorText(error) });
    return reportError(error);
  }
}

async function minimised(
  { checked }: Judged,
  checking: CheckFileOptions,
  options: MinimiseFileOptions | null,
): Promise<MinimisedFile | null> {
  if (options === null || checked === null) return null;
  const { minimiseFile } = await import("../minimise-file.ts");
  return minimiseFile(checked, checking, options);
}

function exitOfVerdict(valid: CheckResult["valid"]): ExitCode {
  if (valid === "unknown") return EXIT.unknown;
  return valid ? EXIT.valid : EXIT.invalid;
}

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
