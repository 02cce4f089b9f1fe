/** Who holds a lease: the user, the host, and a process that can be told from a later one. */

import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";

export function thisUser(): { readonly owner: string; readonly host: string } {
  const host = hostname();
  try {
    return { owner: userInfo().username, host };
  } catch {
    // A user without a name, as in a container, still has a number.
    return { owner: String(process.getuid?.() ?? "somebody"), host };
  }
}

/** Whether the process of this number still runs, and is the one that started then. */
export function isRunning(pid: number, started: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process can't be signalled, and is there.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const fields = statOf(pid);
  // One that has ended and whose parent has not noticed yet holds nothing.
  if (fields?.[STATE] === "Z") return false;
  const now = startOf(pid);
  return started === null || now === null || now === started;
}

/** Start of the system and, in its ticks, of the process; null on systems without /proc. */
export function startOf(pid: number): string | null {
  const ticks = statOf(pid)?.[START_TIME];
  if (ticks === undefined) return null;
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  return `${boot} ${ticks}`;
}

const STATE = 0;
const START_TIME = 19;

/** Fields behind the name of the program, which may hold anything (proc(5)). */
function statOf(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
