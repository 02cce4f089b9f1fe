/**
 * The nodes of a bench as a run sees them: boards at control lines that come and go with their
 * supply. Their programs can't be killed or paused without it, so those faults are refused.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { BoardLine } from "../../../firmware-bridge/host/board-line.ts";
import { decodeNote } from "../../../firmware-bridge/protocol/agent-history.ts";
import { isClientRecord } from "../../../firmware-bridge/protocol/client-record.ts";
import type { Bench, BenchNode } from "../../core/bench/bench.ts";
import type { NodeRecord } from "../../core/consensus/node-core.ts";
import type { ControllerStatistics } from "../../core/run/evidence.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { Clock } from "../../ports/clock.ts";
import type { NodeControl, OnNodeRecord } from "../../ports/node-control.ts";
import type { PowerState, PowerSwitch } from "../../ports/power-switch.ts";
import { AgentFilters } from "./agent-filters.ts";
import { BoardClients } from "./board-clients.ts";

export interface BenchNodesOptions {
  readonly bench: Bench;
  /** Nodes of the run: the first so many of the bench. */
  readonly nodes: number;
  readonly clock: Clock;
  readonly supply: PowerSwitch;
  readonly console: (node: number, timeNs: number, line: string) => void;
  /** Its supply has gone: its controller is off the bus. */
  readonly detach: (node: number) => void;
  readonly controllerOf: (node: number) => ControllerStatistics;
}

interface Noted {
  readonly node: number;
  readonly life: number;
  readonly timeNs: number;
  readonly record: NodeRecord;
}

export class BenchNodes implements NodeControl, PowerSwitch {
  readonly faultKinds = [] as const;
  readonly lines: readonly BoardLine[];
  readonly filters: AgentFilters;
  readonly residents: BoardClients;
  readonly #options: BenchNodesOptions;
  readonly #listeners = new Set<OnNodeRecord>();
  /** What boards said before the run listened. */
  #early: Noted[] | null = [];
  readonly #incomplete = new Set<number>();
  /** Nodes that have their supply, by the time since which they were not heard, ns. */
  readonly #silentSince = new Map<number, number>();
  #isRunning = false;

