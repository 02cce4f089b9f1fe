/**
 * What nodes said of their own work, as the bus heard it: boots, proposals, votes, confirmations,
 * commits. A node's own record has more: what it never sent is not on the bus.
 */

import { CRASH_FORMAT, SIGNED_FORMAT } from "../wire/format.ts";
import { PROTOCOL_ROJ_SIGNED } from "../wire/header.ts";
import { Reassembler } from "../wire/reassembly.ts";
import { type AnyRojMessage, decodeRojMessage } from "../wire/roj-message.ts";
import type { WireFrame } from "./wire-frames.ts";

export interface HeardRecord {
  readonly time: number;
  readonly node: number;
  readonly boot: number;
  readonly event: "boot" | "propose" | "vote" | "confirm" | "commit";
  readonly slot: number;
  readonly round: number;
  readonly digest: string | null;
  /** Of a proposal: session and number of each request. */
  readonly requests?: readonly (readonly [session: number, request: number])[];
}

export class NodeRecords {
  readonly #reassembler = new Reassembler();
  readonly #said = new Set<string>();
  readonly #boots = new Map<number, number>();
  readonly #sink: (record: HeardRecord) => void;

  constructor(sink: (record: HeardRecord) => void) {
    this.#sink = sink;
  }

  add({ source, header, data }: WireFrame, timeNs: number): void {
    if (source > 13) return;
    const { boot } = header;
    const base = { time: timeNs, node: source, boot };
    if (this.#boots.get(source) !== boot) {
      this.#boots.set(source, boot);
      this.#sink({ ...base, event: "boot", slot: 0, round: 0, digest: null });
    }
    const whole = this.#reassembler.add(source, header, data);
    if (whole === null) return;
    const format = header.protocol === PROTOCOL_ROJ_SIGNED ? SIGNED_FORMAT : CRASH_FORMAT;
    const message = decodeRojMessage(header, whole, format);
    const said = message === null ? null : recordOf(message);
    if (said === null) return;
    // What is said again, because somebody may not have heard it, is no new event.
    const key = JSON.stringify([source, boot, said.event, said.slot, said.round, said.digest]);
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#sink({ ...base, ...said });
  }
}

type Said = Omit<HeardRecord, "time" | "node" | "boot">;

function recordOf(message: AnyRojMessage): Said | null {
  switch (message.kind) {
    case "propose": {
      const { slot, round, batch } = message;
      const requests = batch.transactions.map(({ client, request }) => [client, request] as const);
      return { event: "propose", slot, round, digest: batch.digest, requests };
    }
    case "vote":
    case "confirm":
    case "commit": {
      const { kind, slot, round, digest } = message;
      return { event: kind, slot, round, digest };
    }
    default:
      return null;
  }
}
