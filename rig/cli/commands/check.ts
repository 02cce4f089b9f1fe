/** `rig check`: histories from anywhere, natively judged. Exits by the verdict alone. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { piecesOf } from "../../adapters/store/lines.ts";
import { type CheckResult, checkListAppend, knownModels } from "../../core/elle/index.ts";
import { canonicalModel } from "../../core/elle/lattice.ts";
import type { HistoryTable } from "../../core/history/history-table.ts";
import { HistoryReader } from "../../core/history/read-history.ts";
import { EXIT, type ExitCode, exitOfBatch } from "../../core/verdict/exit-code.ts";
import { CONSISTENCY_DEFAULT } from "../../core/verdict/judge.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { checkText } from "../../report/check-text.ts";
import type { Command } from "../command.ts";
import { reportError } from "../exit.ts";
import { timeoutMs } from "../numbers.ts";
import { styleFor, widthOf } from "../terminal.ts";

const MODELS = ["list-append"] as const;

export const checkCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "check [files..]",
      "Check histories: JSON, JSON lines, EDN or run folders",
      (args) =>
        args
          .positional("files", { string: true, array: true, default: [] as string[] })
          .option("history", { string: true, array: true, describe: "The same as a file argument" })
          .option("model", {
            string: true,
            default: "list-append",
            describe: "What the history is of",
          })
          .option("consistency", {
            string: true,
            default: CONSISTENCY_DEFAULT,
            describe: "Consistency model that it has to keep",
          })
          .example("$0 check history.edn", "one history")
          .example("$0 check --json a.json b.json", "one JSON line for each file"),
      ({ files, history = [], model, consistency, json, quiet, timeout }) =>
        finish(() => {
          const limitMs = timeoutMs(timeout) ?? Number.POSITIVE_INFINITY;
          const args = { model, consistency, json, quiet, limitMs };
          return checkFiles([...files, ...history].map(String), args);
        }),
    );
  },
};

interface CheckArguments {
  readonly model: string;
  readonly consistency: string;
  readonly json: boolean;
  readonly quiet: boolean;
  /** For each file, in milliseconds. */
  readonly limitMs: number;
}

function checkFiles(files: readonly string[], args: CheckArguments): ExitCode {
  if (!MODELS.some((each) => each === args.model)) {
    throw new RigError(
      "usage.unknown-model",
      `unknown model "${args.model}": expected one of ${MODELS.join(", ")}`,
    );
  }
  // Said once, before the first file, rather than for each.
  canonicalModel(args.consistency);
  if (files.length === 0) {
    throw new RigError("usage.option", "check has no file: expected at least one history");
  }
  return exitOfBatch(files.map((file) => checkFile(file, args)));
}

function checkFile(file: string, args: CheckArguments): ExitCode {
  const startMs = performance.now();
  try {
    const table = readTable(file, startMs + args.limitMs);
    const result = checkListAppend(table, { consistency: args.consistency });
    const milliseconds = Math.round(performance.now() - startMs);
    if (args.json) printJson({ ...jsonOf(file, args), ...fieldsOf(result), milliseconds });
    else if (!args.quiet) {
      const { stdout } = process;
      const { consistency, model } = args;
      const text = { file, model, consistency, result };
      stdout.write(checkText(text, { width: widthOf(stdout), style: styleFor(stdout) }));
    }
    return exitOfVerdict(result.valid);
  } catch (error) {
    if (!(error instanceof RigError)) throw error;
    const milliseconds = Math.round(performance.now() - startMs);
    const nothing = { valid: "unknown", anomalyTypes: [], not: [], alsoNot: [], operations: 0 };
    if (args.json) {
      printJson({ ...jsonOf(file, args), ...nothing, milliseconds, error: error.message });
    }
    return reportError(error);
  }
}

function exitOfVerdict(valid: CheckResult["valid"]): ExitCode {
  if (valid === "unknown") return EXIT.unknown;
  return valid ? EXIT.valid : EXIT.invalid;
}

function jsonOf(file: string, { model }: CheckArguments) {
  return { file, model };
}

function fieldsOf({ valid, anomalyTypes, not, alsoNot, operations }: CheckResult) {
  return { valid, anomalyTypes, not, alsoNot, operations };
}

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** The history in the file, or that of a run folder. */
function readTable(file: string, untilMs: number): HistoryTable {
  const path = isFolder(file) ? join(file, "history.jsonl") : file;
  const reader = new HistoryReader();
  try {
    for (const piece of piecesOf(path)) {
      reader.feed(piece);
      if (performance.now() > untilMs) {
        throw new RigError("check.timeout", `${path}: reading it takes longer than --timeout`);
      }
    }
    return reader.finish();
  } catch (error) {
    if (!(error instanceof RigError) || error.code !== "input.malformed") throw error;
    throw new RigError("input.malformed", `${path}:${withoutWord(error.message)}`, {
      cause: error,
    });
  }
}

/** Readers say "line 17: ..."; with the file before it this becomes "file:17: ...". */
function withoutWord(message: string): string {
  return message.startsWith("line ") ? message.slice("line ".length) : ` ${message}`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** For the completion of --consistency. */
export function consistencyModels(): readonly string[] {
  return knownModels();
}
