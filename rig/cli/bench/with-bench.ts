/** What actions of `rig bench` have in common: the lease, emulated boards, signals, output. */

import type { Bench } from "../../core/bench/bench.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs } from "../numbers.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { takeBench } from "./bench-lease.ts";
import { openEmulated } from "./emulate.ts";

/** `signal` is aborted by Ctrl-C, by `--timeout`, and when the lease is lost. */
export type BenchWork<T> = (bench: Bench, signal: AbortSignal) => Promise<T>;

type Occasion = Pick<BenchArguments, "action" | "file" | "wait" | "timeout">;

/** Has the lease while the work lasts. */
export async function withBench<T>(bench: Bench, args: Occasion, work: BenchWork<T>): Promise<T> {
  return withSignals(args, async (signal) => {
    const purpose = `rig bench ${args.action}`;
    const lease = await takeBench(bench, { purpose, wait: args.wait, signal });
    try {
      const both = AbortSignal.any([signal, lease.lost]);
      return await withBoards(bench, args.file, (opened) => work(opened, both));
    } finally {
      lease.release();
    }
  });
}

export async function withSignals<T>(
  args: Pick<Occasion, "timeout">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupts = new Interrupts();
  const limitMs = timeoutMs(args.timeout);
  const limits = limitMs === undefined ? [] : [AbortSignal.timeout(limitMs)];
  try {
    return await work(AbortSignal.any([interrupts.signal, ...limits]));
  } finally {
    interrupts.stop();
  }
}

/** With ports that can be opened, where boards of the bench are emulated. */
export async function withBoards<T>(
  bench: Bench,
  file: string,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const emulated = await openEmulated(bench, file);
  try {
    return await work(emulated?.bench ?? bench);
  } finally {
    emulated?.release();
  }
}

/** One line of text, or one of JSON. */
export function say(args: BenchArguments, value: object, text: string): void {
  if (args.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  else if (!args.quiet) process.stdout.write(`${text}\n`);
}
