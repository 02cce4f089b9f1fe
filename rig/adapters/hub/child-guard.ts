/**
 * Sees to it that node processes end with the rig, also while they are stopped: on Linux each gets
 * the parent-death signal from `setpriv`; elsewhere a shell of its own holds a pipe from the rig
 * with their numbers, and kills them when the pipe breaks.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";

export interface ChildCommand {
  readonly file: string;
  readonly args: readonly string[];
}

export interface ChildGuard {
  /** The command to run in the place of the one given. */
  wrap(command: ChildCommand): ChildCommand;
  /** The processes that there are now; the negative number of one stands for its group. */
  watch(pids: readonly number[]): void;
  close(): void;
}

export function openChildGuard(kind: "parent-death" | "shell" = bestKind()): ChildGuard {
  return kind === "parent-death" ? PARENT_DEATH : new ShellGuard();
}

function bestKind(): "parent-death" | "shell" {
  if (process.platform !== "linux") return "shell";
  const { status } = spawnSync("setpriv", ["--pdeathsig", "KILL", "true"], { stdio: "ignore" });
  return status === 0 ? "parent-death" : "shell";
}

const PARENT_DEATH: ChildGuard = {
  wrap: ({ file, args }) => ({
    file: "setpriv",
    args: ["--pdeathsig", "KILL", "--", file, ...args],
  }),
  watch() {},
  close() {},
};

/** Reads the last list until the pipe ends, and kills what is on it. */
const SCRIPT =
  "pids=; while read -r line; do pids=$line; done; " +
  '[ -z "$pids" ] || kill -s KILL -- $pids 2>/dev/null';

class ShellGuard implements ChildGuard {
  readonly #shell: ChildProcess;

  constructor() {
    // In a group of its own, where the terminal's Ctrl-C does not reach it.
    const stdio = ["pipe", "ignore", "ignore"] as const;
    this.#shell = spawn("sh", ["-c", SCRIPT], { stdio: [...stdio], detached: true });
    this.#shell.on("error", () => undefined);
    this.#shell.stdin?.on("error", () => undefined);
    this.#shell.unref();
  }

  wrap(command: ChildCommand): ChildCommand {
    return command;
  }

  watch(pids: readonly number[]): void {
    this.#shell.stdin?.write(`${pids.join(" ")}\n`);
  }

  close(): void {
    this.watch([]);
    this.#shell.stdin?.end();
  }
}
