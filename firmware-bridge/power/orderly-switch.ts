/**
 * The order in which a bench's supplies are switched, whatever switches them: each stays off for
 * its least time, no two go on at once, and where a rail can be sensed, its voltage has to follow.
 * A relay that has stuck, or a supply that is fed from elsewhere, is found that way.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { RailSense } from "../../rig/core/bench/bench.ts";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { PowerState, PowerSwitch } from "../../rig/ports/power-switch.ts";

export interface Rail {
  readonly sense: RailSense;
  /** mV at the input. */
  readonly read: (signal: AbortSignal) => Promise<number>;
}

export interface OrderedSupply {
  /** For messages. */
  readonly name: string;
  /** How long it stays off at least. */
  readonly offMs: number;
  /** True where the switch itself sees to that, also over a restart of the rig. */
  readonly keepsOff: boolean;
  readonly rail?: Rail | undefined;
}

export interface OrderlyOptions {
  /** By node. */
  readonly supplies: ReadonlyMap<number, OrderedSupply>;
  /** Least time between two that go on. */
  readonly staggerMs: number;
}

const RAIL_POLL_MS = 20;
const NEVER = new AbortController().signal;

export class OrderlySwitch implements PowerSwitch {
  readonly #inner: PowerSwitch;
  readonly #options: OrderlyOptions;
  /** Null: found off, nobody knows since when. */
  readonly #offSinceMs = new Map<number, number>();
  readonly #known = new Set<number>();
  #onAtMs = Number.NEGATIVE_INFINITY;
  /** Those that go on come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(inner: PowerSwitch, options: OrderlyOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  on(node: number, signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(async () => {
      if ((await this.state(node, signal)) === "on") return;
      await this.#keepOff(node, signal);
      await this.#stagger(signal);
      await this.#inner.on(node, signal);
      this.#onAtMs = performance.now();
      await this.#follow(node, "on", signal);
      this.#offSinceMs.delete(node);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async off(node: number, signal: AbortSignal): Promise<void> {
    const before = await this.#inner.state(node, signal);
    await this.#inner.off(node, signal);
    if (before !== "off") this.#offSinceMs.set(node, performance.now());
    this.#known.add(node);
    await this.#follow(node, "off", signal);
  }

  async cycle(node: number, signal: AbortSignal): Promise<void> {
    if (this.#supply(node).rail === undefined && this.#options.staggerMs === 0) {
      // One command, which a board times by itself.
      await this.#inner.cycle(node, signal);
      return;
    }
    try {
      await this.off(node, signal);
    } finally {
      // Nobody leaves a node off that was to be cycled, whatever happens meanwhile.
      await this.on(node, NEVER);
    }
    signal.throwIfAborted();
  }

  /** Rejects with `bench.trouble` where switch and rail disagree. */
  async state(node: number, signal: AbortSignal): Promise<PowerState> {
    const told = await this.#inner.state(node, signal);
    const rail = this.#options.supplies.get(node)?.rail;
    if (rail === undefined) return told;
    const { state, text } = await railState(rail, signal);
    if (state === "unknown" || told === "unknown" || state === told) return state;
    throw this.#trouble(node, `its switch reads ${told}, but its rail has ${text}`);
  }

  async #keepOff(node: number, signal: AbortSignal): Promise<void> {
    const { offMs, keepsOff } = this.#supply(node);
    if (keepsOff) return;
    const nowMs = performance.now();
    // Found off, nobody knows since when: perhaps since a moment ago.
    const isNew = !this.#known.has(node) && (await this.#inner.state(node, signal)) === "off";
    const sinceMs = this.#offSinceMs.get(node) ?? (isNew ? nowMs : Number.NEGATIVE_INFINITY);
    await this.#until(sinceMs + offMs, signal);
    this.#known.add(node);
  }

  #stagger(signal: AbortSignal): Promise<void> {
    return this.#until(this.#onAtMs + this.#options.staggerMs, signal);
  }

  async #until(timeMs: number, signal: AbortSignal): Promise<void> {
    const leftMs = timeMs - performance.now();
    if (leftMs > 0) await sleep(leftMs, null, { signal });
  }

  /** Until the rail has followed its switch. */
  async #follow(node: number, wanted: "on" | "off", signal: AbortSignal): Promise<void> {
    const { rail } = this.#supply(node);
    if (rail === undefined) return;
    const lateMs = performance.now() + rail.sense.settleMs;
    for (;;) {
      const { state, text } = await railState(rail, signal);
      if (state === wanted) return;
      if (performance.now() > lateMs) {
        const { offBelowMv, onFromMv, settleMs } = rail.sense;
        const expected = wanted === "on" ? `at least ${onFromMv} mV` : `below ${offBelowMv} mV`;
        const found = `${settleMs} ms after it was switched ${wanted} its rail has ${text}`;
        throw this.#trouble(node, `${found}, expected ${expected}`);
      }
      await sleep(RAIL_POLL_MS, null, { signal });
    }
  }

  #supply(node: number): OrderedSupply {
    const found = this.#options.supplies.get(node);
    if (found === undefined) {
      throw new RigError("bench.trouble", `no supply is known of node ${node}`);
    }
    return found;
  }

  #trouble(node: number, text: string): RigError {
    return new RigError("bench.trouble", `${this.#supply(node).name}: ${text}`);
  }
}

async function railState({ sense, read }: Rail, signal: AbortSignal) {
  const mv = await read(signal);
  const text = `${mv} mV`;
  const isOff = mv < sense.offBelowMv;
  const state: PowerState = isOff ? "off" : mv >= sense.onFromMv ? "on" : "unknown";
  return { state, text };
}
