/**
 * Runs a command inside a kernel with SocketCAN, where the machine's own has none: Debian's
 * user-mode Linux, an ordinary process with the host's file system as its own. It needs ptrace, and
 * no privileges beyond it.
 */

import { spawn } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type GuestCommand, initScript } from "./init-script.ts";

const MODULES_ROOT = "/usr/lib/uml/modules";

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

/** What is missing on this machine for user-mode Linux; empty when nothing is. */
export function missingForUml(): readonly string[] {
  const missing: string[] = [];
  if (!isOnPath("linux.uml") || modulesFolder() === null) missing.push("user-mode-linux");
  if (!isOnPath("insmod")) missing.push("kmod");
  if (!isOnPath("ip")) missing.push("iproute2");
  return missing;
}

/**
 * The exit code of the command. Rejects with `capability.vm` where there is no such kernel, with
 * `bench.trouble` when the machine ends before the command does.
 */
export async function runInUml(options: GuestOptions): Promise<number> {
  const missing = missingForUml();
  const modules = modulesFolder();
  if (missing.length > 0 || modules === null) {
    throw new RigError("capability.vm", `rig vm needs the packages ${missing.join(", ")}`, {
      hint: `On Debian: apt-get install ${missing.join(" ")}`,
    });
  }
  const folder = mkdtempSync(join(tmpdir(), "rig-vm-"));
  try {
    const script = join(folder, "init");
    const layout = { modules, folder, output: "/dev/ttyS0", error: "/dev/ttyS1" };
    writeFileSync(script, initScript(options, layout), { mode: 0o755 });
    await boot(options, folder, script);
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
function boot(options: GuestOptions, folder: string, script: string): Promise<void> {
  const { memory, onOutput, onError, signal, onStart } = options;
  const args = [
    `mem=${memory}`,
    ...["rootfstype=hostfs", "rootflags=/", "rw", "con=null", "con0=null,fd:5", "quiet"],
    ...["ssl0=null,fd:3", "ssl1=null,fd:4", `init=${script}`],
  ];
  const log = openSync(join(folder, "console.log"), "w");
  const stdio = ["ignore", log, log, "pipe", "pipe", log] as const;
  // A group of its own: the kernel's helpers end with it.
  const child = spawn("linux.uml", args, { stdio: [...stdio], detached: true, cwd: folder });
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

/** Of the newest kernel that is installed. */
function modulesFolder(): string | null {
  try {
    const versions = readdirSync(MODULES_ROOT).sort();
    const newest = versions.at(-1);
    return newest === undefined ? null : join(MODULES_ROOT, newest, "kernel");
  } catch {
    return null;
  }
}

function isOnPath(program: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
