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
}

export class BoardSwitch implements PowerSwitch {
  readonly #session: LineSession;
  readonly #options: BoardSwitchOptions;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(session: LineSession, options: BoardSwitchOptions) {
    this.#session = session;
    this.#options = options;
    // Three beats fit into the silence. A beat that fails says nothing: the next request will.
    this.#heartbeat = setInterval(() => {
      if (session.isClosed) clearInterval(this.#heartbeat);
      else session.request(["stat"]).catch(() => undefined);
    }, options.silenceMs / 3);
  }

  /** Arms the watchdog. The session has had its `hello`. */
  static async arm(session: LineSession, options: BoardSwitchOptions): Promise<BoardSwitch> {
    await session.request(["wdg", String(options.silenceMs)]);
    return new BoardSwitch(session, options);
  }

  async on(node: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        expectState(await this.#ask(node, ["set", "on"], signal), "on", this.#session.name);
        return;
      } catch (error) {
        const wait = error instanceof DeviceRefused ? offLeftMs(error) : null;
        if (wait === null) throw error;
        await sleep(wait, null, { signal });
      }
    }
  }

  async off(node: number, signal: AbortSignal): Promise<void> {
    expectState(await this.#ask(node, ["set", "off"], signal), "off", this.#session.name);
  }

  async cycle(node: number, signal: AbortSignal): Promise<void> {
    const offMs = this.#options.offMs(node);
    const started = await this.#ask(node, ["cycle", String(offMs)], signal);
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

/** From a refusal that asks to wait until a supply has drained. */
function offLeftMs({ refusal }: DeviceRefused): number | null {
  if (refusal.code !== "E_MINOFF") return null;
  const found = /^wait=(\d+)$/.exec(refusal.text);
  return found === null ? null : Number(found[1]);
}
