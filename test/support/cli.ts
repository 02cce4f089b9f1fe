/** Runs the built command as a user does, in a process of its own. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Tests and benches run in the root of the checkout; benches from another place within it. */
export const MAIN = resolve("dist/bin/main.js");

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RigOptions {
  readonly cwd?: string;
  readonly node?: string;
  /** Besides what the tests have themselves. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process once it has started. */
  readonly during?: (child: ReturnType<typeof spawn>) => unknown;
}

export function rig(args: readonly string[], options: RigOptions = {}): Promise<Finished> {
  if (!existsSync(MAIN)) throw new Error("the command is not built: run `npm run build` first");
  return script(MAIN, args, options);
}

/** Runs a script under Node, from the folder that the tests run in. */
export function script(
  file: string,
  args: readonly string[] = [],
  options: RigOptions = {},
): Promise<Finished> {
  const { cwd = process.cwd(), node = process.execPath, env = {}, during } = options;
  const environment = { ...process.env, NO_COLOR: "1", ...env };
  const child = spawn(node, [file, ...args], { cwd, env: environment });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes) => {
    stdout += bytes;
  });
  child.stderr.on("data", (bytes) => {
    stderr += bytes;
  });
  during?.(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "canfd-rig-"));
}
