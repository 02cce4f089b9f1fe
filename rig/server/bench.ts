/**
 * One run at a time: who has the bench, how a run begins, is struck by hand and ends, and the two
 * streams of what happens on it.
 */

import type { CurrentRun, Envelope, Pace, RunSummary, Telling } from "../core/api/index.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { ProtocolName, RunPlan } from "../core/plan/plan.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import { LiveRun } from "./live-run.ts";
import { MessageLog } from "./message-log.ts";
import type { LiveControl, RigParts, RunId } from "./parts.ts";
import { HttpProblem } from "./problems.ts";

/** Messages of the event stream kept for those who come back. */
const KEPT_EVENTS = 20_000;
/** How long a request waits for a run to begin, or for a fault to strike. */
const WAIT_MS = 30_000;

export interface StartOptions {
  readonly plan: RunPlan;
  readonly holder: string;
  readonly pace: Pace;
  readonly timeoutMs?: number | undefined;
  /** Whether it gives way to whoever asks for a run. */
  readonly isVolatile?: boolean;
}

export class Bench {
  readonly parts: RigParts;
  readonly events: MessageLog;
  /** The live run, or the last one. */
  run: LiveRun | null = null;
  /** Where listeners of the history begin that came before the first run. */
  readonly #firstLog: MessageLog;
  readonly #wake: () => void;
  readonly #report: (error: unknown) => void;
  #isClosing = false;
  #starting: Promise<unknown> = Promise.resolve();

  /** `wake` is called when there is something to send; `report` with what nobody else hears of. */
  constructor(parts: RigParts, wake: () => void, report: (error: unknown) => void) {
    this.parts = parts;
    this.#wake = wake;
    this.#report = report;
    this.#firstLog = new MessageLog({ capacity: 1, onAppend: wake });
    const gap = (from: number, to: number) =>
      this.#envelope({ type: "gap", timeNs: 0, from, to }, from);
    this.events = new MessageLog({ capacity: KEPT_EVENTS, onAppend: wake, gap });
  }

  get historyLog(): MessageLog {
    return this.run?.log ?? this.#firstLog;
  }

  get current(): CurrentRun {
    const { run } = this;
    return {
      isLive: run?.isLive ?? false,
      holder: run?.isLive === true ? run.holder : null,
      run: run === null || run.id === null ? null : this.summaryOf(run),
      progress: run?.progress ?? null,
      nextIndex: this.historyLog.next,
      nextSeq: this.events.next,
    };
  }

  /** One after the other, so that of two who ask at once the second is told of the first. */
  start(options: StartOptions): Promise<LiveRun> {
    const started = this.#starting.then(() => this.#start(options));
    this.#starting = started.catch(() => undefined);
    return started;
  }

  /** The run that is under way on this protocol. */
  live(protocol: ProtocolName): LiveRun & { readonly control: LiveControl } {
    const { run } = this;
    if (run?.isLive === true && run.control !== null && run.plan.protocol === protocol) {
      return run as LiveRun & { readonly control: LiveControl };
    }
    const detail = `no run of ${protocol} is live: expected one to be started first`;
    throw new HttpProblem(409, "run.not-live", detail);
  }

  /** The live run, or the last one, of this protocol. */
  last(protocol: ProtocolName): LiveRun | null {
    return this.run?.plan.protocol === protocol ? this.run : null;
  }

  cancel(reason: string): RunSummary {
    const { run } = this;
    if (run?.isLive !== true) {
      throw new HttpProblem(409, "run.not-live", "no run is live: there is nothing to cancel");
    }
    if (run.interrupt.signal.aborted) run.urgent.abort(reason);
    else run.interrupt.abort(reason);
    return this.summaryOf(run);
  }

  /** Resolves when the fault is in force. */
  async strike(run: LiveRun & { readonly control: LiveControl }, fault: Fault) {
    run.view.addByHand(fault);
    try {
      run.control.strike(fault);
    } catch (error) {
      run.view.forgetByHand(fault);
      throw error;
    }
    await this.#until(run, () => run.view.inForce.has(fault.id), `${fault.id} to strike`);
    const { id, target, startNs } = run.view.inForce.get(fault.id) ?? {
      id: fault.id,
      target: "",
      startNs: 0,
    };
    return { fault_id: id, target, start_ns: startNs };
  }

