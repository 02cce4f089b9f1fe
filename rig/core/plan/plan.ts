/**
 * The expanded plan of one run: everything that the run depends on, as data. The same plan and
 * seed give the same run; `rig plan` prints it and `run.json` keeps it.
 */

import type { AuthProfile } from "../auth/profile.ts";
import type { WorkloadModel } from "../elle/result.ts";
import type { Fault } from "../fault/fault.ts";
import type { Expectation } from "./expectation.ts";
import type { Level } from "./level.ts";

/** `roj` is ROJ-B, of two phases and rounds; `roj-a` has one phase and a fixed owner of a slot. */
export const PROTOCOLS = ["roj", "roj-a"] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];

/** Identifiers hold four bits of source: 0 to 13 are nodes, 14 the rig host, 15 means all. */
export const NODES_MAX = 14;

/** What clients ask for, each judged by the checker of its name; the first is the usual one. */
export const WORKLOADS = ["list-append", "rw-register"] as const satisfies readonly WorkloadModel[];

export interface WorkloadPlan {
  /** `list-append` when left out. */
  readonly kind?: WorkloadModel;
  /** Operations to issue before the final reads. */
  readonly operations: number;
  /** Logical clients at work at once; each has one operation open. */
  readonly clients: number;
  /** Operations that begin in a second, of all host clients; without it as fast as they can. */
  readonly ratePerS?: number;
  /** Keys in use at once; a key is replaced after `appendsPerKey` appends, or writes. */
  readonly keys: number;
  readonly appendsPerKey: number;
  readonly microOpsMax: number;
  /** Share of reads among the micro-operations, in per cent. */
  readonly readPercent: number;
  /** Reads after heal: every key once, and at least so many in all. */
  readonly finalReadsMin: number;
}

/** Limits of one figure of the latencies of acknowledged operations. */
export const LATENCY_FIGURE_LIMITS = [
  "mean-within",
  "p50-within",
  "p95-within",
  "p99-within",
] as const;
export type LatencyFigureLimit = (typeof LATENCY_FIGURE_LIMITS)[number];

/** Counters of the bus that a run can be asked for. */
export const BUS_COUNTERS = ["errorFrames", "duplicates", "busOffs"] as const;
export type BusCounter = (typeof BUS_COUNTERS)[number];

/**
 * `traitors-convicted`: an honest node holds evidence, and none holds any against an honest one.
 * `false-commits-refused`: honest nodes refused commits, and decided nothing without a quorum.
 */
export const BYZANTINE_CLAIMS = ["traitors-convicted", "false-commits-refused"] as const;
export type ByzantineClaim = (typeof BYZANTINE_CLAIMS)[number];

/** A claim about a run beyond its history, judged from the evidence. */
export type Assertion =
  | { readonly name: "acknowledged-within"; readonly limitNs: number }
  | { readonly name: LatencyFigureLimit; readonly limitNs: number }
  | { readonly name: "counted"; readonly counter: BusCounter; readonly atLeast: number }
  | { readonly name: "median-over-baseline"; readonly times: number; readonly scenario: string }
  | { readonly name: ByzantineClaim };

/** What has to be acknowledged before a run may be called valid. */
export interface Floors {
  /** Per cent of the operations issued outside the faults. */
  readonly outsideFaultsPercent: number;
  /** Per cent of the operations issued while a fault is in force (0 when the run may stop then). */
  readonly duringFaultsPercent: number;
  /** Operations issued after the last heal, final reads included. */
  readonly afterHeal: number;
}

export interface StoragePlan {
  /** How long a node's storage takes to make a record durable: each KiB of it, or part of one. */
  readonly writeNs: number;
  /** What is written whole or not at all: 32 (the default, as FRAM) or 4096 (as flash) bytes. */
  readonly sectorBytes?: number;
  /** A store without room refuses writes; none runs full when this is left out. */
  readonly capacityBytes?: number;
  /** When nodes compact their journals, where it is not as usual. */
  readonly compaction?: {
    readonly everySlots?: number;
    readonly journalBytes?: number;
    readonly keptSlots?: number;
  };
}

export interface BusPlan {
  readonly nominalBitrateBps: number;
  readonly dataBitrateBps: number;
  /** After how long in bus-off a controller restarts by itself, as `restart-ms` of SocketCAN has
   *  it; without it bus-off lasts until the node starts anew or the fault behind it is healed. */
  readonly busOffRestartNs?: number;
  /** What becomes of frames that wait in a controller that goes bus-off; without it kept. */
  readonly busOffQueue?: "keep" | "abort";
}

/** Clients that live on the nodes, beside those of the host or in their place. */
export interface ResidentPlan {
  /** Whether the host's clients are at work as well; if not, the nodes issue the operations. */
  readonly hostClients: boolean;
  /** Operations that each node has open at once, 1 or 2. */
  readonly processes: number;
}

/** Nodes that run another program than the rig's: firmware built for this machine. */
export interface AgentPlan {
  /** Path of the program. */
  readonly program: string;
  readonly nodes: readonly number[];
}

export interface RunPlan {
  readonly schema: 1;
  readonly scenario: string;
  readonly protocol: ProtocolName;
  /** How nodes know who said what; `crash` when left out. */
  readonly auth?: AuthProfile;
  readonly level: Level;
  /** 0 to 2^32 - 1: everything random in the run comes from it. */
  readonly seed: number;
  readonly nodes: number;
  readonly bus: BusPlan;
  /** Timers of the protocol: a phase of round r lasts `roundTimeoutNs + r * roundDeltaNs`. */
  readonly timers: { readonly roundTimeoutNs: number; readonly roundDeltaNs: number };
  readonly storage: StoragePlan;
  readonly client: { readonly operationTimeoutNs: number; readonly retryNs: number };
  readonly workload: WorkloadPlan;
  /** Left out where the host's clients alone are at work. */
  readonly residents?: ResidentPlan;
  /** Left out where all nodes run the rig's own program. */
  readonly agents?: AgentPlan;
  readonly faults: readonly Fault[];
  readonly expectation: Expectation;
  readonly floors: Floors;
  readonly assertions: readonly Assertion[];
}
