/**
 * A protocol core as a program in real time: timers of the machine, records on a disk, frames over
 * a link to the bus. One event at a time; the effects of each are carried out before the next.
 */

import type {
  NodeCore,
  NodeEffect,
  NodeEvent,
  NodeRecord,
} from "../../core/consensus/node-core.ts";
import type { NodeHistoryRecord } from "../../core/history/node-history.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import type { BusLink } from "../../ports/bus-link.ts";
import type { JournalImage, NodeJournal } from "./node-journal.ts";

export interface NodeProgramOptions {
  readonly core: NodeCore;
  readonly journal: Pick<NodeJournal, "append" | "truncate">;
  readonly link: Pick<BusLink, "send">;
  /** Nanoseconds since the program started. */
  readonly nowNs: () => number;
  readonly onRecord: (record: NodeRecord) => void;
  /** Of the clients that live on the node. */
  readonly onHistory: (record: NodeHistoryRecord) => void;
}

export class NodeProgram {
  readonly #options: NodeProgramOptions;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #events: NodeEvent[] = [];
  #isStepping = false;

  constructor(options: NodeProgramOptions) {
    this.#options = options;
  }

  boot(image: JournalImage): void {
    this.handle({ kind: "boot", ...image });
  }

  handle(event: NodeEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      const { core, nowNs } = this.#options;
      const effects = core.step(next, nowNs());
      // What a node did is on record before a frame shows it: it may be killed in between.
      for (const effect of effects) if (isRecord(effect)) this.#perform(effect);
      for (const effect of effects) if (!isRecord(effect)) this.#perform(effect);
    }
    this.#isStepping = false;
  }

  #perform(effect: NodeEffect): void {
    switch (effect.kind) {
      case "send":
        this.#options.link.send(effect.token, effect.frame);
        break;
      case "set-timer":
        this.#setTimer(effect.timer, effect.delayNs);
        break;
      case "clear-timer":
        clearTimeout(this.#timers.get(effect.timer));
        break;
      case "persist": {
        const { token, slot, record } = effect;
        const onStored = (result: "ok" | "io" | "full") =>
          this.handle({ kind: "stored", token, result });
        // The core may use the record's memory again.
        this.#options.journal.append(token, slot, record.slice(), onStored);
        break;
      }
      case "truncate":
        this.#options.journal.truncate(effect.token);
        break;
      case "trace":
        this.#options.onRecord(effect.record);
        break;
      case "history":
        this.#options.onHistory(effect.record);
        break;
    }
  }

  #setTimer(timer: number, delayNs: number): void {
    clearTimeout(this.#timers.get(timer));
    const onTime = () => this.handle({ kind: "timer", timer });
    this.#timers.set(timer, setTimeout(onTime, Math.ceil(delayNs / NS_PER_MS)));
  }
}

function isRecord({ kind }: NodeEffect): boolean {
  return kind === "trace" || kind === "history";
}
