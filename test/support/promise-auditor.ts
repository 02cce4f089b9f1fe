/**
 * Watches a ROJ node from outside: a vote or confirmation that it sends must be among the records
 * that were durable before, in this life of the node or an earlier one.
 */

import type { NodeCore, NodeEffect, NodeEvent } from "../../rig/core/consensus/node-core.ts";
import { decodeRecord } from "../../rig/core/consensus/roj/journal.ts";
import { readHeader } from "../../rig/core/wire/header.ts";
import { decodeRojMessage } from "../../rig/core/wire/roj-message.ts";

export class PromiseAuditor implements NodeCore {
  readonly #core: NodeCore;
  readonly #durable = new Set<string>();
  readonly #writing = new Map<number, Uint8Array>();
  /** Promises that left though they were not durable. */
  readonly broken: string[] = [];
  /** How many promises left. */
  sent = 0;

  constructor(core: NodeCore) {
    this.#core = core;
  }

  step(event: NodeEvent, timeNs: number): readonly NodeEffect[] {
    if (event.kind === "boot") {
      this.#durable.clear();
      this.#writing.clear();
      for (const record of event.image) this.#keep(record);
    } else if (event.kind === "stored" && event.result === "ok") {
      this.#keep(this.#writing.get(event.token) ?? new Uint8Array());
    }
    const effects = this.#core.step(event, timeNs);
    for (const effect of effects) {
      if (effect.kind === "persist") this.#writing.set(effect.token, effect.record);
      else if (effect.kind === "send") this.#audit(effect.frame.data);
    }
    return effects;
  }

  #keep(bytes: Uint8Array): void {
    const record = decodeRecord(bytes);
    if (record?.kind !== "vote" && record?.kind !== "confirm") return;
    const { kind, slot, round } = record;
    const digest = record.kind === "vote" ? record.digest : (record.batch?.digest ?? null);
    this.#durable.add(`${kind} ${slot}/${round} ${digest}`);
  }

  #audit(data: Uint8Array): void {
    const message = decodeRojMessage(readHeader(data), data);
    if (message?.kind !== "vote" && message?.kind !== "confirm") return;
    const { kind, slot, round, digest } = message;
    const promise = `${kind} ${slot}/${round} ${digest}`;
    this.sent++;
    if (!this.#durable.has(promise)) this.broken.push(promise);
  }
}