  constructor(options: BenchNodesOptions) {
    this.#options = options;
    const { bench, nodes } = options;
    const boards = bench.nodes.slice(0, nodes);
    this.lines = boards.map((node, number) => this.#line(node, number));
    const named = boards.map(({ name }, node) => ({ name, line: this.#lineOf(node) }));
    this.filters = new AgentFilters(named);
    this.residents = new BoardClients(named, (ms) => sleep(ms));
  }

  /** From here on what a board could not tell is missing in the record. */
  begin(): void {
    this.#isRunning = true;
  }

  /**
   * Names of boards that have their supply and were not heard for as long as a boot may take: gone
   * without anybody's doing. Counts from one call to the next.
   */
  missing(): readonly string[] {
    const nowNs = this.#options.clock.nowNs();
    const gone: string[] = [];
    for (const [node, sinceNs] of this.#silentSince) {
      const { name, bootDelayMs, limits } = this.#node(node);
      if (this.#lineOf(node).hello !== null) this.#silentSince.set(node, nowNs);
      else if (nowNs - sinceNs > (bootDelayMs + limits.bootMs) * NS_PER_MS) gone.push(name);
    }
    return gone;
  }

  async boot(node: number, signal: AbortSignal): Promise<void> {
    const { limits, bootDelayMs } = this.#node(node);
    if ((await this.state(node, signal)) === "off") {
      throw new RigError("bench.trouble", `node ${node} can't boot: its power is off`);
    }
    await this.#lineOf(node).up(bootDelayMs + limits.bootMs, signal);
  }

  async kill(): Promise<boolean> {
    return false;
  }

  pause(): Promise<void> {
    throw new RigError("rig.internal", "a pause was let through to boards");
  }

  async resume(): Promise<number> {
    return 0;
  }

  controller(node: number): ControllerStatistics {
    return this.#options.controllerOf(node);
  }

  isWhole(node: number): boolean {
    return !this.#incomplete.has(node) && this.lost(node) === 0;
  }

  lost(node: number): number {
    return this.#lineOf(node).lost;
  }

  listen(onRecord: OnNodeRecord): () => void {
    this.#listeners.add(onRecord);
    for (const { node, life, timeNs, record } of this.#early ?? []) {
      onRecord(node, life, timeNs, record);
    }
    this.#early = null;
    return () => this.#listeners.delete(onRecord);
  }

  async on(node: number, signal: AbortSignal): Promise<void> {
    await this.#options.supply.on(node, signal);
    this.#silentSince.set(node, this.#options.clock.nowNs());
  }

  async off(node: number, signal: AbortSignal): Promise<void> {
    this.#silentSince.delete(node);
    await this.#options.supply.off(node, signal);
    this.#options.detach(node);
    this.#lineOf(node).reopen("its supply was cut");
  }

  async cycle(node: number, signal: AbortSignal): Promise<void> {
    this.#silentSince.delete(node);
    await this.#options.supply.cycle(node, signal);
    this.#silentSince.set(node, this.#options.clock.nowNs());
    this.#options.detach(node);
    this.#lineOf(node).reopen("its supply was cycled");
  }

  state(node: number, signal: AbortSignal): Promise<PowerState> {
    return this.#options.supply.state(node, signal);
  }

  /** What each board has noted until now. Rejects with the first that does not answer. */
  async fetch(signal: AbortSignal): Promise<string> {
    const silent: string[] = [];
    for (const [node, line] of this.lines.entries()) {
      if (line.hello === null) silent.push(this.#node(node).name);
      else await line.drain(signal);
    }
    if (silent.length === 0) return "whole";
    throw new RigError("bench.node", `no answer of ${silent.join(", ")}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.lines.map((line) => line.close()));
  }

  #line({ console: place, name, limits, bootDelayMs }: BenchNode, node: number): BoardLine {
    if (place === undefined || !place.hasControlLine) {
      throw new RigError("capability.clients", `${name} has no control line: a run needs one`);
    }
    const { clock, console: write } = this.#options;
    return new BoardLine({
      place: place.place,
      signals: {
        ...(place.dtr === undefined ? {} : { dtr: place.dtr }),
        ...(place.rts === undefined ? {} : { rts: place.rts }),
      },
      helloMs: bootDelayMs + limits.bootMs,
      requestMs: limits.requestMs,
      listener: {
        console: (text) => write(node, clock.nowNs(), text),
        gap: (what) => write(node, clock.nowNs(), `--- ${what}`),
        records: (life, bodies) => this.#records(node, life, bodies),
        missed: () => {
          if (this.#isRunning) this.#incomplete.add(node);
        },
        connected: () => this.filters.connected(node),
      },
    });
  }

  #records(node: number, life: number, bodies: readonly Uint8Array[]): void {
    const timeNs = this.#options.clock.nowNs();
    for (const body of bodies) {
      if (isClientRecord(body)) {
        if (!this.residents.heard(node, life, body, timeNs)) this.#incomplete.add(node);
        continue;
      }
      const record = decodeNote(body);
      if (record === null) this.#incomplete.add(node);
      else if (this.#early !== null) this.#early.push({ node, life, timeNs, record });
      else for (const listener of this.#listeners) listener(node, life, timeNs, record);
    }
  }

  #node(node: number): BenchNode {
    const found = this.#options.bench.nodes[node];
    if (found === undefined) throw new RigError("rig.internal", `no node ${node} on the bench`);
    return found;
  }

  #lineOf(node: number): BoardLine {
    const line = this.lines[node];
    if (line === undefined) throw new RigError("rig.internal", `no line of node ${node}`);
    return line;
  }
}
