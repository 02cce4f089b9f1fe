/**
 * The nodes of level `process` and their supply. A crash is SIGKILL: the controller in the hub
 * goes on with what it was given. A power cut is SIGKILL with the station off the bus. A pause is
 * SIGSTOP, and what the hub then sends to the node counts as held back.
 *
 * Does not model: writes that a loss of power takes out of the operating system's cache.
 */

import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { wordsOfCommand } from "../../core/resident/resident-command.ts";
import type { ControllerStatistics } from "../../core/run/evidence.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { Clock } from "../../ports/clock.ts";
import type {
  NodeControl,
  OnHistoryRecord,
  OnNodeRecord,
  ResidentControl,
} from "../../ports/node-control.ts";
import type { PowerState, PowerSwitch } from "../../ports/power-switch.ts";
import type { ChildCommand, ChildGuard } from "./child-guard.ts";
import type { HubSupply } from "./hub-faults.ts";
import { type NodeLine, NodeProcess } from "./node-process.ts";

export interface ProcessNodesOptions {
  readonly nodes: number;
  readonly clock: Clock;
  readonly guard: ChildGuard;
  /** How to run a node's program. */
  readonly commandOf: (node: number) => ChildCommand;
  /** Puts the node's station on the bus, where it does not do so itself. */
  readonly attach?: (node: number) => void;
  /** Whether the hub knows the node's program. */
  readonly isOnBus: (node: number) => boolean;
  /** Takes the node's station off the bus. */
  readonly detach: (node: number) => void;
  /** The node's controller, as the hub has it. */
  readonly controllerOf: (node: number) => ControllerStatistics;
  /** A program ended that nobody had killed. */
  readonly onCrash: (node: number, why: string) => void;
}

interface Pause {
  held: number;
  readonly onHeld: () => void;
}

export class ProcessNodes implements NodeControl, PowerSwitch {
  readonly faultKinds = ["crash", "pause"] as const;
  readonly residents: ResidentControl = {
    command: (node, command) => {
      for (const words of wordsOfCommand(command)) this.#processes.get(node)?.tell(words.join(" "));
    },
    listen: (onRecord) => {
      this.#historyListeners.add(onRecord);
      return () => this.#historyListeners.delete(onRecord);
    },
  };
  readonly #options: ProcessNodesOptions;
  readonly #processes = new Map<number, NodeProcess>();
  readonly #supplied = new Set<number>();
  readonly #pauses = new Map<number, Pause>();
  readonly #listeners = new Set<OnNodeRecord>();
  readonly #historyListeners = new Set<OnHistoryRecord>();
  #isClosed = false;

  constructor(options: ProcessNodesOptions) {
    this.#options = options;
  }

  /** The hub gave a frame to the node. */
  delivered(node: number): void {
    const pause = this.#pauses.get(node);
    if (pause === undefined) return;
    pause.held++;
    if (pause.held === 1) pause.onHeld();
  }

  async boot(node: number): Promise<void> {
    if (!this.#supplied.has(node)) {
      throw new RigError("bench.trouble", `node ${node} can't boot: its power is off`);
    }
    const started = this.#start(node);
    await started.ready;
    // What it says there and what it says to the hub take different ways.
    while (started.isRunning && !this.#options.isOnBus(node)) await nextTurn();
  }

  async kill(node: number): Promise<boolean> {
    const running = this.#processes.get(node);
    if (running === undefined || !running.isRunning) return false;
    await running.kill();
    return true;
  }

  async pause(node: number, onHeld: () => void): Promise<void> {
    const running = this.#processes.get(node);
    if (running === undefined || !running.isRunning || this.#pauses.has(node)) return;
    this.#pauses.set(node, { held: 0, onHeld });
    running.stop();
  }

  async resume(node: number): Promise<number> {
    const pause = this.#pauses.get(node);
    if (pause === undefined) return 0;
    this.#pauses.delete(node);
    this.#processes.get(node)?.continue();
    return pause.held;
  }

  controller(node: number): ControllerStatistics {
    return this.#options.controllerOf(node);
  }

  isSupplied(node: number): boolean {
    return this.#supplied.has(node);
  }

  listen(onRecord: OnNodeRecord): () => void {
    this.#listeners.add(onRecord);
    return () => this.#listeners.delete(onRecord);
  }

  async on(node: number): Promise<void> {
    if (this.#supplied.has(node)) return;
    this.#supplied.add(node);
    this.#start(node);
  }

  async off(node: number): Promise<void> {
    if (!this.#supplied.delete(node)) return;
    await this.kill(node);
    this.#options.detach(node);
  }

  async cycle(node: number): Promise<void> {
    await this.off(node);
    await this.on(node);
  }

  async state(node: number): Promise<PowerState> {
    if (node < 0 || node >= this.#options.nodes) return "unknown";
    return this.#supplied.has(node) ? "on" : "off";
  }

  /** Ends all programs. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#processes.values()].map((each) => each.kill()));
  }

  #start(node: number): NodeProcess {
    const running = this.#processes.get(node);
    if (running?.isRunning) return running;
    const { commandOf, guard, attach } = this.#options;
    attach?.(node);
    const started: NodeProcess = new NodeProcess({
      node,
      command: guard.wrap(commandOf(node)),
      onLine: (line) => this.#onLine(node, line),
      onEnd: (isExpected, why) => this.#onEnd(node, started, isExpected ? null : why),
    });
    this.#processes.set(node, started);
    this.#watch();
    return started;
  }

  #onLine(node: number, line: NodeLine): void {
    // Also what was said before the end of the run and is heard after it: others rely on it.
    if (line.type === "ready") return;
    const timeNs = this.#options.clock.nowNs();
    if (line.type === "history") {
      for (const listener of this.#historyListeners) listener(line.record, timeNs);
    } else for (const listener of this.#listeners) listener(node, line.boot, timeNs, line.record);
  }

  #onEnd(node: number, ended: NodeProcess, why: string | null): void {
    if (this.#processes.get(node) === ended) {
      this.#processes.delete(node);
      this.#pauses.delete(node);
    }
    this.#watch();
    if (why !== null && !this.#isClosed) this.#options.onCrash(node, why);
  }

  #watch(): void {
    const pids = [...this.#processes.values()].flatMap(({ pid }) => pid ?? []);
    this.#options.guard.watch(pids);
  }
}

/** The supply as the hub's faults switch it: what they do is under way when they go on. */
export function supplyOf(nodes: () => ProcessNodes): HubSupply {
  return {
    cut(node) {
      if (!nodes().isSupplied(node)) return false;
      void nodes().off(node);
      return true;
    },
    restore: (node) => void nodes().on(node),
  };
}

/** Where a node keeps its disk, under the folder of all disks. */
export function diskOfNode(folder: string, node: number): string {
  return join(folder, `node-${node}`);
}
