/** The C agent as a process of this machine: built once for all tests of a file, and spoken to. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const SOURCES = new URL("../../firmware-bridge/firmware/agent/", import.meta.url).pathname;

/** Builds a program of the agent's Makefile; the path of it. */
export function buildAgent(program = "rig-agent", flags: readonly string[] = []): string {
  const folder = mkdtempSync(path.join(tmpdir(), "rig-agent-"));
  const target = path.join(folder, program);
  execFileSync("make", ["-s", "-C", SOURCES, `OUT=${folder}`, ...flags, target]);
  return target;
}

export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "rig-agent-disk-"));
}

/** One agent process and what it says, one object a line. */
export class AgentProcess {
  readonly child: ChildProcess;
  readonly said: { readonly type: string; readonly [name: string]: unknown }[] = [];
  readonly ended: Promise<void>;

  constructor(program: string, args: readonly string[]) {
    this.child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    lines.on("line", (line) => this.said.push(JSON.parse(line)));
    this.ended = new Promise((resolve) => this.child.on("close", () => resolve()));
  }

  /** The path of its control line, once it is there. */
  async port(): Promise<string> {
    for (;;) {
      const found = this.said.find(({ type }) => type === "port");
      if (found !== undefined && this.said.some(({ type }) => type === "ready")) {
        return String(found["path"]);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}
