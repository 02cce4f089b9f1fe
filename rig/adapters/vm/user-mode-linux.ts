/**
 * Runs a command inside a kernel with SocketCAN, where the machine's own has none: Debian's
 * user-mode Linux, an ordinary process with the host's file system as its own. It needs ptrace, and
 * no privileges beyond it.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type GuestOptions, isOnPath, refuseMissing, runGuest } from "./guest.ts";
import { CAN_MODULES, quoted } from "./init-script.ts";

const MODULES_ROOT = "/usr/lib/uml/modules";
const OUTPUT = "/dev/ttyS0";
const ERROR = "/dev/ttyS1";

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
  refuseMissing("rig vm", missingForUml());
  const modules = modulesFolder() as string;
  const load = CAN_MODULES.map((name) => `insmod ${quoted(`${modules}/${name}.ko`)}`);
  const raw = `stty -F ${OUTPUT} raw -echo; stty -F ${ERROR} raw -echo`;
  const machine = {
    program: "linux.uml",
    layout: { prepare: [...load, raw], output: OUTPUT, error: ERROR },
    args: (_folder: string, script: string) => [
      `mem=${options.memory}`,
      ...["rootfstype=hostfs", "rootflags=/", "rw", "con=null", "con0=null,fd:5", "quiet"],
      ...["ssl0=null,fd:3", "ssl1=null,fd:4", `init=${script}`],
    ],
  };
  return runGuest(machine, options);
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
