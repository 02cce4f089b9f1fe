/** Reads pcap files of SocketCAN link types, in both byte orders, with micro- or nanoseconds. */

import { binaryReader, refuseRest, type StructureHandler } from "../binary/binary-reader.ts";
import type { ByteQueue } from "../binary/byte-queue.ts";
import { refuseOffset, type TraceOutput } from "../trace-reader.ts";
import { PacketDecoder } from "./packet-decoder.ts";
import { LINK_COOKED, LINK_COOKED_2, LINK_SOCKETCAN, unwrap } from "./socketcan-packet.ts";

export const PCAP_MAGIC_US = 0xa1b2_c3d4;
export const PCAP_MAGIC_NS = 0xa1b2_3c4d;
export const PCAP_HEAD_SIZE = 24;
export const PCAP_RECORD_SIZE = 16;
/** Larger than any frame with any header; more is a sign of damage. */
export const PACKET_BYTES_MAX = 262_144;
export const CAN_LINKS: readonly number[] = [LINK_SOCKETCAN, LINK_COOKED, LINK_COOKED_2];

export const readPcap = binaryReader((output) => new PcapHandler(output));

interface FileHead {
  readonly isLittle: boolean;
  readonly nanosecondsPerTick: number;
  readonly linkType: number;
}

class PcapHandler implements StructureHandler {
  private readonly output: TraceOutput;
  private readonly decoder: PacketDecoder;
  private head: FileHead | null = null;

  constructor(output: TraceOutput) {
    this.output = output;
    this.decoder = new PacketDecoder(output);
  }

  step(queue: ByteQueue): boolean {
    if (this.head !== null) return this.record(queue, this.head);
    if (queue.length < PCAP_HEAD_SIZE) return false;
    this.head = parseHead(queue.peek(PCAP_HEAD_SIZE));
    queue.skip(PCAP_HEAD_SIZE);
    return true;
  }

  settle(): void {
    this.decoder.settle();
  }

  finish(queue: ByteQueue): void {
    refuseRest(queue, this.head === null ? "a pcap head" : "a record");
  }

  private record(queue: ByteQueue, { isLittle, nanosecondsPerTick, linkType }: FileHead): boolean {
    if (queue.length < PCAP_RECORD_SIZE) return false;
    const seconds = queue.uint32(0, isLittle);
    const ticks = queue.uint32(4, isLittle);
    const length = queue.uint32(8, isLittle);
    const isCut = length < queue.uint32(12, isLittle);
    const at = queue.offset;
    const nanoseconds = ticks * nanosecondsPerTick;
    if (length > PACKET_BYTES_MAX || nanoseconds >= 1e9) {
      refuseOffset(at, "no head of a record with a length and a time that can be");
    }
    if (queue.length < PCAP_RECORD_SIZE + length) return false;
    const bytes = queue.borrow(PCAP_RECORD_SIZE + length, PCAP_RECORD_SIZE);
    const time = { seconds, nanoseconds };
    this.output.setClockBy(time);
    const packet = unwrap({ time, channel: "", direction: null, at, bytes, isCut }, linkType);
    if (packet === null) this.output.skipped.add("packets that are no CAN frames", at);
    else this.decoder.take(packet);
    return true;
  }
}

function parseHead(view: DataView): FileHead {
  for (const isLittle of [true, false]) {
    const magic = view.getUint32(0, isLittle);
    if (magic !== PCAP_MAGIC_US && magic !== PCAP_MAGIC_NS) continue;
    // The upper bits are about check sums of other links.
    const linkType = view.getUint32(20, isLittle) & 0x0fff_ffff;
    if (!CAN_LINKS.includes(linkType)) {
      refuseOffset(20, `link type ${linkType} where 227, 113 or 276 (SocketCAN) is expected`);
    }
    return { isLittle, nanosecondsPerTick: magic === PCAP_MAGIC_NS ? 1 : 1000, linkType };
  }
  return refuseOffset(0, "none of the magic numbers of pcap");
}
