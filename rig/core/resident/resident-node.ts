/**
 * A node with clients of its own: a protocol core and, in front of it, the clients. Whoever runs
 * it sees one node core. The same object runs in the simulator and in a process, and is the model
 * of the agent on a board.
 */

import type { CanFrame } from "../can/frame.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "../consensus/node-core.ts";
import { readHeader } from "../wire/header.ts";
import { CLASS, classOfId } from "../wire/identifier.ts";
import {
  RESIDENT_TIMERS,
  RESIDENT_TOKENS,
  ResidentClients,
  type ResidentOptions,
} from "./resident-clients.ts";

export class ResidentNode implements NodeCore {
  readonly #core: NodeCore;
  readonly #options: ResidentOptions;
  readonly #out: NodeEffect[] = [];
  #clients: ResidentClients | null = null;
  #nowNs = 0;

  constructor(core: NodeCore, options: ResidentOptions) {
    this.#core = core;
    this.#options = options;
  }

  step(event: NodeEvent, timeNs: number): readonly NodeEffect[] {
    this.#nowNs = timeNs;
    this.#out.length = 0;
    const clients = this.#clients;
    switch (event.kind) {
      case "boot":
        this.#boot(event);
        break;
      case "command":
        clients?.command(event.command, timeNs);
        break;
      case "transmitted":
        if (event.token >= RESIDENT_TOKENS) clients?.transmitted(event.token, timeNs);
        else this.#stepCore(event);
        break;
      case "timer":
        if (event.timer >= RESIDENT_TIMERS) clients?.timer(event.timer, timeNs);
        else this.#stepCore(event);
        break;
      case "frame":
        if (classOfId(event.frame.id) === CLASS.reply) clients?.reply(event.frame, timeNs);
        else this.#stepCore(event);
        break;
      case "aborted":
        // What the marker announced waits for its timeout.
        if (event.token < RESIDENT_TOKENS) this.#stepCore(event);
        break;
      default:
        this.#stepCore(event);
    }
    return this.#out;
  }

  #boot(event: Extract<NodeEvent, { kind: "boot" }>): void {
    const submit = (frame: CanFrame) => this.#stepCore({ kind: "frame", frame });
    const out = this.#out;
    this.#clients = new ResidentClients(this.#options, event.incarnation, { out, submit });
    this.#stepCore(event);
    this.#clients.booted(this.#nowNs);
  }

  /** The core's effects, but for replies to the clients here, which need no bus. */
  #stepCore(event: NodeEvent): void {
    for (const effect of this.#core.step(event, this.#nowNs)) {
      if (effect.kind === "send" && this.#isForHere(effect.frame)) {
        this.#clients?.reply(effect.frame, this.#nowNs);
      } else this.#out.push(effect);
    }
  }

  #isForHere({ id, data }: CanFrame): boolean {
    if (classOfId(id) !== CLASS.reply) return false;
    return readHeader(data).destination === this.#options.node;
  }
}
