/** `rig bench lease` and `release`, and the lease that other actions take while they last. */

import { type HeldLease, LeaseFile, leaseText } from "../../adapters/store/lease-file.ts";
import type { Bench } from "../../core/bench/bench.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { durationNs } from "../numbers.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { undoLeftBehind } from "./left-behind.ts";

export function leaseFileOf({ name, lease }: Bench): LeaseFile {
  return new LeaseFile(name, lease.folder);
}

export interface BenchLeaseOptions {
  readonly purpose: string;
  /** `--wait`, as it was given. */
  readonly wait?: string | undefined;
  readonly signal?: AbortSignal;
  /** A person's lease, for this long. */
  readonly byHandMs?: number;
}

/**
 * Rejects with `bench.busy`; who waits is told so on stderr. What a rig left that was killed while
 * it had the bench is undone, or else it rejects with `bench.trouble`.
 */
export async function takeBench(
  bench: Bench,
  { purpose, wait, signal, byHandMs }: BenchLeaseOptions,
): Promise<HeldLease> {
  const held = await leaseFileOf(bench).take({
    purpose,
    expiryMs: byHandMs ?? bench.lease.expiryMs,
    byHand: byHandMs !== undefined,
    waitMs: (durationNs("--wait", wait) ?? 0) / NS_PER_MS,
    waiting: (text) => process.stderr.write(`rig: waiting: ${text}\n`),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    await undoLeftBehind(bench);
  } catch (error) {
    held.release();
    throw error;
  }
  return held;
}

export async function leaseAction(bench: Bench, args: BenchArguments): Promise<ExitCode> {
  const byHandMs = (durationNs("--for", args.for) ?? bench.lease.expiryMs * NS_PER_MS) / NS_PER_MS;
  const purpose = args.purpose ?? "work by hand";
  const { lease } = await takeBench(bench, { purpose, wait: args.wait, byHandMs });
  say(args, { bench: bench.name, lease }, `${bench.name}: ${leaseText(lease)}`);
  return EXIT.valid;
}

export async function releaseAction(bench: Bench, args: BenchArguments): Promise<ExitCode> {
  const lease = leaseFileOf(bench).release({ force: args.force });
  await undoLeftBehind(bench);
  const text = lease === null ? "was free" : `released, ${leaseText(lease)}`;
  say(args, { bench: bench.name, released: lease }, `${bench.name}: ${text}`);
  return EXIT.valid;
}

function say({ json, quiet }: BenchArguments, value: object, text: string): void {
  if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
  else if (!quiet) process.stdout.write(`${text}\n`);
}
