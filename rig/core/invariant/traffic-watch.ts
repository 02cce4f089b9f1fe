/**
 * Checks what nodes say on the bus and what they do upon what they hear: replies to one request
 * are equal, whoever gives them and however often, and a frame from before its sender's last boot
 * is not heeded by those who know of that boot.
 */

import { macBytes } from "../auth/mac-link.ts";
import type { CanFrame } from "../can/frame.ts";
import type { NodeEffect } from "../consensus/node-core.ts";
import { HEADER_LENGTH, readHeader, SEALED } from "../wire/header.ts";
import { CLASS, classOfId, sourceOfId } from "../wire/identifier.ts";
import { Reassembler } from "../wire/reassembly.ts";
import { readClient, readU16 } from "../wire/transaction.ts";

type TrafficCheck = (
  name: "replies-equal" | "stale-frames",
  holds: boolean,
  text: () => string,
) => void;

const SOURCES = 16;

interface Answer {
  readonly node: number;
  readonly body: Uint8Array;
}

export class TrafficWatch {
  readonly #nodes: number;
  readonly #check: TrafficCheck;
  readonly #reassembler = new Reassembler();
  /** By client and request, the first reply. */
  readonly #answers = new Map<number, Answer>();
  /** By receiver and source, the last boot counter that the receiver heard of; -1 for none. */
  readonly #boots: Int16Array;
  /** Bit per node whose words are no evidence. */
  #doubtful: number;

  constructor(nodes: number, unbound: number, check: TrafficCheck) {
    this.#nodes = nodes;
    this.#doubtful = unbound;
    this.#check = check;
    this.#boots = new Int16Array(nodes * SOURCES).fill(-1);
  }

  distrust(node: number): void {
    this.#doubtful |= 1 << node;
  }

  /** The node has lost its memory, and hears of everybody anew. */
  restarted(node: number): void {
    this.#boots.fill(-1, node * SOURCES, (node + 1) * SOURCES);
  }

  observed({ id, fd, extended, data }: CanFrame): void {
    if (classOfId(id) !== CLASS.reply || extended || !fd || data.length <= HEADER_LENGTH) return;
    const node = sourceOfId(id);
    if (node >= this.#nodes || (this.#doubtful & (1 << node)) !== 0) return;
    const header = readHeader(data);
    const bytes = this.#reassembler.add(node, header, data);
    if (bytes === null) return;
    const { client } = readClient(bytes, HEADER_LENGTH);
    const request = readU16(bytes, HEADER_LENGTH + 1);
    const key = client * 0x1_0000 + request;
    const first = this.#answers.get(key);
    // The header differs, and so do the MACs.
    const body = bytes.slice(HEADER_LENGTH, bytes.length - macBytes(header, this.#nodes));
    if (first === undefined) {
      this.#answers.set(key, { node, body });
      return;
    }
    this.#check("replies-equal", isEqual(first.body, body), () => {
      const who = `nodes ${first.node} and ${node}`;
      return `${who} answer request ${request} of client ${client} differently`;
    });
  }

  /** Whether a frame that reaches the node is older than a boot of its sender known there. */
  isStale(node: number, { id, fd, extended, data }: CanFrame): boolean {
    if (!fd || extended || data.length < HEADER_LENGTH) return false;
    const { boot, protocol } = readHeader(data);
    // Only the node can tell which of these it believed: what it was not sent it can't check.
    if ((protocol & SEALED) !== 0) return false;
    const at = node * SOURCES + sourceOfId(id);
    const known = this.#boots[at] as number;
    // Counters of eight bits wrap: newer is what is less than half a turn ahead.
    if (known >= 0 && ((boot - known) & 255) >= 128) return true;
    this.#boots[at] = boot;
    return false;
  }

  /** What the node did upon a stale frame, which should be nothing. */
  moved(node: number, effects: readonly NodeEffect[]): void {
    if ((this.#doubtful & (1 << node)) !== 0) return;
    const first = effects.find((effect) => !isRefusal(effect));
    this.#check("stale-frames", first === undefined, () => {
      return `node ${node} heeded a frame from before its sender's last boot: ${first?.kind}`;
    });
  }
}

function isRefusal(effect: NodeEffect): boolean {
  return effect.kind === "trace" && effect.record.event === "reject";
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
