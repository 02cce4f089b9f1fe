/** The C agent as a process of this machine: built once for all tests of a file, and spoken to. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const FIRMWARE = new URL("../../firmware-bridge/firmware/", import.meta.url).pathname;
const BUILD = new URL("../../build/", import.meta.url).pathname;
const PLAIN = "FLAGS=-std=c99 -O1 -g -Wall -Wextra -Werror";
export const SANITIZED = "SANITIZE=-fsanitize=address,undefined -fno-sanitize-recover=all";

/** Builds a program of the agent's Makefile, once for the same sources; the path of it. */
export function buildAgent(program = "rig-agent", flags: readonly string[] = []): string {
  const hash = createHash("sha256").update([program, ...flags].join(" "));
  for (const folder of ["agent", "line"]) {
    for (const file of readdirSync(path.join(FIRMWARE, folder)).sort()) {
      hash.update(readFileSync(path.join(FIRMWARE, folder, file)));
    }
  }
  const target = path.join(BUILD, `${program}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(target)) return target;
  mkdirSync(BUILD, { recursive: true });
  const folder = mkdtempSync(path.join(BUILD, "agent-"));
  const made = path.join(folder, program);
  const options = ["-s", "-C", path.join(FIRMWARE, "agent"), `OUT=${folder}`, PLAIN, ...flags];
  execFileSync("make", [...options, made]);
  renameSync(made, target);
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
