/**
 * The evidence of a run: what its raw record says, whole or up to the point where it breaks off.
 * The end of a run and `rig report` on a folder judge and report from this one type.
 */

import type { ErrorState } from "../can/error-confinement.ts";
import type { FaultReport } from "../fault/fault.ts";
import type { MergedHistory } from "../history/merge-nodes.ts";
import type { Operation } from "../history/operation.ts";
import type { AppliedSlots } from "../invariant/apply-order.ts";
import type { InvariantReport } from "../invariant/invariant.ts";
import type { RunPlan } from "../plan/plan.ts";
import type { BenchEvidence, Failure } from "./bench-record.ts";
import type { BusStateChange, BusWindows } from "./bus-course.ts";

export interface BusStatistics {
  /** Frames that crossed the bus. */
  readonly frames: number;
  readonly busyNs: number;
  /** Deliveries to a node, and those that a fault withheld. */
  readonly delivered: number;
  readonly withheld: number;
  /** Frames lost for want of room: any makes the run unknown. */
  readonly dropped: number;
  /** Error frames on the wire. */
  readonly errorFrames: number;
  /** Times that a controller, the rig's among them, went bus-off. */
  readonly busOffs: number;
  /** Frames that were good for a receiver and then sent again, after an error near their end. */
  readonly duplicates: number;
  /** Rare situations that the run was in, and how often; without the others. */
  readonly reached?: Readonly<Record<string, number>>;
}

/** The controller of a node at the end of the record. */
export interface ControllerStatistics {
  readonly state: ErrorState;
  readonly tec: number;
  readonly rec: number;
  /** Times that it went error-passive, and bus-off. */
  readonly passives: number;
  readonly busOffs: number;
  /** Frames lost in its receive buffer, where there were any. */
  readonly overruns?: number;
}

export interface NodeStatistics {
  readonly node: number;
  readonly boots: number;
  /** Slots decided and transactions applied. */
  readonly decided: number;
  readonly applied: number;
  /** Rounds that ended without a decision. */
  readonly expired: number;
  /** Where the rig can see it. */
  readonly controller?: ControllerStatistics;
  /** Records that its board had no room for; left out where there were none. */
  readonly lost?: number;
  /** Messages refused, by type and reason, such as `Commit: no-quorum`; left out where none was. */
  readonly rejected?: Readonly<Record<string, number>>;
  /** Nodes that it convicted of contradicting themselves; left out where there are none. */
  readonly convicted?: readonly number[];
  /** It was made Byzantine: what it says of itself is no evidence. */
  readonly isByzantine?: true;
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
  /** The history of the host's clients as recorded, nemesis included. */
  readonly operations: readonly Operation[];
  /** The history of the clients that live on the nodes; null where there are none. */
  readonly nodesHistory: MergedHistory | null;
  readonly faults: readonly FaultReport[];
  readonly phases: RunPhases;
  readonly bus: BusStatistics;
  /** Null where the frames were not kept. */
  readonly busWindows: BusWindows | null;
  readonly busStates: readonly BusStateChange[];
  /** Protocol messages sent, by name (`Propose`, `Vote`, ...). */
  readonly messages: Readonly<Record<string, number>>;
  readonly nodes: readonly NodeStatistics[];
  readonly invariants: readonly InvariantReport[];
  /** What the nodes applied, slot by slot; null where that is of no use, or they disagree. */
  readonly applied: AppliedSlots | null;
  readonly teardown: readonly TeardownStep[];
  /** What the record says of the bench; left out at levels without one. */
  readonly bench?: BenchEvidence;
  /** What ended the run, where that was neither its end nor a signal. */
  readonly failure?: Failure;
  /** Why the record is not whole (interrupted, killed, disk full); null when it is. */
  readonly partial: string | null;
  /** By scenario, median latency in the runs that assertions compare with, in microseconds. */
  readonly baselines: Readonly<Record<string, number>>;
}

/** The operations on which the run is judged: where the host has no clients, those of the nodes. */
export function mainOperations({ plan, operations, nodesHistory }: RunEvidence) {
  const isNodes = nodesHistory !== null && plan.residents?.hostClients === false;
  return isNodes ? nodesHistory.operations : operations;
}
