/**
 * One node as an operating-system process: started, killed, stopped and continued by signals,
 * heard through JSON lines on its standard output, told by lines on its standard input.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { NodeRecord } from "../../core/consensus/node-core.ts";
import type { NodeHistoryRecord } from "../../core/history/node-history.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { ChildCommand } from "./child-guard.ts";

/** What a node process says, one object a line. */
export type NodeLine =
  | { readonly type: "ready"; readonly boot: number }
  | { readonly type: "record"; readonly boot: number; readonly record: NodeRecord }
  | { readonly type: "history"; readonly record: NodeHistoryRecord };

export interface NodeProcessOptions {
  readonly node: number;
  readonly command: ChildCommand;
  readonly onLine: (line: NodeLine) => void;
  /** The process is gone and all that it said was heard; `isExpected` when it was killed here. */
  readonly onEnd: (isExpected: boolean, why: string) => void;
}

const SAID_MAX = 2_000;

export class NodeProcess {
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #isKilled = false;
  #isOver = false;
  #said = "";

  constructor({ node, command, onLine, onEnd }: NodeProcessOptions) {
    const { file, args } = command;
    // A group of its own: the terminal's Ctrl-C is the rig's to answer.
    this.#child = spawn(file, [...args], { stdio: "pipe", detached: true });
    let markReady: () => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    this.ready = new Promise((resolve, reject) => {
      markReady = resolve;
      fail = reject;
    });
    // Whoever boots the node awaits it; nobody need.
    this.ready.catch(() => undefined);
    // What a program that ends is told goes nowhere.
    this.#child.stdin?.on("error", () => undefined);
    this.#child.stderr?.on("data", (piece) => {
      this.#said = (this.#said + piece).slice(-SAID_MAX);
    });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on("line", (text) => {
      const line = JSON.parse(text) as NodeLine;
      if (line.type === "ready") markReady();
      onLine(line);
    });
    this.ended = new Promise((resolve) => {
      const end = (why: string) => {
        if (this.#isOver) return;
        this.#isOver = true;
        fail(new RigError("bench.trouble", `node ${node} did not come up: ${why}`));
        onEnd(this.#isKilled, why);
        resolve();
      };
      this.#child.on("error", ({ message }) => end(message));
      this.#child.on("close", (code, signal) => {
        const last = this.#said.trim().split("\n").at(-1);
        end(last !== undefined && last !== "" ? last : `it ended with ${signal ?? code}`);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return !this.#isOver && !this.#isKilled;
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.#isKilled = true;
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  continue(): void {
    this.#child.kill("SIGCONT");
  }
}
