/**
 * The evidence of a run: what its raw record says, whole or up to the point where it breaks off.
 * The end of a run and `rig report` on a folder judge and report from this one type.
 */

import type { FaultReport } from "../fault/fault.ts";
import type { Operation } from "../history/operation.ts";
import type { InvariantReport } from "../invariant/invariant.ts";
import type { RunPlan } from "../plan/plan.ts";

export interface BusStatistics {
  /** Frames that crossed the bus. */
  readonly frames: number;
  readonly busyNs: number;
  /** Deliveries to a node, and those that a fault withheld. */
  readonly delivered: number;
  readonly withheld: number;
  /** Frames lost for want of room: any makes the run unknown. */
  readonly dropped: number;
}

export interface NodeStatistics {
  readonly node: number;
  readonly boots: number;
  /** Slots decided and transactions applied. */
  readonly decided: number;
  readonly applied: number;
  /** Rounds that ended without a decision. */
  readonly expired: number;
}

export interface TeardownStep {
  readonly step: string;
  readonly ok: boolean;
  readonly detail?: string;
}

/** Milestones of a run; null where it did not get so far. */
export interface RunPhases {
  readonly workloadEndNs: number | null;
  /** Every fault is out of force from here on. */
  readonly healedNs: number | null;
  readonly endNs: number | null;
}

export interface RunEvidence {
  readonly plan: RunPlan;
  /** The history as recorded, nemesis included. */
  readonly operations: readonly Operation[];
  readonly faults: readonly FaultReport[];
  readonly phases: RunPhases;
  readonly bus: BusStatistics;
  /** Protocol messages sent, by name (`Propose`, `Vote`, ...). */
  readonly messages: Readonly<Record<string, number>>;
  readonly nodes: readonly NodeStatistics[];
  readonly invariants: readonly InvariantReport[];
  readonly teardown: readonly TeardownStep[];
  /** Why the record is not whole (interrupted, killed, disk full); null when it is. */
  readonly partial: string | null;
  /** By scenario, median latency in the runs that assertions compare with, in microseconds. */
  readonly baselines: Readonly<Record<string, number>>;
}
