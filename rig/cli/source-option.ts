/** `--source`: which of the histories in a run folder, the host's clients' or the nodes'. */

import { join } from "node:path";
import type { Argv } from "yargs";
import { RigError } from "../core/verdict/rig-error.ts";
import { isFolder } from "./check-file.ts";

const SOURCES = ["clients", "nodes"] as const;
type HistorySource = (typeof SOURCES)[number];

export function sourceOption<T>(yargs: Argv<T>) {
  return yargs.option("source", {
    string: true,
    default: "clients",
    describe: "Of a run folder, the history of the host's clients or of the nodes: nodes",
  });
}

export function sourceOf(text: string): HistorySource {
  const source = SOURCES.find((each) => each === text);
  if (source !== undefined) return source;
  throw new RigError(
    "usage.option",
    `--source is "${text}": expected one of ${SOURCES.join(", ")}`,
  );
}

/** The path to check. */
export function pathOfSource(file: string, source: HistorySource): string {
  if (source === "clients") return file;
  if (isFolder(file)) return join(file, "nodes-history.jsonl");
  throw new RigError("usage.option", `--source ${source} with ${file}: expected a run folder`);
}
