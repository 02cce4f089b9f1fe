/**
 * Carries out one run on a bench: takes its lease, opens consoles and supplies, prepares, checks
 * the health of bus and nodes, drives the engine, fetches what the nodes noted, and leaves every
 * supply in its safe state. What was taken is given back by the teardown stack, however it ends.
 */

import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openChildGuard } from "../../adapters/hub/child-guard.ts";
import { MachineClock } from "../../adapters/machine/machine-clock.ts";
import { AppendFile } from "../../adapters/store/append-file.ts";
import type { HeldLease } from "../../adapters/store/lease-file.ts";
import type { Bench, BenchNode } from "../../core/bench/bench.ts";
import type { BenchPhase } from "../../core/run/bench-record.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import {
  type FailureClass,
  failureClassOf,
  textOfFailure,
} from "../../core/verdict/failure-class.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { RunEngine } from "../../engine/run-engine.ts";
import { agentCommand } from "../agents-option.ts";
import { type BenchSupply, openSupply } from "../bench-supply.ts";
import { drawProgress, NODE_MAIN, type ProcessRunOptions } from "../run-processes.ts";
import { askAtTerminal } from "./ask-at-terminal.ts";
import { attentionOf } from "./bench-attention.ts";
import { takeBench } from "./bench-lease.ts";
import { type BenchWorld, hubOf, openBenchWorld } from "./bench-world.ts";
import { type EmulatedBench, openEmulated, putProgram } from "./emulate.ts";
import { flashNode } from "./flash-node.ts";
import { checkHealth, prepareBench } from "./prepare-bench.ts";

export interface BenchChoice {
  readonly bench: Bench;
  /** The bench file. */
  readonly file: string;
  /** How long to wait for a bench that is busy, as it was given. */
  readonly wait?: string | undefined;
  /** Leaves supplies as they are at the end. */
  readonly keep: boolean;
  /** Flashes boards whose image has changed. */
  readonly flash: boolean;
}

/** A bench that nobody else has meanwhile. */
export interface HeldBench extends BenchChoice {
  readonly lease: HeldLease;
}

/** Rejects with `bench.busy`, and with `bench.trouble` where somebody has to look at it first. */
export async function holdBench(choice: BenchChoice, signal: AbortSignal): Promise<HeldBench> {
  const { bench, wait } = choice;
  const lease = await takeBench(bench, { purpose: "rig run", wait, signal });
  try {
    attentionOf(bench).refuse();
  } catch (error) {
    lease.release();
    throw error;
  }
  return { ...choice, lease };
}

export interface BenchRunOptions extends ProcessRunOptions {
  readonly choice: HeldBench;
}

type OnConsole = (node: number, timeNs: number, line: string) => void;

const STEP_MS = 10_000;
const FETCH_MS = 30_000;
const GATHERED_MAX = 1 << 14;
const PROGRESS_MS = 100;

/** Whatever goes wrong is in the record. */
export async function runOnBench(options: BenchRunOptions): Promise<void> {
  const { choice, signal, teardown, sink } = options;
  const clock = new MachineClock();
  const eitherSignal = AbortSignal.any([signal, choice.lease.lost]);
  const run = new BenchRun({ ...options, signal: eitherSignal }, clock);
  let world: BenchWorld;
  try {
    world = await run.prepare();
  } catch (error) {
    const time = () => clock.nowNs();
    if (!signal.aborted) {
      const failure = { class: failureClassOf(error), text: textOfFailure(error) };
      sink.record({ type: "failure", time: time(), ...failure });
    }
    run.enter("restore");
    for (const step of await teardown.run(options.urgent)) {
      sink.record({ type: "teardown", time: time(), step });
    }
    const partial = signal.aborted ? `interrupted by ${signal.reason}` : "it never began";
    sink.record({ type: "end", time: time(), partial });
    return;
  }
  await run.drive(world);
}

