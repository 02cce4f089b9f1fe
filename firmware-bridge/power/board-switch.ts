/**
 * Supplies switched by our own power-switch board (firmware-bridge/firmware/power). Each state is
 * the one that the board read back from its pin; cycles are timed on the board, and its watchdog
 * puts everything to the safe state when the rig falls silent.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { PowerState, PowerSwitch } from "../../rig/ports/power-switch.ts";
import { DeviceRefused, type LineSession } from "../host/session.ts";
import type { Done } from "../protocol/line.ts";

export interface BoardSwitchOptions {
  /** The channel, 1 and up, of each node. */
  readonly channels: ReadonlyMap<number, number>;
  /** How long a cycle of the node stays off, ms. */
  readonly offMs: (node: number) => number;
  /** Silence after which the board makes itself safe, ms. */
  readonly silenceMs: number;
  /** The board made itself safe, and took supplies away: called once, with what is to be said. */
  readonly onSilence?: (trouble: RigError) => void;
}

export class BoardSwitch implements PowerSwitch {
  readonly #session: LineSession;
  readonly #options: BoardSwitchOptions;
  readonly #heartbeat: NodeJS.Timeout;
  /** Some node got its supply from here: the watchdog has something to take away. */
  #hasSupplied = false;
  #trouble: RigError | null = null;

  private constructor(session: LineSession, options: BoardSwitchOptions) {
    this.#session = session;
    this.#options = options;
    // Three beats fit into the silence. A beat that fails says nothing: the next request will.
    this.#heartbeat = setInterval(() => {
      if (session.isClosed) clearInterval(this.#heartbeat);
      else void this.#beat().catch(() => undefined);
    }, options.silenceMs / 3);
  }

  /** Arms the watchdog. The session has had its `hello`. */
  static async arm(session: LineSession, options: BoardSwitchOptions): Promise<BoardSwitch> {
    const board = new BoardSwitch(session, options);
    await board.#watch();
    return board;
  }

  /** A board that fell silent while none of its nodes had a supply is armed once more. */
  async on(node: number, signal: AbortSignal): Promise<void> {
    for (let isArmed = false; ; ) {
      try {
        expectState(await this.#ask(node, ["set", "on"], signal), "on", this.#session.name);
        this.#hasSupplied = true;
        return;
      } catch (error) {
        const wait = error instanceof DeviceRefused ? offLeftMs(error) : null;
        if (wait !== null) await sleep(wait, null, { signal });
        else if (!isSilence(error)) throw error;
        // As its safe state has it.
        else if ((await this.state(node, signal)) === "on") return;
        else if (isArmed || this.#hasSupplied) throw this.#silenced();
        else {
          await this.#watch();
          isArmed = true;
        }
      }
    }
  }

  async off(node: number, signal: AbortSignal): Promise<void> {
    expectState(await this.#ask(node, ["set", "off"], signal), "off", this.#session.name);
  }

  async cycle(node: number, signal: AbortSignal): Promise<void> {
    const offMs = this.#options.offMs(node);
    const started = await this.#ask(node, ["cycle", String(offMs)], signal).catch((error) => {
      throw isSilence(error) ? this.#silenced() : error;
    });
    expectState(started, "off", this.#session.name);
    await sleep(offMs, null, { signal });
    // The board is asked, not its event: an event may get lost.
    for (let tries = 0; tries < CYCLE_TRIES; tries++) {
      if ((await this.state(node, signal)) === "on") return;
      await sleep(CYCLE_POLL_MS, null, { signal });
    }
    const text = `${this.#session.name}: node ${node} is still off after a cycle of ${offMs} ms`;
    throw new RigError("bench.trouble", text);
  }

  async state(node: number, signal: AbortSignal): Promise<PowerState> {
    if (!this.#options.channels.has(node)) return "unknown";
    const state = (await this.#ask(node, ["get"], signal)).fields.get("st");
    return state === "on" || state === "off" ? state : "unknown";
  }

  /** All channels to their safe state, as the board knows it. Ends the watching. */
  async makeSafe(): Promise<void> {
    await this.#session.request(["safe"]);
    await this.release();
  }

  /** Ends the watching, and leaves every supply as it is. */
  async release(): Promise<void> {
    clearInterval(this.#heartbeat);
    if (!this.#session.isClosed) await this.#session.request(["wdg", "0"]);
  }

  async #watch(): Promise<void> {
    await this.#session.request(["wdg", String(this.#options.silenceMs)]);
  }

  async #beat(): Promise<void> {
    const { fields } = await this.#session.request(["stat"]);
    if (fields.get("trip") === "1" && this.#hasSupplied) this.#silenced();
  }

  #silenced(): RigError {
    if (this.#trouble !== null) return this.#trouble;
    const { silenceMs, onSilence } = this.#options;
    const what = `the power board heard nothing of the rig for ${silenceMs} ms`;
    const expected = "expected a machine with time for the rig, or a longer silence";
    const text = `${what} and made its outputs safe: ${expected} (${this.#session.name})`;
    this.#trouble = new RigError("bench.trouble", text);
    onSilence?.(this.#trouble);
    return this.#trouble;
  }

  #ask(node: number, [verb, ...rest]: readonly string[], signal: AbortSignal): Promise<Done> {
    const channel = this.#options.channels.get(node);
    if (channel === undefined || verb === undefined) {
      throw new RigError("bench.trouble", `${this.#session.name}: no channel for node ${node}`);
    }
    return this.#session.request([verb, String(channel), ...rest], { signal });
  }
}

const CYCLE_TRIES = 20;
const CYCLE_POLL_MS = 25;

function expectState(answer: Done, wanted: "on" | "off", name: string): void {
  const found = answer.fields.get("st");
  if (found === wanted) return;
  const text = `${name}: channel ${answer.fields.get("ch")} reads ${found}, expected ${wanted}`;
  throw new RigError("bench.trouble", text);
}

function isSilence(error: unknown): boolean {
  return error instanceof DeviceRefused && error.refusal.code === "E_SAFE";
}

/** From a refusal that asks to wait until a supply has drained. */
function offLeftMs({ refusal }: DeviceRefused): number | null {
  if (refusal.code !== "E_MINOFF") return null;
  const found = /^wait=(\d+)$/.exec(refusal.text);
  return found === null ? null : Number(found[1]);
}
