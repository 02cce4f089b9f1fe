/** What the main program needs of a command, and how commands hand back their exit code. */

import type { Argv } from "yargs";
import type { ExitCode } from "../core/verdict/exit-code.ts";

export interface Command {
  register(yargs: Argv<GlobalArguments>, finish: Finish): Argv<GlobalArguments>;
}

/** Runs the command's work and keeps its exit code. */
export type Finish = (work: () => ExitCode | Promise<ExitCode>) => Promise<void>;

export interface GlobalArguments {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly "output-dir": string;
  readonly timeout?: string | undefined;
}
