/**
 * Leases of a bench, as files that all who share the bench can see. Each change is a new file with
 * the next number, linked into place whole: whoever links a number first has it, so that two never
 * do, whatever dies when. The highest number counts. Times are those of the machine that holds the
 * files, read from a file that was just written.
 *
 * Does not model: folders on file systems without hard links.
 */

import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { admits, type Lease, leaseInForce } from "../../core/bench/lease.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { isRunning, startOf, thisUser } from "./lease-process.ts";

export interface LeaseRequest {
  /** Such as `rig run`. */
  readonly purpose: string;
  readonly expiryMs: number;
  /** How long to wait for a bench that is busy; 0 where it is not said. */
  readonly waitMs?: number;
  /** True for a person's lease, which no process holds. */
  readonly byHand?: boolean;
  /** Called once with who has it, before waiting begins. */
  readonly waiting?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface HeldLease {
  readonly lease: Lease;
  /** Aborted when somebody else has the bench now: it was released by force, or had expired. */
  readonly lost: AbortSignal;
  /** Gives the bench back. Idempotent; changes nothing where the lease is lost. */
  release(): void;
}

const POLL_MS = 250;
const RENEW_MAX_MS = 10_000;
const LEFT_BEHIND_MS = 3_600_000;
/**
 * Numbers that stay behind the highest. One who was held up between looking and linking then finds
 * the number taken, and not free again; and whoever lists the folder while it changes sees some.
 */
const KEPT = 16;

/** Where leases are that the bench file puts nowhere else: one folder for all users. */
export function leaseFolder(): string {
  return path.join(tmpdir(), "rig-leases");
}

/** The file of number `number`; its lease is null where the bench was given back. */
interface Entry {
  readonly number: number;
  readonly lease: Lease | null;
}

export class LeaseFile {
  readonly #folder: string;
  readonly #bench: string;
  readonly #who: { readonly owner: string; readonly host: string };

  /** `who` is this user on this machine where it is not said. */
  constructor(bench: string, folder: string = leaseFolder(), who = thisUser()) {
    this.#bench = bench;
    this.#folder = folder;
    this.#who = who;
  }

  /** Benches that anybody had from this folder. */
  static benches(folder: string = leaseFolder()): readonly string[] {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const taken = names.filter((name) => name.endsWith(".lease"));
    return [...new Set(taken.map((name) => name.split(".")[0] ?? ""))].sort();
  }

  /** The lease in force; null while the bench is free. */
  read(): Lease | null {
    return this.#inForce(this.#latest().lease, Date.now());
  }

  /** Rejects with `bench.busy`, saying who has it, when it is not free in time. */
  async take(request: LeaseRequest): Promise<HeldLease> {
    const { waitMs = 0, waiting, signal } = request;
    const deadlineMs = performance.now() + waitMs;
    for (let isFirst = true; ; isFirst = false) {
      signal?.throwIfAborted();
      const taken = this.#try(request);
      if ("release" in taken) return taken;
      const text = `bench ${this.#bench} is busy: ${leaseText(taken)}`;
      if (performance.now() >= deadlineMs) {
        const hint = "Wait with --wait 10m, or take it away: rig bench release FILE --force";
        throw new RigError("bench.busy", text, { hint });
      }
      if (isFirst) waiting?.(text);
      await sleep(POLL_MS, null, { signal });
    }
  }

  /**
   * Ends a person's own lease; with `force` that of whoever has it, which is logged. Returns the
   * one that was ended, null where the bench was free. Throws `bench.busy` for somebody else's.
   */
  release({ force }: { readonly force: boolean }): Lease | null {
    for (;;) {
      const { number, lease } = this.#latest();
      const held = this.#inForce(lease, this.#nowMs());
      if (held === null) return null;
      if (!force && !admits(held, this.#who)) {
        const hint = "To take it away all the same: --force (it is logged)";
        const text = `bench ${this.#bench} is busy: ${leaseText(held)}`;
        throw new RigError("bench.busy", text, { hint });
      }
      if (!this.#link(number + 1, () => null)) continue;
      if (force) this.#log("released by force", held);
      return held;
    }
  }

  /** The lease that was taken, or the one in the way. */
  #try(request: LeaseRequest): HeldLease | Lease {
    for (;;) {
      const { number, lease } = this.#latest();
      const nowMs = this.#nowMs();
      const held = this.#inForce(lease, nowMs);
      const byHand = request.byHand === true;
      if (held !== null && !admits(held, this.#who)) return held;
      const taken = this.#link(number + 1, (sinceMs) => ({
        ...this.#who,
        pid: byHand ? null : process.pid,
        started: byHand ? null : startOf(process.pid),
        purpose: request.purpose,
        sinceMs,
        untilMs: sinceMs + request.expiryMs,
        ...(held === null || byHand ? {} : { within: held }),
      }));
      if (taken === null || taken.lease === null) continue;
      if (lease !== null && held === null) this.#log("taken over, it was stale", lease);
      return byHand ? this.#byHand(taken.lease) : this.#hold(taken.number, taken.lease, request);
    }
  }

  #byHand(lease: Lease): HeldLease {
    const release = () => void this.release({ force: false });
    return { lease, lost: new AbortController().signal, release };
  }

