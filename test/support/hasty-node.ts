/** A planted bug that is no rule of ROJ: a node that takes its promises for durable too early. */

import type { NodeCore, NodeEffect, NodeEvent } from "../../rig/core/consensus/node-core.ts";

/** Sends what it promises when it hands the record over, not when the record is durable. */
export class HastyNode implements NodeCore {
  readonly #core: NodeCore;

  constructor(core: NodeCore) {
    this.#core = core;
  }

  step(event: NodeEvent, timeNs: number): readonly NodeEffect[] {
    if (event.kind === "stored") return [];
    const effects = this.#core.step(event, timeNs).slice();
    for (const effect of effects) {
      if (effect.kind !== "persist") continue;
      const stored = { kind: "stored", token: effect.token, result: "ok" } as const;
      effects.push(...this.#core.step(stored, timeNs));
    }
    return effects;
  }
}
