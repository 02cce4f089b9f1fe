/**
 * Finds out the byte order of identifiers, which captures get wrong: link type 227 has them
 * big-endian, but some tools write them as the host has them, and cooked captures always do. The
 * first packets are held back until they show which order gives identifiers that can be.
 */

import { viewOf } from "../binary/byte-queue.ts";
import type { TraceOutput } from "../trace-reader.ts";
import { decodePacket, isPossibleWord, type Packet } from "./socketcan-packet.ts";

const HELD_MAX = 64;
/** So many packets that fit one order and not the other settle it. */
const VOTES_ENOUGH = 8;

export class PacketDecoder {
  private readonly output: TraceOutput;
  private held: Packet[] | null = [];
  /** Above 0 for little-endian; by whether the capture is cooked, since those differ. */
  private readonly votes = { cooked: 0, plain: 0 };

  constructor(output: TraceOutput) {
    this.output = output;
  }

  take(packet: Packet): void {
    const { held } = this;
    if (held === null) {
      this.decode(packet);
      return;
    }
    // Its bytes are borrowed from the reader.
    held.push({ ...packet, bytes: packet.bytes.slice() });
    this.vote(packet);
    const votes = this.votes[kindOf(packet)];
    if (held.length >= HELD_MAX || Math.abs(votes) >= VOTES_ENOUGH) this.settle();
  }

  /** Decodes what was held back, with what is known by now. */
  settle(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const packet of held) this.decode(packet);
  }

  private vote(packet: Packet): void {
    const { bytes } = packet;
    if (bytes.length < 5) return;
    const length = bytes[4] ?? 0;
    const view = viewOf(bytes);
    const asLittle = isPossibleWord(view.getUint32(0, true), length) ? 1 : 0;
    const asBig = isPossibleWord(view.getUint32(0, false), length) ? 1 : 0;
    this.votes[kindOf(packet)] += asLittle - asBig;
  }

  private decode(packet: Packet): void {
    const votes = this.votes[kindOf(packet)];
    const isUsualLittle = packet.protocol !== null;
    const isLittle = votes === 0 ? isUsualLittle : votes > 0;
    if (isLittle && !isUsualLittle) {
      this.output.assumed.add(
        "identifiers in little-endian order, where big-endian is right",
        packet.at,
      );
    }
    const record = decodePacket(packet, isLittle, this.output);
    if (record !== null) this.output.deliver(record);
  }
}

function kindOf({ protocol }: Packet): "cooked" | "plain" {
  return protocol === null ? "plain" : "cooked";
}
