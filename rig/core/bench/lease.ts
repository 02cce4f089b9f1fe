/** Who has a bench: what a lease says, and whether it counts. Times are epoch milliseconds. */

export interface Lease {
  /** Whoever works at the bench. */
  readonly owner: string;
  readonly host: string;
  /** Process that holds it; null where a person took it for a time. */
  readonly pid: number | null;
  /** Tells the process from a later one with the same number; null where nothing can. */
  readonly started: string | null;
  /** What it is taken for, such as `rig run --scenario happy`. */
  readonly purpose: string;
  readonly sinceMs: number;
  /** A lease that a process holds is renewed before. */
  readonly untilMs: number;
  /** The person's lease in which a process works; it is back in force afterwards. */
  readonly within?: Lease | undefined;
}

/** What the machine that judges can tell of a process of its own. */
export interface Judge {
  readonly host: string;
  readonly nowMs: number;
  /** Whether this very process still runs. */
  readonly isRunning: (pid: number, started: string | null) => boolean;
}

/**
 * The lease that is in force; null where the bench is free. A process of the judge's own host holds
 * it as long as it runs, everything else until it expires. A dead process gives it back to the
 * person in whose lease it worked.
 */
export function leaseInForce(lease: Lease | null, judge: Judge): Lease | null {
  if (lease === null) return null;
  const { pid, started, host, untilMs, within } = lease;
  const isHeld =
    pid !== null && host === judge.host ? judge.isRunning(pid, started) : judge.nowMs < untilMs;
  return isHeld ? lease : leaseInForce(within ?? null, judge);
}

/** A process may work in the lease that its own user took by hand, on the same host. */
export function admits(lease: Lease, by: Pick<Lease, "owner" | "host">): boolean {
  return lease.pid === null && lease.owner === by.owner && lease.host === by.host;
}
