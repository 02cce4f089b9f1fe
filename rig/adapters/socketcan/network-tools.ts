/**
 * Changes to the machine's network by its own tools, each noted in a journal before it is made and
 * until it is undone. Needs `cangw` of can-utils, iproute2, and the right to set up the network.
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import type { GatewayRule, KernelChange } from "../../core/bench/kernel-change.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { ChangeJournal } from "../../ports/change-journal.ts";

const run = promisify(execFile);
const LIMIT_MS = 5_000;

/** A change that was made and not undone. */
export interface Made {
  readonly change: KernelChange;
  readonly forget: () => void;
}

/** Rejects with `capability.fault` where it can't be made. */
export async function make(change: KernelChange, journal: ChangeJournal): Promise<Made> {
  const forget = journal.note(change);
  try {
    await runTool(...commandOf(change, "make"));
    return { change, forget };
  } catch (error) {
    // A tool that ran into its time limit may have made it.
    await undo(change).then(forget, () => undefined);
    throw error;
  }
}

export async function unmake({ change, forget }: Made): Promise<void> {
  await runTool(...commandOf(change, "undo"));
  forget();
}

/** Where nothing is to be undone, it is undone. Rejects where that can't be known. */
export async function undo(change: KernelChange): Promise<void> {
  try {
    await runTool(...commandOf(change, "undo"));
  } catch (error) {
    // What cangw says of a rule that is not there; with its interface a rule is gone as well.
    if (/Invalid argument/.test((error as Error).message)) return;
    if (!interfacesOf(change).every((name) => existsSync(`/sys/class/net/${name}`))) return;
    throw error;
  }
}

function interfacesOf(change: KernelChange): readonly string[] {
  return change.by === "link" ? [change.interface] : [change.rule.from, change.rule.to];
}

function commandOf(change: KernelChange, what: "make" | "undo"): [string, ...string[]] {
  if (change.by === "gateway") {
    return ["cangw", what === "make" ? "-A" : "-D", ...argumentsOf(change.rule)];
  }
  return ["ip", "link", "set", "dev", change.interface, what === "make" ? "down" : "up"];
}

function argumentsOf({ from, to, isFd, filter, modify }: GatewayRule): readonly string[] {
  return [
    ...["-s", from, "-d", to, ...(isFd ? ["-X"] : []), "-e"],
    ...(filter === undefined ? [] : ["-f", filter]),
    ...(modify === undefined ? [] : ["-m", modify]),
  ];
}

/** What it prints. Rejects with `capability.fault`, saying why. */
export async function runTool(program: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args, { timeout: LIMIT_MS })).stdout;
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    const why = code === "ENOENT" ? `${program} is missing` : stderr?.trim().split("\n")[0];
    const text = `${program} ${args.join(" ")}: ${why === "" || why === undefined ? message : why}`;
    throw new RigError("capability.fault", text, {
      hint: "It needs iproute2, can-utils, can-gw and root",
      cause: error,
    });
  }
}
