/**
 * A fault by a relay in the wires of the bus: a terminator taken away, CAN_H and CAN_L shorted or
 * open. The relay hangs on an output of our power-switch board, whose safe state is the neutral
 * position: a rig that dies leaves the bus whole.
 *
 * Does not model: what the relay does to the bus. It counts how often the board read the pin back
 * in the position of the fault; whether frames suffered is for the counters of the bus to say.
 */

import type { BenchInjector } from "../../rig/core/bench/bench.ts";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { Injector } from "../../rig/ports/injector.ts";
import type { LineSession } from "../host/session.ts";
import { configureOutput } from "./board-outputs.ts";

type RelaySettings = Extract<BenchInjector, { readonly by: "relay" }>;

export class RelayInjector implements Injector {
  readonly name: string;
  readonly fault: BenchInjector["fault"];
  readonly #session: LineSession;
  readonly #settings: RelaySettings;
  #effects = 0;
  #isInForce = false;

  private constructor(session: LineSession, settings: RelaySettings) {
    this.name = settings.name;
    this.fault = settings.fault;
    this.#session = session;
    this.#settings = settings;
  }

  /** In its neutral position. */
  static async open(session: LineSession, settings: RelaySettings): Promise<RelayInjector> {
    const { output, neutral } = settings;
    await configureOutput(session, { output, safe: neutral, offMs: 0 });
    const injector = new RelayInjector(session, settings);
    await injector.#set(neutral);
    return injector;
  }

  async inject(signal: AbortSignal): Promise<void> {
    if (this.#isInForce) return;
    // Noted first: should it fail half way, healing still brings the relay back.
    this.#isInForce = true;
    await this.#set(this.#settings.neutral === "on" ? "off" : "on", signal);
    this.#effects += 1;
  }

  /** Not ended by the signal: a bus is not left broken. */
  async heal(): Promise<number> {
    await this.#set(this.#settings.neutral);
    this.#isInForce = false;
    return this.#effects;
  }

  async #set(wanted: "on" | "off", signal?: AbortSignal): Promise<void> {
    const { output } = this.#settings;
    const options = signal === undefined ? {} : { signal };
    const { fields } = await this.#session.request(["set", String(output), wanted], options);
    const found = fields.get("st");
    if (found === wanted) return;
    const text = `${this.name}: output ${output} reads ${found}, expected ${wanted}`;
    throw new RigError("bench.trouble", text);
  }
}