  /** Renews the lease until it is released or lost. */
  #hold(first: number, lease: Lease, { expiryMs }: LeaseRequest): HeldLease {
    const lost = new AbortController();
    let number: number | null = first;
    const next = (make: (nowMs: number) => Lease | null) => {
      if (number === null) return;
      const entry = this.#latest().number === number ? this.#link(number + 1, make) : null;
      number = entry?.number ?? null;
      if (number === null) lost.abort();
    };
    const renewing = setInterval(
      () => next((nowMs) => ({ ...lease, untilMs: nowMs + expiryMs })),
      Math.min(RENEW_MAX_MS, expiryMs / 3),
    );
    renewing.unref();
    const release = () => {
      clearInterval(renewing);
      next((nowMs) => this.#inForce(lease.within ?? null, nowMs));
      number = null;
    };
    return { lease, lost: lost.signal, release };
  }

  #latest(): Entry {
    for (;;) {
      const number = this.#numbers().at(-1);
      if (number === undefined) return { number: 0, lease: null };
      try {
        const text = readFileSync(this.#path(number), "utf8");
        return { number, lease: parseLease(text) };
      } catch (error) {
        // A newer one has taken its place.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw this.#unusable(error);
      }
    }
  }

  #numbers(): readonly number[] {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw this.#unusable(error);
    }
    return names
      .flatMap((name) => {
        const [bench, number = "", ending, ...rest] = name.split(".");
        const isOurs = bench === this.#bench && ending === "lease" && rest.length === 0;
        return isOurs && /^\d+$/.test(number) ? [Number(number)] : [];
      })
      .sort((a, b) => a - b);
  }

  /** Null where somebody else was faster. */
  #link(number: number, make: (nowMs: number) => Lease | null): Entry | null {
    const whole = this.#file();
    try {
      const lease = make(whole.nowMs);
      writeSync(whole.descriptor, `${JSON.stringify(lease)}\n`);
      // A lease that is there is whole, also after a loss of power.
      fsyncSync(whole.descriptor);
      linkSync(whole.path, this.#path(number));
      const numbers = this.#numbers();
      if ((numbers.at(-1) ?? 0) > number + KEPT) {
        // Held up for so long that the number was given, and forgotten: it counts for nothing.
        unlinkQuietly(this.#path(number));
        return null;
      }
      this.#forget(numbers.filter((each) => each < number - KEPT));
      return { number, lease };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
      throw this.#unusable(error);
    } finally {
      closeSync(whole.descriptor);
      unlinkSync(whole.path);
    }
  }

  /** A new file of no name that counts, and its time. */
  #file(): { readonly path: string; readonly descriptor: number; readonly nowMs: number } {
    try {
      const made = mkdirSync(this.#folder, { recursive: true });
      // All users of the machine share the bench; each may remove its own files alone.
      if (made !== undefined) chmodSync(this.#folder, 0o1777);
      const name = path.join(this.#folder, `${this.#bench}.${randomUUID()}.new`);
      const descriptor = openSync(name, "wx", 0o644);
      return { path: name, descriptor, nowMs: statSync(name).mtimeMs };
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  #nowMs(): number {
    const { path: name, descriptor, nowMs } = this.#file();
    closeSync(descriptor);
    unlinkSync(name);
    return nowMs;
  }

  /** Files of these numbers, and what was left behind by a rig that died; others' may stay. */
  #forget(numbers: readonly number[]): void {
    for (const old of numbers) unlinkQuietly(this.#path(old));
    for (const name of readdirSync(this.#folder)) {
      if (!name.endsWith(".new") || !name.startsWith(`${this.#bench}.`)) continue;
      const file = path.join(this.#folder, name);
      const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > LEFT_BEHIND_MS) unlinkQuietly(file);
    }
  }

  #inForce(lease: Lease | null, nowMs: number): Lease | null {
    return leaseInForce(lease, { host: this.#who.host, nowMs, isRunning });
  }

  #log(what: string, lease: Lease): void {
    const by = { owner: this.#who.owner, host: this.#who.host, pid: process.pid };
    const line = JSON.stringify({ at: new Date().toISOString(), what, by, lease });
    const file = path.join(this.#folder, `${this.#bench}.log`);
    try {
      appendFileSync(file, `${line}\n`);
      // Others write into it as well.
      chmodSync(file, 0o666);
    } catch (error) {
      // Only its owner may change its mode, which is done then.
      if ((error as NodeJS.ErrnoException).code !== "EPERM") throw this.#unusable(error);
    }
  }

  #path(number: number): string {
    return path.join(this.#folder, `${this.#bench}.${number}.lease`);
  }

  #unusable(error: unknown): Error {
    if (error instanceof RigError) return error;
    const text = `${this.#folder}: leases can't be kept there: ${(error as Error).message}`;
    return new RigError("bench.trouble", text, { cause: error });
  }
}

/** `anna at lab1 (process 4711), for rig run, since 2026-..., until 2026-...`. */
export function leaseText({ owner, host, pid, purpose, sinceMs, untilMs }: Lease): string {
  const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  const process = pid === null ? "" : ` (process ${pid})`;
  const who = `${owner} at ${host}${process}`;
  return `${who}, for ${purpose}, since ${time(sinceMs)}, until ${time(untilMs)}`;
}

/** Null for a bench that was given back, and for what is no lease: nobody can hold that. */
function parseLease(text: string): Lease | null {
  try {
    const lease: unknown = JSON.parse(text);
    return typeof lease === "object" && lease !== null && "untilMs" in lease
      ? (lease as Lease)
      : null;
  } catch {
    return null;
  }
}

function unlinkQuietly(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Of another user, or gone already.
  }
}
