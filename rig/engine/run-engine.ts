/**
 * Drives the interpreter over the ports of a world: the asynchronous one of its two drivers. One
 * loop takes timers and what the world told in the order of their times, and performs the effects.
 * At one time the order is: answers about faults, records of the nodes' clients, host timers,
 * frames; as in every driver.
 *
 * It heals what it injected, through the teardown stack. Opening and closing the world, and
 * judging the record, are its caller's.
 */

import type { CanFrame } from "../core/can/frame.ts";
import type { Fault } from "../core/fault/fault.ts";
import { describeTarget } from "../core/fault/target.ts";
import type { NodeHistoryRecord } from "../core/history/node-history.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { TeardownStep } from "../core/run/evidence.ts";
import {
  type HandEvent,
  Interpreter,
  type RunEffect,
  type RunEvent,
  type RunProgress,
  type RunTimer,
} from "../core/run/interpreter.ts";
import type { RunRecord } from "../core/run/record.ts";
import { EventHeap } from "../core/time/event-heap.ts";
import { NS_PER_MS, NS_PER_S } from "../core/time/time.ts";
import { failureClassOf, textOfFailure } from "../core/verdict/failure-class.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import { CLASS, classOfId } from "../core/wire/identifier.ts";
import type { Sleep } from "../ports/clock.ts";
import type { RunStore } from "../ports/run-store.ts";
import type { World } from "../ports/world.ts";
import { FaultDriver, refuseImpossibleFaults } from "./fault-driver.ts";
import { RunStatistics } from "./run-statistics.ts";
import type { Teardown } from "./teardown.ts";
import { waitFor } from "./waits.ts";
import { type TimedEvent, WorldEvents } from "./world-events.ts";

export interface RunEngineOptions {
  readonly plan: RunPlan;
  readonly world: World;
  readonly store: RunStore;
  /** Run at the end of the run, with whatever its caller put there before. */
  readonly teardown: Teardown;
  /** Longest time that the run may take; none when absent. */
  readonly limitNs?: number;
  /** Places for frames that wait to be interpreted. */
  readonly queueCapacity?: number;
  /** Sees every event of the interpreter, with its time: enough to replay the run elsewhere. */
  readonly onEvent?: (event: RunEvent, timeNs: number) => void;
}

export interface RunEnd {
  /** Why the record is not whole, as the record says too; null when it is. */
  readonly partial: string | null;
  /** The error that ended the run; null when none did. */
  readonly failure: unknown;
  readonly teardown: readonly TeardownStep[];
}

const BOOT_LIMIT_MS = 120_000;
/** A power cycle boots nodes, and ends with the one that is just booting. */
const FAULT_LIMIT_MS = BOOT_LIMIT_MS;
const SETTLE_LIMIT_MS = 5_000;
const FLUSH_NS = 100 * NS_PER_MS;

type FaultEffect = Extract<RunEffect, { readonly fault: Fault }>;

