/**
 * Signals while a run is under way: the first asks it to end and restore, a second goes straight
 * to the safe state.
 */

import { EXIT } from "../core/verdict/exit-code.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export class Interrupts {
  readonly #polite = new AbortController();
  readonly #urgent = new AbortController();
  readonly #listener = (name: NodeJS.Signals) => {
    if (this.#polite.signal.aborted) this.#urgent.abort(name);
    else this.#polite.abort(name);
  };

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#listener);
  }

  /** Aborted by the first signal; its reason is the signal's name. */
  get signal(): AbortSignal {
    return this.#polite.signal;
  }

  /** Aborted by the second one. */
  get urgent(): AbortSignal {
    return this.#urgent.signal;
  }

  /** All is restored: a further signal to a rig that is ending only makes it end sooner. */
  stop(): void {
    for (const name of SIGNALS) {
      process.off(name, this.#listener);
      if (this.#polite.signal.aborted)
        process.on(name, () => process.exit(process.exitCode ?? EXIT.interrupted));
    }
  }
}
