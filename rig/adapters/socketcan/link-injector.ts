/**
 * A fault by an interface of this machine that is set down: whatever is behind it, a node of this
 * machine or the bus that a gateway joins, is off the bus. Its neutral position is up. Noted in the
 * journal while it is down, as it stays so when the rig dies.
 *
 * Counts how often the interface was seen to be down. Does not count: frames that were lost by it.
 */

import type { BenchInjector } from "../../core/bench/bench.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { ChangeJournal } from "../../ports/change-journal.ts";
import type { Injector } from "../../ports/injector.ts";
import { linkTrouble, readInterface } from "./interface-info.ts";
import { type Made, make, unmake } from "./network-tools.ts";

type LinkSettings = Extract<BenchInjector, { readonly by: "link" }>;

export class LinkInjector implements Injector {
  readonly name: string;
  readonly fault: BenchInjector["fault"];
  readonly #interface: string;
  readonly #journal: ChangeJournal;
  #made: Made | null = null;
  #effects = 0;

  private constructor(settings: LinkSettings, journal: ChangeJournal) {
    this.name = settings.name;
    this.fault = settings.fault;
    this.#interface = settings.down;
    this.#journal = journal;
  }

  /** Throws `bench.trouble` for an interface that is not there, or is not up. */
  static open(settings: LinkSettings, journal: ChangeJournal): LinkInjector {
    const { name, down } = settings;
    if (!readInterface(down).isUp) {
      throw new RigError("bench.trouble", `${name}: interface ${down} is down, expected it up`);
    }
    return new LinkInjector(settings, journal);
  }

  /** Rejects with `capability.fault` where it can't be set down. */
  async inject(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#made !== null) return;
    this.#made = await make({ by: "link", interface: this.#interface }, this.#journal);
    if (linkTrouble(this.#interface) !== "ENETDOWN") {
      const text = `${this.name}: interface ${this.#interface} is up, expected it down`;
      throw new RigError("bench.trouble", text);
    }
    this.#effects++;
  }

  /** Not ended by the signal: a bus is not left broken. */
  async heal(): Promise<number> {
    if (this.#made === null) return this.#effects;
    await unmake(this.#made);
    this.#made = null;
    const trouble = linkTrouble(this.#interface);
    if (trouble === null) return this.#effects;
    const text = `${this.name}: interface ${this.#interface} does not come up: ${trouble}`;
    throw new RigError("bench.trouble", text);
  }
}
