/** Asks whoever sits at the terminal to do something, and waits until it is done. */

import { createInterface } from "node:readline/promises";
import { RigError } from "../../core/verdict/rig-error.ts";

/** Rejects with `bench.trouble` where nobody is there. */
export async function askAtTerminal(sentence: string, signal: AbortSignal): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new RigError("bench.trouble", `nobody is at the terminal to be asked: ${sentence}`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    await terminal.question(`${sentence} `, { signal });
  } finally {
    terminal.close();
  }
}