class BenchRun {
  readonly #options: BenchRunOptions;
  readonly #clock: MachineClock;
  /** Aborted once supplies were taken away by their board. */
  #silenced: AbortSignal | null = null;
  /** Supplies are not as they should be left: their boards have to go on watching. */
  #isUnsafe = false;

  constructor(options: BenchRunOptions, clock: MachineClock) {
    this.#options = options;
    this.#clock = clock;
  }

  enter(phase: BenchPhase): void {
    this.#options.sink.record({ type: "bench-phase", time: this.#clock.nowNs(), phase });
    this.#options.folder.flush();
  }

  async prepare(): Promise<BenchWorld> {
    const { plan, choice, sink, signal } = this.#options;
    this.enter("prepare");
    const emulated = await openEmulated(choice.bench, choice.file);
    const bench = emulated?.bench ?? choice.bench;
    if (emulated !== null) {
      this.#push("leave the emulator", STEP_MS, () => emulated.release());
    }
    const console = this.#openConsoles();
    const supply = await openSupply(bench, [...bench.nodes.keys()], askAtTerminal);
    this.#silenced = supply.silenced;
    this.#push("close the power units", STEP_MS, () =>
      supply.close({ keepsWatch: this.#isUnsafe }),
    );
    await this.#flash(bench, supply, console);
    if (emulated !== null) this.#putPrograms(emulated);
    const world = await openBenchWorld({
      plan,
      bench,
      folder: emulated?.folder ?? null,
      clock: this.#clock,
      supply,
      console,
    });
    this.#push("close lines and bus", STEP_MS, () => world.close());
    this.#pushSafeState(bench, supply);
    const preparation = {
      plan,
      bench,
      nodes: world.nodes,
      supply,
      bus: world.bus,
      record: sink.record.bind(sink),
      nowNs: () => this.#clock.nowNs(),
      signal: AbortSignal.any([signal, supply.silenced]),
    };
    try {
      await prepareBench(preparation);
      this.enter("health");
      await checkHealth(preparation);
    } catch (error) {
      supply.silenced.throwIfAborted();
      throw error;
    }
    return world;
  }

  async drive(world: BenchWorld): Promise<void> {
    const { plan, sink, folder, teardown, timeoutMs, signal, urgent, hand } = this.#options;
    const store = { ...sink, flush: () => folder.flush(), close: () => undefined };
    const limit =
      timeoutMs === undefined ? {} : { limitNs: this.#clock.nowNs() + timeoutMs * NS_PER_MS };
    const engine = new RunEngine({ plan, world, store, teardown, ...limit });
    teardown.push({
      name: "fetch what the nodes noted",
      limitMs: FETCH_MS,
      run: async (abort) => {
        this.enter("fetch");
        try {
          return await world.nodes.fetch(abort);
        } finally {
          this.enter("restore");
        }
      },
    });
    hand.attach((event) => engine.byHand(event));
    const gone = new AbortController();
    const watch = setInterval(() => {
      drawProgress(this.#options, engine);
      this.#giveUp(gone, world.nodes.missing());
    }, PROGRESS_MS);
    try {
      this.enter("scenario");
      world.nodes.begin();
      await engine.run(AbortSignal.any([signal, gone.signal]), urgent);
    } finally {
      clearInterval(watch);
    }
  }

  /** A night's run is not spent on boards that went away, or lost their supply, by themselves. */
  #giveUp(gone: AbortController, missing: readonly string[]): void {
    if (gone.signal.aborted || this.#options.signal.aborted) return;
    const give = (failure: FailureClass, text: string, silence: string) => {
      const time = this.#clock.nowNs();
      this.#options.sink.record({ type: "failure", time, class: failure, text });
      gone.abort(`the silence of ${silence}`);
    };
    const names = missing.join(", ");
    if (this.#silenced?.aborted === true) {
      give("bench", textOfFailure(this.#silenced.reason), "the rig");
    } else if (missing.length > 0) give("node", `${names} had supply and went silent`, names);
  }

  /** Before a console is opened: many a board is flashed by its port. */
  async #flash(bench: Bench, supply: BenchSupply, console: OnConsole): Promise<void> {
    const { plan, choice, sink, signal } = this.#options;
    if (!choice.flash) return;
    const forget = this.#pushSafeState(bench, supply);
    const folder = dirname(resolve(choice.file));
    for (const [node, { name, bootDelayMs }] of bench.nodes.slice(0, plan.nodes).entries()) {
      await supply.on(node, signal);
      await sleep(bootDelayMs, null, { signal });
      const tell = (line: string) => console(node, this.#clock.nowNs(), `flash: ${line}`);
      const options = { number: node, folder, tell, signal, isSpared: true };
      const isFlashed = await flashNode(bench, options);
      sink.record({ type: "flash", time: this.#clock.nowNs(), node, name, isFlashed });
    }
    forget();
  }

  #pushSafeState(bench: Bench, supply: BenchSupply): () => void {
    const { keep, lease } = this.#options.choice;
    if (keep) return () => undefined;
    this.#isUnsafe = true;
    const run = async (signal: AbortSignal) => {
      const text = await makeSafe(bench, supply, lease.lost, signal);
      this.#isUnsafe = false;
      return text;
    };
    return this.#push("put supplies to their safe state", STEP_MS, run);
  }

  #push(name: string, limitMs: number, run: (signal: AbortSignal) => unknown): () => void {
    return this.#options.teardown.push({ name, limitMs, run, safe: run });
  }

  #putPrograms(emulated: EmulatedBench): void {
    const { plan, folder } = this.#options;
    const guard = openChildGuard();
    mkdirSync(join(folder.path, "disks"));
    for (const [node, board] of emulated.bench.nodes.slice(0, plan.nodes).entries()) {
      const { name, console } = board;
      const serial = console?.place.serial ?? "00000000";
      const bus = busOf(emulated, board);
      const disk = join(folder.path, "disks", name);
      const line = ["--serial", serial, "--pty-link", join(emulated.folder, name)];
      const agent = agentCommand(plan, node, { bus, disk, line });
      const own = {
        file: process.execPath,
        args: [
          ...[NODE_MAIN, "--node", `${node}`, ...bus, "--disk", disk],
          ...["--plan", join(folder.path, "run.json"), "--line", serial],
        ],
      };
      const command = guard.wrap(agent ?? own);
      putProgram(emulated, name, { ...command, line: agent === null ? "stdio" : "pty" });
    }
    guard.close();
  }

  #openConsoles(): OnConsole {
    const { plan, folder, choice } = this.#options;
    const files = choice.bench.nodes
      .slice(0, plan.nodes)
      .map(({ name }) => AppendFile.create(join(folder.path, `console-${name}.log`), GATHERED_MAX));
    this.#push("close the console logs", STEP_MS, () => {
      for (const file of files) {
        file.flush();
        file.close();
      }
    });
    return (node, timeNs, line) => {
      files[node]?.line(`${(timeNs / 1e9).toFixed(6)} ${line}`);
      files[node]?.flush();
    };
  }
}

/** The option of an emulated board's program that names its bus. */
function busOf({ bench, folder }: EmulatedBench, { bus: name }: BenchNode): readonly string[] {
  const bus = bench.buses.find((each) => each.name === name);
  return bus === undefined ? ["--hub", hubOf(folder)] : ["--can", bus.interface];
}

/** All of the bench, also those that the run did not use. */
async function makeSafe(
  { nodes }: Bench,
  supply: BenchSupply,
  lost: AbortSignal,
  signal: AbortSignal,
): Promise<string> {
  if (lost.aborted) throw new RigError("bench.trouble", "the bench is somebody else's by now");
  const failed: string[] = [];
  for (const [node, { name }] of nodes.entries()) {
    await supply.makeSafe(node, signal).catch((error: Error) => {
      failed.push(`${name}: ${error.message}`);
    });
  }
  if (failed.length > 0) throw new RigError("bench.trouble", failed.join("; "));
  return "all are";
}
