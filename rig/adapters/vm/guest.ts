/**
 * What the engines of `rig vm` share: a machine is a process of this one with its guest's output on
 * two pipes; the guest's first process is a script, which leaves the exit code in a file.
 */

import { type SpawnOptions, spawn } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type GuestCommand, type GuestLayout, initScript } from "./init-script.ts";

export interface GuestOptions extends GuestCommand {
  /** Such as `1G`. */
  readonly memory: string;
  readonly onOutput: (piece: Uint8Array) => void;
  readonly onError: (piece: Uint8Array) => void;
  /** Ends the machine at once. */
  readonly signal: AbortSignal;
  /** The group of processes that is the machine, as soon as there is one. */
  readonly onStart: (group: number) => void;
}

/** How an engine boots its guest. */
export interface Machine {
  readonly layout: Omit<GuestLayout, "folder">;
  readonly program: string;
  /**
   * Its arguments, for a folder of its own and the script that is the guest's first process. The
   * guest's output is due on descriptor 3, its errors on 4, what the kernel says on 5.
   */
  readonly args: (folder: string, script: string) => readonly string[];
}

/** Throws `capability.vm` unless all packages are there. */
export function refuseMissing(command: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const list = missing.join(", ");
  throw new RigError("capability.vm", `${command} needs the packages ${list}`, {
    hint: `On Debian: apt-get install ${missing.join(" ")}`,
  });
}

/** The exit code of the command; `bench.trouble` when the machine ends before the command does. */
export async function runGuest(machine: Machine, options: GuestOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "rig-vm-"));
  try {
    const script = join(folder, "init");
    writeFileSync(script, initScript(options, { ...machine.layout, folder }), { mode: 0o755 });
    await boot(machine, options, { folder, script });
    const exit = join(folder, "exit");
    if (existsSync(exit)) return Number.parseInt(readFileSync(exit, "utf8"), 10);
    options.signal.throwIfAborted();
    const log = readFileSync(join(folder, "console.log"), "utf8");
    const last = log.trim().split("\n").slice(-3).join(" | ");
    throw new RigError("bench.trouble", `the kernel ended before the command did: ${last}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until the machine is off. */
function boot(
  { program, args }: Machine,
  { onOutput, onError, signal, onStart }: GuestOptions,
  { folder, script }: { readonly folder: string; readonly script: string },
): Promise<void> {
  const log = openSync(join(folder, "console.log"), "w");
  const stdio: SpawnOptions["stdio"] = ["ignore", log, log, "pipe", "pipe", log];
  // A group of its own: the kernel's helpers end with it.
  const child = spawn(program, args(folder, script), { stdio, detached: true, cwd: folder });
  const kill = () => {
    try {
      process.kill(-(child.pid as number), "SIGKILL");
    } catch {
      // It has just ended.
    }
  };
  if (child.pid !== undefined) onStart(child.pid);
  signal.addEventListener("abort", kill);
  child.stdio[3]?.on("data", onOutput);
  child.stdio[4]?.on("data", onError);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new RigError("bench.trouble", error.message)));
    child.on("close", () => {
      signal.removeEventListener("abort", kill);
      resolve();
    });
  });
}

export function isOnPath(program: string): boolean {
  return pathOf(program) !== null;
}

export function pathOf(program: string): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const found = folders.find((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found === undefined ? null : join(found, program);
}