  /** Ends these faults; resolves when they are out of force. */
  async lift(run: LiveRun & { readonly control: LiveControl }, ids: readonly string[]) {
    for (const id of ids) run.control.lift(id);
    const isOver = () => ids.every((id) => !run.view.inForce.has(id));
    await this.#until(run, isOver, `${ids.join(", ")} to be healed`);
    return { healed: [...ids] };
  }

  tellCleared(index: number): void {
    this.#tell({ type: "history-cleared", timeNs: 0, index });
  }

  summaryOf(run: LiveRun): RunSummary {
    if (run.isLive) return run.summary();
    return { ...this.parts.results.summary(run.runId), isByHand: run.isByHand };
  }

  /** Ends the live run in order; a second call hurries its teardown. */
  async close(reason: string): Promise<void> {
    this.#isClosing = true;
    await this.#starting;
    if (this.run?.isLive !== true) return;
    this.cancel(reason);
    await this.run.ended;
  }

  async #start(options: StartOptions): Promise<LiveRun> {
    if (this.#isClosing) throw new HttpProblem(409, "run.busy", "the server is going down");
    await this.#makeRoom(options);
    const { plan, holder, pace, timeoutMs, isVolatile = false } = options;
    const tell = (telling: Telling) => this.#tell(telling);
    const lines = (id: RunId, index: number) => this.parts.results.lines(id, index);
    const run = new LiveRun({ plan, holder, tell, onOperation: this.#wake, lines }, isVolatile);
    const before = this.historyLog;
    let failure: unknown = null;
    const opened = new Promise<void>((resolve) => {
      const work = this.parts.run({
        plan,
        pace,
        timeoutMs,
        signal: run.interrupt.signal,
        urgent: run.urgent.signal,
        sink: run.view,
        opened: (id, control) => {
          run.id = id;
          run.control = control;
          this.run = run;
          run.firstSeq = this.events.next;
          before.successor = run.log;
          this.#tell({ type: "run-started", timeNs: 0, summary: run.summary(), holder });
          resolve();
        },
        onProgress: (progress) => {
          run.noteProgress(progress);
          this.#tick(run);
        },
      });
      run.ended = work
        .catch((error: unknown) => {
          failure = error;
          if (run.id !== null) this.#report(error);
        })
        .then(() => {
          this.#end(run);
          resolve();
        });
    });
    await opened;
    if (run.id === null) throw failure;
    return run;
  }

  async #makeRoom({ plan }: StartOptions): Promise<void> {
    const { run } = this;
    if (run?.isLive !== true) return;
    if (run.isVolatile && plan.workload.operations > 0) {
      run.control?.conclude();
      await run.ended;
      return;
    }
    const detail = `the bench is taken: run ${run.id}, started by ${run.holder}`;
    throw new HttpProblem(409, "run.busy", detail, { holder: run.holder });
  }

  #tick(run: LiveRun): void {
    run.view.tick(Math.max(run.view.lastNs, run.progress?.simulatedNs ?? 0));
    const { progress } = run;
    if (progress === null) return;
    this.#tell({ type: "progress", timeNs: progress.simulatedNs, progress });
  }

  #end(run: LiveRun): void {
    run.isLive = false;
    run.control = null;
    if (run.id === null) return;
    this.#tick(run);
    const timeNs = run.view.lastNs;
    try {
      this.#tell({ type: "run-ended", timeNs, summary: this.summaryOf(run) });
    } catch (error) {
      this.#report(error);
    }
  }

  async #until(run: LiveRun, isSo: () => boolean, what: string): Promise<void> {
    const untilMs = performance.now() + WAIT_MS;
    while (!isSo()) {
      if (!run.isLive) {
        throw new HttpProblem(409, "run.not-live", `the run ended before ${what}`);
      }
      if (performance.now() > untilMs) {
        throw new RigError("server.timeout", `waited ${WAIT_MS / 1000} s for ${what}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #tell(telling: Telling): void {
    this.events.append(this.#envelope(telling, this.events.next));
  }

  #envelope({ type, timeNs, ...rest }: Telling, seq: number): string {
    const run = this.run?.id ?? null;
    return JSON.stringify({
      v: 1,
      type,
      seq,
      timeNs: Math.round(timeNs),
      run,
      ...rest,
    } as Envelope);
  }
}
