/**
 * Supplies behind relays on a Firmata board, by johnny-five. The library's own `isClosed` says what
 * was last asked for, so that each state here is asked of the pin itself (pin state query of the
 * Firmata protocol). Firmata has neither a safe state nor a watchdog: where the rig dies, the
 * relays stay as they are. Our own board (board-switch.ts) is the better choice.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { FirmataIo } from "firmata-io";
import type { Relay } from "johnny-five";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { PowerState, PowerSwitch } from "../../rig/ports/power-switch.ts";

export interface RelaySwitchOptions {
  /** For messages: the path of the port. */
  readonly name: string;
  /** The board's pin of each node. */
  readonly pins: ReadonlyMap<number, number>;
  /** The level that gives power. */
  readonly onLevel: "high" | "low";
  /** How long the node stays off at least, ms. */
  readonly offMs: (node: number) => number;
  /** How long the board has to get ready: one with a boot loader takes 4 s. */
  readonly readyMs: number;
}

const VERSION_AFTER_MS = 300;
const ANSWER_MS = 1_000;

export class RelaySwitch implements PowerSwitch {
  readonly #io: FirmataIo;
  readonly #relays: ReadonlyMap<number, Relay>;
  readonly #options: RelaySwitchOptions;
  readonly #offSinceMs = new Map<number, number>();

  private constructor(
    io: FirmataIo,
    relays: ReadonlyMap<number, Relay>,
    options: RelaySwitchOptions,
  ) {
    this.#io = io;
    this.#relays = relays;
    this.#options = options;
  }

  /** `port` is an open serial port of ours: johnny-five's own is never used. */
  static async connect(port: unknown, options: RelaySwitchOptions): Promise<RelaySwitch> {
    const { default: five } = await import("johnny-five");
    const { default: firmata } = await import("firmata-io");
    const io = new firmata.Firmata(port, { reportVersionTimeout: VERSION_AFTER_MS });
    // johnny-five's own limit counts from the opening of a port, which is open already.
    const isReady = await happensWithin(options.readyMs, (done) => io.once("ready", done));
    if (!isReady) {
      const text = `${options.name}: no Firmata board was ready within ${options.readyMs} ms`;
      throw new RigError("bench.trouble", text);
    }
    // Its handler of Ctrl-C would end the process at once, without our teardown.
    const board = new five.Board({ io, repl: false, debug: false, sigint: false });
    // It has no listener of its own, and what fails shows in the state of the pin.
    board.on("error", () => undefined);
    await new Promise<void>((resolve) => board.once("ready", () => resolve()));
    const type = options.onLevel === "high" ? "NO" : "NC";
    const relays = new Map(
      [...options.pins].map(([node, pin]) => [node, new five.Relay({ board, pin, type })]),
    );
    const supply = new RelaySwitch(io, relays, options);
    await supply.#adopt();
    return supply;
  }

  async on(node: number, signal: AbortSignal): Promise<void> {
    const since = this.#offSinceMs.get(node);
    const left = since === undefined ? 0 : since + this.#options.offMs(node) - performance.now();
    if (left > 0) await sleep(left, null, { signal });
    this.#relay(node).close();
    await this.#expect(node, "on", signal);
    this.#offSinceMs.delete(node);
  }

  async off(node: number, signal: AbortSignal): Promise<void> {
    this.#relay(node).open();
    await this.#expect(node, "off", signal);
    if (!this.#offSinceMs.has(node)) this.#offSinceMs.set(node, performance.now());
  }

  async cycle(node: number, signal: AbortSignal): Promise<void> {
    await this.off(node, signal);
    // Nobody leaves a node off that was to be cycled, whatever happens meanwhile.
    await this.on(node, new AbortController().signal);
    signal.throwIfAborted();
  }

  async state(node: number, signal: AbortSignal): Promise<PowerState> {
    const pin = this.#options.pins.get(node);
    if (pin === undefined) return "unknown";
    const level = await this.#level(pin, signal);
    if (level === null) return "unknown";
    return (level === 1) === (this.#options.onLevel === "high") ? "on" : "off";
  }

  /**
   * Firmata writes eight pins at a time, and its client believes that all are low at first: the
   * first relay to be switched would open all others. So it is told what they are.
   */
  async #adopt(): Promise<void> {
    const { signal } = new AbortController();
    for (const pin of this.#options.pins.values()) {
      const level = await this.#level(pin, signal);
      if (level === null) throw this.#trouble(`pin ${pin} does not say its state`);
      this.#io.digitalWrite(pin, level, true);
    }
  }

  async #level(pin: number, signal: AbortSignal): Promise<0 | 1 | null> {
    const ask = (done: () => void) => this.#io.queryPinState(pin, done);
    const isKnown = await happensWithin(ANSWER_MS, ask, signal);
    if (!isKnown) return null;
    return this.#io.pins[pin]?.state === 1 ? 1 : 0;
  }

  async #expect(node: number, wanted: PowerState, signal: AbortSignal): Promise<void> {
    const found = await this.state(node, signal);
    if (found === wanted) return;
    throw this.#trouble(`pin ${this.#options.pins.get(node)} reads ${found}, expected ${wanted}`);
  }

  #relay(node: number): Relay {
    const relay = this.#relays.get(node);
    if (relay === undefined) throw this.#trouble(`no relay for node ${node}`);
    return relay;
  }

  #trouble(text: string): RigError {
    return new RigError("bench.trouble", `${this.#options.name}: ${text}`);
  }
}

/** False where it does not, or the signal is aborted first. */
async function happensWithin(
  limitMs: number,
  begin: (done: () => void) => unknown,
  signal?: AbortSignal,
): Promise<boolean> {
  const happened = new Promise<boolean>((resolve) => begin(() => resolve(true)));
  const timer = new AbortController();
  const stop = signal === undefined ? timer.signal : AbortSignal.any([signal, timer.signal]);
  const late = sleep(limitMs, false, { signal: stop }).catch(() => false);
  const result = await Promise.race([happened, late]);
  timer.abort();
  return result;
}
