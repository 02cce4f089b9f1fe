/**
 * The result of a run: verdict, reasons and figures. Console, JSON, CSV, JUnit and HTML are all
 * made from this one type (and from the evidence it was judged by).
 */

import type { Anomaly } from "../elle/result.ts";
import type { FaultReport } from "../fault/fault.ts";
import type { InvariantReport } from "../invariant/invariant.ts";
import type { Expectation } from "../plan/expectation.ts";
import type { BenchEvidence, Failure } from "../run/bench-record.ts";
import type { BusStatistics, NodeStatistics, TeardownStep } from "../run/evidence.ts";
import type { Outcome, Reason } from "./outcome.ts";

/** Operations of clients, counted by how they ended. */
export interface OutcomeCounts {
  readonly issued: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

export interface LatencySummary {
  /** Acknowledged operations that the figures are of; the others are null when it is 0. */
  readonly count: number;
  readonly minUs: number | null;
  readonly meanUs: number | null;
  readonly p50Us: number | null;
  readonly p95Us: number | null;
  readonly p99Us: number | null;
  readonly maxUs: number | null;
}

export interface AnomalySummary {
  readonly type: string;
  /** Explains in sentences. */
  readonly text: string;
  /** The operations, and the steps of a cycle; absent where something else than Elle found it. */
  readonly evidence?: Omit<Anomaly, "type" | "explanation">;
}

export interface CheckSummary {
  readonly model: string;
  readonly consistency: string;
  readonly valid: boolean | "unknown";
  readonly anomalyTypes: readonly string[];
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
  /** First ones only. */
  readonly anomalies: readonly AnomalySummary[];
}

export interface AssertionResult {
  readonly name: string;
  /** What was claimed and what was measured. */
  readonly text: string;
  readonly holds: boolean;
  /** What the run comes to when it does not hold. */
  readonly unmet: Outcome;
}

/** The history of the clients that live on the nodes. */
export interface NodesHistorySummary {
  readonly counts: OutcomeCounts;
  /** Records that came in, those whose marker is missing, and those that never came. */
  readonly records: number;
  readonly widened: number;
  readonly lost: number;
  readonly check: CheckSummary;
}

export interface RunResult {
  readonly schema: 1;
  readonly scenario: string;
  readonly protocol: string;
  readonly level: string;
  readonly seed: number;
  readonly nodes: number;
  readonly outcome: Outcome;
  readonly expectation: Expectation;
  /** Whether the outcome is the one that the scenario expects. */
  readonly asExpected: boolean;
  readonly reasons: readonly Reason[];
  readonly partial: string | null;
  readonly counts: OutcomeCounts;
  readonly windows: {
    readonly outsideFaults: OutcomeCounts;
    readonly duringFaults: OutcomeCounts;
    readonly afterHeal: OutcomeCounts;
    readonly finalReads: OutcomeCounts;
  };
  /** Of the host's clients; of the nodes' where the host has none. */
  readonly check: CheckSummary;
  /** Left out where no clients live on the nodes. */
  readonly nodesHistory?: NodesHistorySummary;
  readonly latency: LatencySummary;
  readonly assertions: readonly AssertionResult[];
  readonly invariants: readonly InvariantReport[];
  readonly faults: readonly FaultReport[];
  readonly bus: BusStatistics & { readonly loadPercent: number };
  readonly messages: Readonly<Record<string, number>>;
  readonly nodeStatistics: readonly NodeStatistics[];
  readonly teardown: readonly TeardownStep[];
  /** Left out at levels without a bench. */
  readonly bench?: BenchEvidence;
  /** Left out where nothing but its end, or a signal, ended the run. */
  readonly failure?: Failure;
  /** Simulated (or real) time from start to end of the record. */
  readonly durationNs: number;
}
