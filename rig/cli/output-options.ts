/** Options of `rig check` for what it shows or writes besides its answer. */

import { existsSync } from "node:fs";
import type { Argv } from "yargs";
import { RigError } from "../core/verdict/rig-error.ts";
import type { EngineArguments } from "./elle-cli/engine-options.ts";
import type { MinimiseFileOptions } from "./minimise-file.ts";
import { wholeNumber } from "./numbers.ts";

export interface OutputArguments {
  readonly svg?: string | undefined;
  readonly report?: string | undefined;
  readonly minimise?: string | undefined;
  readonly "minimise-checks": string;
}

export function outputOptions<T>(yargs: Argv<T>) {
  return yargs
    .option("svg", {
      string: true,
      describe: "Folder for a picture of each anomaly that is explained",
    })
    .option("report", {
      string: true,
      describe: "HTML file for explanations and pictures of all anomalies",
    })
    .option("minimise", {
      string: true,
      describe:
        "Show the smallest part of the history that still has its first anomaly, or write it to " +
        "this new file: EDN, or JSON by its name",
    })
    .option("minimise-checks", {
      string: true,
      default: "5000",
      describe: "Most checks of smaller parts",
    });
}

/**
 * What is meant by `check --minimise FILE` without another file: that history, and no file to
 * write to. A file that is there is never written over.
 */
export function isHistory(out: string | undefined, files: readonly string[]): out is string {
  return files.length === 0 && out !== undefined && out !== "" && existsSync(out);
}

/** What `--minimise` asks for, if it does; throws `usage.option` before any work is done. */
export function minimalOf(
  files: readonly string[],
  args: OutputArguments & EngineArguments,
): MinimiseFileOptions | null {
  const { minimise: out, engine } = args;
  if (out === undefined) return null;
  const checks = wholeNumber("--minimise-checks", args["minimise-checks"]) ?? 0;
  if (out !== "" && existsSync(out)) {
    throw wrong(`--minimise ${out}: the file is there already; expected the name of a new one`);
  }
  if (out !== "" && files.length > 1) {
    throw wrong(`--minimise ${out} with ${files.length} histories; expected one history`);
  }
  if (files.includes("/dev/stdin")) {
    throw wrong("--minimise reads a history twice; expected a file, not standard input");
  }
  if (engine === "elle-cli") {
    throw wrong("--minimise needs the native checker; expected no --engine elle-cli");
  }
  return { out, checks };
}

function wrong(text: string): RigError {
  return new RigError("usage.option", text);
}
