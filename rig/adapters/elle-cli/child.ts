/**
 * Runs a program under a limit of wall-clock time. It gets a process group of its own, and when
 * its time is up the whole group is killed: what hangs may not listen to anything gentler, and
 * has nothing to put in order. Its output is handed on as it comes; of stderr the end is kept.
 */

import { type ChildProcess, spawn } from "node:child_process";

export interface ChildOptions {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onOutput: (bytes: Buffer) => void;
}

export interface ChildEnd {
  /** `limit` when its time was up, `aborted` by the signal. */
  readonly why: "exit" | "limit" | "aborted";
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The first and the last part of what it wrote to stderr. */
  readonly errors: string;
}

const KEPT_ERRORS = 16 << 10;
/** How long output may still come after the end: a grandchild may hold the pipe for ever. */
const DRAIN_MS = 2_000;

/** Rejects when the program can't be started at all. */
export function runChild(
  command: string,
  args: readonly string[],
  { limitMs, signal, onOutput }: ChildOptions,
): Promise<ChildEnd> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  const errors = new Ends(KEPT_ERRORS);
  child.stdout.on("data", onOutput);
  child.stderr.on("data", (bytes: Buffer) => errors.add(bytes.toString("utf8")));
  return new Promise((resolve, reject) => {
    let why: ChildEnd["why"] = "exit";
    const kill = (reason: ChildEnd["why"]) => {
      why = reason;
      killGroup(child);
    };
    const onAbort = () => kill("aborted");
    const onRigExit = () => killGroup(child);
    // Timers of the engine hold 31 bits; a longer limit is none.
    const isLimited = limitMs < 2 ** 31;
    const timer = isLimited ? setTimeout(() => kill("limit"), limitMs) : undefined;
    let drain: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(timer);
      clearTimeout(drain);
      signal.removeEventListener("abort", onAbort);
      process.off("exit", onRigExit);
    };
    signal.addEventListener("abort", onAbort);
    process.on("exit", onRigExit);
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("exit", () => {
      // Children that it left behind are in its group.
      killGroup(child);
      drain = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, DRAIN_MS);
    });
    child.on("close", (code, signalName) => {
      settle();
      resolve({ why, code, signal: signalName, errors: errors.text });
    });
    if (signal.aborted) onAbort();
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

/** The beginning and the end of a long text. */
class Ends {
  readonly #limit: number;
  #head = "";
  #tail = "";
  #isCut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(text: string): void {
    const room = this.#limit - this.#head.length;
    this.#head += text.slice(0, room);
    this.#tail += text.slice(room);
    if (this.#tail.length <= this.#limit) return;
    this.#tail = this.#tail.slice(-this.#limit);
    this.#isCut = true;
  }

  get text(): string {
    return this.#head + (this.#isCut ? "\n[...]\n" : "") + this.#tail;
  }
}
