/** The run that has the bench, or had it last: its view, its history in memory, and its end. */

import type { CurrentRun, RunSummary, Telling } from "../core/api/index.ts";
import { jsonOfOperation } from "../core/history/write-history.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { Progress } from "../report/progress.ts";
import { LiveView } from "./live-view.ts";
import { MessageLog } from "./message-log.ts";
import type { LiveControl, RunId } from "./parts.ts";

/** Operations kept in memory for listeners; older ones are read from the file. */
const KEPT_OPERATIONS = 16_384;

export interface LiveRunOptions {
  readonly plan: RunPlan;
  readonly holder: string;
  readonly tell: (telling: Telling) => void;
  readonly onOperation: () => void;
  readonly lines: (id: RunId, index: number) => AsyncIterable<string>;
}

export type ProposalStatus = "pending" | "ok" | "fail" | "info";

export class LiveRun {
  readonly plan: RunPlan;
  readonly holder: string;
  readonly view: LiveView;
  readonly log: MessageLog;
  readonly interrupt = new AbortController();
  readonly urgent = new AbortController();
  /** Nobody asked for it by name: it gives way to a run. */
  readonly isVolatile: boolean;
  /** By index of the invocation. */
  readonly proposals = new Map<number, { status: ProposalStatus; timeNs: number | null }>();
  readonly proposed = new Set<string>();
  readonly startedAt = new Date().toISOString();
  id: string | null = null;
  /** Sequence number of the message that says that it began. */
  firstSeq = 0;
  control: LiveControl | null = null;
  isLive = true;
  /** Resolves when the folder is complete, or the run could not be carried out. */
  ended: Promise<void> = Promise.resolve();
  /** Operations below this index are not shown any more. */
  clearedBelow = 0;
  progress: CurrentRun["progress"] = null;
  readonly #openProposals = new Map<number, number>();

  constructor(options: LiveRunOptions, isVolatile: boolean) {
    const { plan, tell, onOperation, lines } = options;
    this.plan = plan;
    this.holder = options.holder;
    this.isVolatile = isVolatile;
    this.log = new MessageLog({
      capacity: KEPT_OPERATIONS,
      onAppend: onOperation,
      older: (from) => {
        this.control?.flush();
        return lines(this.runId, from);
      },
    });
    this.view = new LiveView({
      plan,
      tell,
      onOperation: (operation) => {
        const { process, index, type, time } = operation;
        if (typeof process === "number" && this.isStanding)
          this.#noteProposal(process, type, index, time);
        this.log.append(jsonOfOperation(operation));
      },
    });
  }

  get isStanding(): boolean {
    return this.plan.workload.operations === 0;
  }

  get runId(): RunId {
    const [scenario = "", folder = ""] = (this.id ?? "").split("/");
    return { scenario, folder };
  }

  /** Every step of its teardown was done. */
  get isRestored(): boolean {
    return this.view.isRestored;
  }

  get isByHand(): boolean {
    return this.isStanding || this.view.hasHandFaults;
  }

  noteProgress(progress: Progress): void {
    const { operations: issued, total, acknowledged, simulatedNs } = progress;
    const faults = [...this.view.inForce.values()].map(({ kind }) => kind);
    const shown = this.isStanding ? 0 : total;
    this.progress = { issued, total: shown, acknowledged, faults, simulatedNs };
  }

  /** As lists show it, while its folder has no result yet. */
  summary(): RunSummary {
    const { scenario, folder } = this.runId;
    const { protocol, level, seed, nodes, workload, expectation } = this.plan;
    return {
      id: this.id ?? "",
      scenario,
      folder,
      status: this.interrupt.signal.aborted ? "restoring" : "running",
      isByHand: this.isByHand,
      protocol,
      level,
      seed,
      nodes,
      operations: workload.operations,
      expectation: expectation.class,
      startedAt: this.startedAt,
      endedAt: null,
      outcome: null,
      asExpected: null,
      anomalyTypes: [],
      counts: { ...this.view.counts },
      durationNs: null,
    };
  }

  #noteProposal(process: number, type: string, index: number, timeNs: number): void {
    if (type === "invoke") {
      this.#openProposals.set(process, index);
      this.proposals.set(index, { status: "pending", timeNs: null });
      return;
    }
    const invoked = this.#openProposals.get(process);
    this.#openProposals.delete(process);
    if (invoked === undefined) return;
    this.proposals.set(invoked, { status: type as ProposalStatus, timeNs });
  }
}
