/**
 * The record of a run as it happens: one entry is one line of `events.jsonl`, the one truth from
 * which every report can be made again.
 */

import type { ErrorState } from "../can/error-confinement.ts";
import type { CanFrame } from "../can/frame.ts";
import type { NodeRecord } from "../consensus/node-core.ts";
import type { FaultKind } from "../fault/fault.ts";
import type { NodeHistoryRecord } from "../history/node-history.ts";
import type { Operation } from "../history/operation.ts";
import type { AppliedSlots } from "../invariant/apply-order.ts";
import type { InvariantReport } from "../invariant/invariant.ts";
import type { Marker } from "../wire/marker.ts";
import type { BenchRecord } from "./bench-record.ts";
import type { BusStatistics, NodeStatistics, TeardownStep } from "./evidence.ts";

export type Phase = "workload-end" | "healed" | "end";

export type RunRecord =
  | { readonly type: "operation"; readonly time: number; readonly operation: Operation }
  | {
      readonly type: "fault";
      readonly time: number;
      readonly action: "inject" | "effect" | "heal";
      readonly id: string;
      readonly kind: FaultKind;
      readonly target: string;
      /** How often it took effect so far. */
      readonly effects: number;
    }
  /** The error state of a controller changed: that of a node, or of the rig's own channel. */
  | {
      readonly type: "bus-state";
      readonly time: number;
      readonly node: number | "host";
      readonly state: ErrorState;
      readonly tec: number;
      readonly rec: number;
    }
  /** A record of a node's history as it was fetched, and a marker as it was heard. */
  | { readonly type: "node-history"; readonly time: number; readonly record: NodeHistoryRecord }
  | { readonly type: "marker"; readonly time: number; readonly marker: Marker }
  | { readonly type: "phase"; readonly time: number; readonly phase: Phase }
  | {
      readonly type: "violation";
      readonly time: number;
      readonly invariant: string;
      readonly text: string;
    }
  /** Counters so far; the last one stands. */
  | {
      readonly type: "statistics";
      readonly time: number;
      readonly bus: BusStatistics;
      readonly messages: Readonly<Record<string, number>>;
      readonly nodes: readonly NodeStatistics[];
      readonly invariants: readonly InvariantReport[];
      readonly applied?: AppliedSlots;
    }
  /** Median latency of a run made for comparison, in microseconds. */
  | {
      readonly type: "baseline";
      readonly time: number;
      readonly scenario: string;
      readonly medianUs: number;
    }
  | BenchRecord
  | { readonly type: "teardown"; readonly time: number; readonly step: TeardownStep }
  /** The last line of a whole record; `partial` says why a run was cut short, if it was. */
  | { readonly type: "end"; readonly time: number; readonly partial: string | null };

/** Where a run's record goes as it happens. */
export interface RunSink {
  record(entry: RunRecord): void;
  /** A node's own record, with the node's boot counter. */
  node(node: number, boot: number, timeNs: number, record: NodeRecord): void;
  /** A frame seen on the bus; `error` frames are in the form in which SocketCAN reports them. */
  frame(timeNs: number, frame: CanFrame): void;
}
