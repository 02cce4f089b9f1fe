/** elle-cli without a JAR: options for a checker that runs the stand-in. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ElleCliOptions } from "../../rig/adapters/elle-cli/elle-cli-checker.ts";
import { temporaryFolder } from "./cli.ts";

export const STAND_IN_JAVA = new URL("stand-in-java.mjs", import.meta.url).pathname;

export interface StandInScript {
  readonly way: "replay" | "print" | "huge-log" | "hang" | "die";
  /** By name of the history file, the transcript to replay; `transcript` for all others. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly transcript?: string;
  readonly before?: string;
  readonly after?: string;
  readonly exit?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** `new`: the options of a later release; `none`: the way also holds for `--help`. */
  readonly help?: "new" | "none";
  /** File that gets a line of JSON with the arguments and the input of each start. */
  readonly log?: string;
  /** File that gets the process ids of what hangs. */
  readonly pids?: string;
}

/** The path of a "JAR" that does this. */
export function standInJar(script: StandInScript): string {
  const path = join(temporaryFolder(), "elle-cli.jar");
  writeFileSync(path, JSON.stringify({ answers: {}, ...script }));
  return path;
}

export function standIn(script: StandInScript, limitMs = 30_000): ElleCliOptions {
  return { jar: standInJar(script), java: STAND_IN_JAVA, limitMs };
}
