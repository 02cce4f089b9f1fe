/** Runs a program of Node and measures all of it: start, work and end, and its memory. */

import { spawnSync } from "node:child_process";

export interface Measured {
  /** Median of the rounds. */
  readonly seconds: number;
  readonly peakMb: number;
  readonly stdout: string;
}

/** Tells the peak on a pipe of its own when the program ends; only where no time is taken. */
const TELL_PEAK =
  "data:text/javascript,import{writeSync}from'node:fs';" +
  "process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))";

/**
 * Each program is given as the arguments of Node. They take turns, so that a slow minute of the
 * machine strikes all of them, and run once more for their memory.
 */
export function measured(programs: readonly (readonly string[])[], rounds: number): Measured[] {
  const seconds: number[][] = programs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, args] of programs.entries()) {
      const startMs = performance.now();
      run(args);
      seconds[at]?.push((performance.now() - startMs) / 1000);
    }
  }
  return programs.map((args, at) => {
    const [, stdout, , peakKb] = run(["--import", TELL_PEAK, ...args]);
    return { seconds: median(seconds[at] ?? []), peakMb: Number(peakKb) / 1024, stdout };
  });
}

function run(args: readonly string[]): [null, string, string, string] {
  const { output, signal } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (signal !== null) throw new Error(`${args.join(" ")}: ended by ${signal}`);
  return output as [null, string, string, string];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
