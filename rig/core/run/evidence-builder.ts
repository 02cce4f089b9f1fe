/**
 * Makes the evidence of a run from its record, entry by entry: at the end of a run from memory,
 * in `rig report` from the file. A record that breaks off gives evidence marked partial.
 */

import type { CanFrame } from "../can/frame.ts";
import type { FaultReport } from "../fault/fault.ts";
import { mergeNodeHistories } from "../history/merge-nodes.ts";
import type { NodeHistoryRecord, SeenMarker } from "../history/node-history.ts";
import type { Operation } from "../history/operation.ts";
import type { RunPlan } from "../plan/plan.ts";
import { BenchBuilder, type Failure } from "./bench-record.ts";
import { BusCourseBuilder, type BusStateChange } from "./bus-course.ts";
import type { BusStatistics, RunEvidence, RunPhases, TeardownStep } from "./evidence.ts";
import type { RunRecord } from "./record.ts";

const NO_BUS: BusStatistics = {
  frames: 0,
  busyNs: 0,
  delivered: 0,
  withheld: 0,
  dropped: 0,
  errorFrames: 0,
  busOffs: 0,
  duplicates: 0,
};

export class EvidenceBuilder {
  #plan: RunPlan;
  readonly #operations: Operation[] = [];
  readonly #nodeRecords: NodeHistoryRecord[] = [];
  readonly #markers: SeenMarker[] = [];
  readonly #faults = new Map<string, FaultReport>();
  readonly #teardown: TeardownStep[] = [];
  readonly #baselines: Record<string, number> = {};
  readonly #bench = new BenchBuilder();
  readonly #busCourse: BusCourseBuilder;
  readonly #busStates: BusStateChange[] = [];
  #failure: Failure | null = null;
  #phases: RunPhases = { workloadEndNs: null, healedNs: null, endNs: null };
  #statistics: Extract<RunRecord, { type: "statistics" }> | null = null;
  #partial: string | null = "the record breaks off";

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#busCourse = new BusCourseBuilder(plan.bus);
  }

  /** A frame that was seen on the bus; those who keep none have no course of the bus. */
  frame(timeNs: number, frame: CanFrame): void {
    this.#busCourse.frame(timeNs, frame);
  }

  add(entry: RunRecord): void {
    switch (entry.type) {
      case "operation":
        this.#operations.push(entry.operation);
        break;
      case "node-history":
        this.#nodeRecords.push(entry.record);
        break;
      case "marker":
        this.#markers.push({ ...entry.marker, timeNs: entry.time });
        break;
      case "fault":
        this.#addFault(entry);
        break;
      case "phase":
        this.#addPhase(entry);
        break;
      case "statistics":
        this.#statistics = entry;
        break;
      case "baseline":
        this.#baselines[entry.scenario] = entry.medianUs;
        break;
      case "bench-phase":
      case "flash":
      case "board":
      case "recovery":
        this.#bench.add(entry);
        break;
      case "failure":
        this.#failure ??= { class: entry.class, text: entry.text };
        break;
      case "teardown":
        this.#teardown.push(entry.step);
        break;
      case "end":
        this.#partial = entry.partial;
        break;
      case "bus-state":
        this.#busStates.push({ timeNs: entry.time, node: entry.node, state: entry.state });
        break;
      case "violation":
        // The statistics at the end repeat it; a run never ends without them but by being killed.
        break;
    }
  }

  /** The plan with what was done by hand: it is judged by that. */
  replan(plan: RunPlan): void {
    this.#plan = plan;
  }

  /** Marks the record as not whole, whatever it says itself. */
  markPartial(reason: string): void {
    this.#partial = reason;
  }

  evidence(): RunEvidence {
    const statistics = this.#statistics;
    const bench = this.#bench.evidence();
    return {
      plan: this.#plan,
      operations: withOpenClosed(this.#operations),
      nodesHistory:
        this.#plan.residents === undefined
          ? null
          : mergeNodeHistories(this.#nodeRecords, this.#markers),
      faults: this.#plan.faults.map((fault) => this.#faultReport(fault.id, fault.kind)),
      phases: this.#phases,
      bus: statistics?.bus ?? NO_BUS,
      busWindows: this.#busCourse.windows(),
      busStates: this.#busStates,
      messages: statistics?.messages ?? {},
      nodes: statistics?.nodes ?? [],
      invariants: statistics?.invariants ?? [],
      applied: statistics?.applied ?? null,
      teardown: this.#teardown,
      ...(bench === null ? {} : { bench }),
      ...(this.#failure === null ? {} : { failure: this.#failure }),
      partial: this.#partial,
      baselines: this.#baselines,
    };
  }

  #faultReport(id: string, kind: FaultReport["kind"]): FaultReport {
    const never = { id, kind, target: "", startNs: null, endNs: null, effects: 0 };
    return this.#faults.get(id) ?? never;
  }

  #addFault(entry: Extract<RunRecord, { type: "fault" }>): void {
    const { id, kind, target, effects, action, time } = entry;
    const known = this.#faults.get(id);
    const startNs = known === undefined ? time : known.startNs;
    const endNs = action === "heal" ? time : null;
    this.#faults.set(id, { id, kind, target, startNs, endNs, effects });
  }

  #addPhase({ phase, time }: Extract<RunRecord, { type: "phase" }>): void {
    if (phase === "workload-end") this.#phases = { ...this.#phases, workloadEndNs: time };
    else if (phase === "healed") this.#phases = { ...this.#phases, healedNs: time };
    else this.#phases = { ...this.#phases, endNs: time };
  }
}

/**
 * The operations, with an `info` for each one still open: where a record breaks off, nobody knows
 * what became of it.
 */
function withOpenClosed(operations: readonly Operation[]): readonly Operation[] {
  const open = new Map<Operation["process"], Operation>();
  for (const operation of operations) {
    if (operation.type === "invoke") open.set(operation.process, operation);
    else if (operation.process !== "nemesis") open.delete(operation.process);
  }
  const last = operations.at(-1);
  if (open.size === 0 || last === undefined) return operations;
  let index = last.index;
  const closing = [...open.values()].map((operation): Operation => {
    index++;
    return { ...operation, index, type: "info", time: last.time, error: "the record breaks off" };
  });
  return [...operations, ...closing];
}