export class RunEngine {
  readonly #options: RunEngineOptions;
  readonly #world: World;
  readonly #interpreter: Interpreter;
  readonly #timers = new EventHeap<RunTimer>();
  readonly #events: WorldEvents;
  readonly #statistics: RunStatistics;
  readonly #faults: FaultDriver;
  readonly #sleepFor: Sleep;
  /** Of the frames that the interpreter is told of: replies, and markers where there are any. */
  readonly #classes: readonly number[];
  /** For each fault in force, how its teardown step is forgotten. */
  readonly #releases = new Map<Fault, () => void>();
  /** Faults come into force and out of it one step after the other. */
  #faultWork: Promise<void> = Promise.resolve();
  #isFinished = false;
  #lastNs = 0;
  #flushedNs = 0;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  /** Throws `capability.fault` for a plan that this world can't carry out. */
  constructor(options: RunEngineOptions) {
    const { plan, world } = options;
    refuseImpossibleFaults(plan, world);
    if (plan.residents !== undefined && world.nodes.residents === undefined) {
      throw new RigError(
        "capability.clients",
        `level "${plan.level}" has no nodes that run clients: expected --clients host`,
      );
    }
    this.#options = options;
    this.#world = world;
    this.#classes = plan.residents === undefined ? [CLASS.reply] : [CLASS.reply, CLASS.telemetry];
    this.#interpreter = new Interpreter(plan);
    this.#events = new WorldEvents(options.queueCapacity);
    this.#statistics = new RunStatistics(plan, (violation) => {
      this.#record({ type: "violation", time: this.nowNs, ...violation });
    });
    this.#faults = new FaultDriver(world, plan.seed, (fault) => this.#recordFirstEffect(fault));
    const { clock } = world;
    this.#sleepFor = (ms, signal) => clock.sleepUntil(clock.nowNs() + ms * NS_PER_MS, signal);
  }

  get nowNs(): number {
    return this.#world.clock.nowNs();
  }

  get progress(): RunProgress {
    return this.#interpreter.progress;
  }

  /** Does something by hand, as the next step. Throws `capability.fault` for what can't be done. */
  byHand(event: HandEvent): void {
    const { plan } = this.#options;
    if (event.kind === "strike") {
      refuseImpossibleFaults({ ...plan, faults: [event.fault] }, this.#world);
    }
    this.#events.addAnswers([{ event, timeNs: this.nowNs }]);
    this.#wake();
  }

  /**
   * Boots the nodes, runs the plan, restores what it struck and closes the record. Never rejects:
   * how the run ended is in the result. `signal` ends it early; `urgent` hurries the teardown.
   */
  async run(signal: AbortSignal, urgent?: AbortSignal): Promise<RunEnd> {
    const { bus, nodes } = this.#world;
    const giveUp = new AbortController();
    const interrupt = () => giveUp.abort(signal.reason);
    signal.addEventListener("abort", interrupt);
    if (signal.aborted) interrupt();
    const silence = [
      bus.listen((frame, timeNs) => this.#guard(() => this.#onFrame(frame, timeNs))),
      bus.listenStates?.((node, { state, tec, rec }, time) =>
        this.#guard(() => this.#record({ type: "bus-state", time, node, state, tec, rec })),
      ),
      nodes.listen((node, boot, timeNs, record) =>
        this.#guard(() => {
          if ((nodes.lost?.(node) ?? 0) > 0) this.#statistics.gapped(node);
          this.#statistics.node(node, boot, record);
          this.#options.store.node(node, boot, timeNs, record);
        }),
      ),
      nodes.residents?.listen((record, timeNs) =>
        this.#guard(() => this.#onHistory(record, timeNs)),
      ),
    ];
    let partial: string | null = null;
    try {
      partial = await this.#carryOut(giveUp.signal);
    } catch (error) {
      this.#fail(error);
    }
    signal.removeEventListener("abort", interrupt);
    giveUp.abort();
    if (!this.#isFinished) this.#guard(() => this.#abandon());
    const steps = await this.#options.teardown.run(urgent);
    for (const end of silence) end?.();
    partial ??= this.#failedText();
    await this.#closeRecord(steps, partial);
    partial ??= this.#failedText();
    return { partial, failure: this.#failure?.error ?? null, teardown: steps };
  }

  /** Why the run was cut short; null when it came to its end. */
  async #carryOut(signal: AbortSignal): Promise<string | null> {
    try {
      await this.#bootAll(signal);
      await this.#step({ kind: "start" }, this.nowNs, signal);
      while (!this.#isFinished) {
        const reason = this.#reasonToStop(signal);
        if (reason !== null) return reason;
        if (!(await this.#takeNext(signal))) await this.#sleepUntil(this.#nextNs(), signal);
        await this.#flushNowAndThen();
      }
      return null;
    } catch (error) {
      if (signal.aborted) return interruptedBy(signal);
      throw error;
    }
  }

  #reasonToStop(signal: AbortSignal): string | null {
    if (this.#failure !== null) throw this.#failure.error;
    if (signal.aborted) return interruptedBy(signal);
    const { limitNs } = this.#options;
    if (limitNs !== undefined && this.nowNs >= limitNs) {
      return `it took longer than ${limitNs / NS_PER_S} s`;
    }
    return this.#world.bus.state() === "bus-off" ? "the rig's own channel is bus-off" : null;
  }

  /** When one node does not come up, the others are not waited for. */
  async #bootAll(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { nodes } = this.#options.plan;
    const boots = Array.from({ length: nodes }, () => new AbortController());
    const cancel = () => {
      for (const each of boots) each.abort();
    };
    signal.addEventListener("abort", cancel);
    try {
      await Promise.all(boots.map((each, node) => this.#boot(node, each.signal)));
    } finally {
      signal.removeEventListener("abort", cancel);
      cancel();
    }
  }

  #boot(node: number, signal: AbortSignal): Promise<void> {
    const { nodes, power } = this.#world;
    const name = `node ${node} to boot`;
    const wait = { name, limitMs: BOOT_LIMIT_MS, sleep: this.#sleepFor, signal };
    return waitFor({ ...wait, code: "bench.trouble" }, async (watch) => {
      await power?.on(node, watch.signal);
      if (power !== undefined) watch.seen("it has power");
      await nodes.boot(node, watch.signal);
    });
  }

  #onFrame(frame: CanFrame, timeNs: number): void {
    this.#statistics.frame(frame);
    this.#options.store.frame(timeNs, frame);
    if (frame.error) return;
    // The host has no use for what the nodes say to each other.
    if (this.#isFinished || !this.#classes.includes(classOfId(frame.id))) return;
    this.#events.addFrame({ event: { kind: "frame", frame }, timeNs });
    this.#wake();
  }

  #onHistory(record: NodeHistoryRecord, timeNs: number): void {
    this.#statistics.history(record);
    if (this.#isFinished) return;
    this.#events.addRecord({ event: { kind: "node-history", record }, timeNs });
    this.#wake();
  }

  /** False when nothing is due. */
  async #takeNext(signal: AbortSignal): Promise<boolean> {
    const timerNs = this.#timers.nextNs();
    const frameNs = this.#events.nextFrameNs();
    const first = this.#events.takeAnswer() ?? this.#events.takeRecord(timerNs);
    if (first !== undefined) await this.#step(first.event, first.timeNs, signal);
    else if (timerNs <= Math.min(frameNs, this.nowNs)) {
      await this.#step({ kind: "timer", timer: this.#timers.pop() }, timerNs, signal);
    } else if (frameNs < Number.POSITIVE_INFINITY) {
      const { event, timeNs } = this.#events.takeFrame();
      await this.#step(event, timeNs, signal);
    } else return false;
    return true;
  }

  #nextNs(): number {
    return Math.min(this.#timers.nextNs(), this.#options.limitNs ?? Number.POSITIVE_INFINITY);
  }

  /** Until the time has come, or the world told something, or the run is given up. */
  async #sleepUntil(timeNs: number, signal: AbortSignal): Promise<void> {
    const waking = new AbortController();
    this.#wake = () => waking.abort();
    signal.addEventListener("abort", this.#wake);
    if (signal.aborted) waking.abort();
    await this.#world.clock.sleepUntil(timeNs, waking.signal);
    signal.removeEventListener("abort", this.#wake);
    this.#wake = () => undefined;
  }

  async #step(event: RunEvent, timeNs: number, signal: AbortSignal): Promise<void> {
    // What the world told late must not turn the interpreter's time back.
    this.#lastNs = Math.max(this.#lastNs, timeNs);
    this.#options.onEvent?.(event, this.#lastNs);
    const answers: TimedEvent[] = [];
    let hasStruck = false;
    for (const effect of this.#interpreter.step(event, this.#lastNs)) {
      if (!("fault" in effect)) this.#perform(effect);
      else {
        hasStruck = true;
        this.#strike(async () => answers.push(await this.#change(effect, signal)), signal);
        await this.#letHappen(signal);
      }
    }
    if (!hasStruck) return;
    this.#strike(async () => this.#events.addAnswers(answers), signal);
    await this.#letHappen(signal);
  }

  #perform(effect: Exclude<RunEffect, FaultEffect>): void {
    switch (effect.kind) {
      case "send":
        this.#statistics.issued(effect.request);
        // The bus counts what it has no room for; the client tries again.
        this.#world.bus.send(effect.frame);
        break;
      case "set-timer":
        this.#timers.push(effect.atNs, effect.timer);
        break;
      case "record":
        this.#options.store.record(effect.entry);
        break;
      case "command":
        this.#world.nodes.residents?.command(effect.node, effect.command);
        break;
      case "finish":
        this.#isFinished = true;
        break;
    }
  }

  /** Faults change one after the other; the run goes on while one takes its time. */
  #strike(work: () => Promise<unknown>, signal: AbortSignal): void {
    this.#faultWork = this.#faultWork.then(async () => {
      try {
        await work();
      } catch (error) {
        // When the run was given up, that it was is reason enough.
        if (!signal.aborted) this.#fail(error);
      }
      this.#wake();
    });
  }

  /** Whatever needs no time happens before anything else does. */
  async #letHappen(signal: AbortSignal): Promise<void> {
    await this.#sleepUntil(this.nowNs, signal);
  }

  async #change({ kind, fault }: FaultEffect, signal: AbortSignal): Promise<TimedEvent> {
    const name = `fault ${fault.id} to be ${kind === "inject" ? "in force" : "healed"}`;
    const wait = { name, limitMs: FAULT_LIMIT_MS, sleep: this.#sleepFor, signal };
    return waitFor({ ...wait, code: "bench.trouble" }, async (watch) => {
      if (kind === "inject") {
        this.#releases.set(fault, this.#options.teardown.push(this.#healing(fault)));
        await this.#faults.inject(fault, watch.signal);
        return { event: { kind: "injected", fault }, timeNs: this.nowNs };
      }
      const effects = await this.#faults.heal(fault, watch.signal);
      this.#releases.get(fault)?.();
      return { event: { kind: "healed", fault, effects }, timeNs: this.nowNs };
    });
  }

  #healing(fault: Fault) {
    return {
      name: `heal ${fault.id}`,
      limitMs: FAULT_LIMIT_MS,
      run: async (signal: AbortSignal) => {
        // An injection under way was told to stop, and should not go on beside the healing; but
        // one that does not listen must not prevent it.
        const name = `fault ${fault.id} to settle`;
        const wait = { name, limitMs: SETTLE_LIMIT_MS, sleep: this.#sleepFor, signal };
        await waitFor({ ...wait, code: "bench.trouble" }, () => this.#faults.settled()).catch(
          () => undefined,
        );
        await this.#faults.heal(fault, signal);
      },
    };
  }

  /** Ends every operation that is still open. */
  #abandon(): void {
    this.#isFinished = true;
    this.#lastNs = Math.max(this.#lastNs, this.nowNs);
    for (const effect of this.#interpreter.abandon(this.#lastNs)) {
      if (effect.kind === "record") this.#options.store.record(effect.entry);
    }
  }

  async #closeRecord(steps: readonly TeardownStep[], partial: string | null): Promise<void> {
    const time = this.nowNs;
    const { bus: channel, nodes } = this.#world;
    const bus = channel.counters();
    const world = {
      bus,
      lost: this.#events.lost,
      controllerOf: (node: number) => nodes.controller?.(node),
      isWhole: (node: number) => nodes.isWhole?.(node) ?? true,
      lostOf: (node: number) => nodes.lost?.(node) ?? 0,
    };
    this.#guard(() => {
      if (this.#failure !== null) {
        const { error } = this.#failure;
        const failure = { class: failureClassOf(error), text: textOfFailure(error) };
        this.#record({ type: "failure", time, ...failure });
      }
      for (const step of steps) this.#record({ type: "teardown", time, step });
      this.#record(this.#statistics.record(time, world));
      this.#record({ type: "end", time, partial });
    });
    try {
      await this.#options.store.flush();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #flushNowAndThen(): Promise<void> {
    if (this.nowNs - this.#flushedNs < FLUSH_NS) return;
    this.#flushedNs = this.nowNs;
    await this.#options.store.flush();
  }

  #recordFirstEffect(fault: Fault): void {
    const { id, kind } = fault;
    const target = describeTarget(fault);
    const time = this.nowNs;
    this.#guard(() =>
      this.#record({ type: "fault", time, action: "effect", id, kind, target, effects: 1 }),
    );
  }

  #record(entry: RunRecord): void {
    this.#options.store.record(entry);
  }

  /** What is called from the world must not throw into it: the loop ends the run instead. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  #failedText(): string | null {
    if (this.#failure === null) return null;
    const { error } = this.#failure;
    return `it failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function interruptedBy(signal: AbortSignal): string {
  return `interrupted by ${signal.reason}`;
}
