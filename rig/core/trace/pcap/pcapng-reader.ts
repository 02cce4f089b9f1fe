/**
 * Reads pcapng files: sections of either byte order, interfaces with names and resolutions,
 * enhanced, simple and old packet blocks. Interfaces of other links than SocketCAN are counted
 * and left out, so are blocks without packets.
 */

import { binaryReader, refuseRest, type StructureHandler } from "../binary/binary-reader.ts";
import { type ByteQueue, viewOf } from "../binary/byte-queue.ts";
import type { TraceDirection } from "../record.ts";
import { refuseOffset, type TraceOutput } from "../trace-reader.ts";
import { addTimes, type TraceTime, timeOfCount } from "../trace-time.ts";
import { PacketDecoder } from "./packet-decoder.ts";
import { CAN_LINKS } from "./pcap-reader.ts";
import {
  BLOCK,
  BYTE_ORDER_MAGIC,
  OPTION_DIRECTION,
  OPTION_NAME,
  OPTION_OFFSET,
  OPTION_RESOLUTION,
  readOptions,
} from "./pcapng-blocks.ts";
import { unwrap } from "./socketcan-packet.ts";

const BLOCK_BYTES_MAX = 1 << 24;
/** Where the packet begins in its block. */
const PACKET_AT = 28;
const INTERFACES_MAX = 65_536;

export const readPcapng = binaryReader((output) => new PcapngHandler(output));

interface Interface {
  readonly name: string;
  readonly linkType: number;
  readonly unitsPerSecond: number;
  readonly offsetS: number;
}

interface Block {
  readonly at: number;
  readonly body: Uint8Array;
  readonly view: DataView;
}

class PcapngHandler implements StructureHandler {
  private readonly output: TraceOutput;
  private readonly decoder: PacketDecoder;
  private isLittle = true;
  private interfaces: Interface[] = [];

  constructor(output: TraceOutput) {
    this.output = output;
    this.decoder = new PacketDecoder(output);
  }

  step(queue: ByteQueue): boolean {
    if (queue.length < 12) return false;
    const at = queue.offset;
    // The type of a section reads the same in both orders; the magic behind it tells which.
    if (queue.uint32(0, false) === BLOCK.section) this.startSection(queue);
    else if (at === 0) refuseOffset(0, "no section header of pcapng");
    const length = queue.uint32(4, this.isLittle);
    if (length < 12 || length % 4 !== 0 || length > BLOCK_BYTES_MAX) {
      refuseOffset(at, `a block of ${length} bytes, which can't be`);
    }
    if (queue.length < length) return false;
    const type = queue.uint32(0, this.isLittle);
    if (queue.uint32(length - 4, this.isLittle) !== length) {
      refuseOffset(at, "a block whose length at the end differs from that at its head");
    }
    if (type === BLOCK.enhanced) this.packet(queue, length, 4);
    else if (type === BLOCK.packet) this.packet(queue, length, 2);
    else this.block(type, at, queue.borrow(length, 8).subarray(0, -4));
    return true;
  }

  settle(): void {
    this.decoder.settle();
  }

  finish(queue: ByteQueue): void {
    refuseRest(queue, "a block");
  }

  private startSection(queue: ByteQueue): void {
    const isLittle = queue.uint32(8, true) === BYTE_ORDER_MAGIC;
    if (!isLittle && queue.uint32(8, false) !== BYTE_ORDER_MAGIC) {
      refuseOffset(queue.offset, "a section header without its byte order magic");
    }
    this.isLittle = isLittle;
    this.interfaces = [];
  }

  private block(type: number, at: number, body: Uint8Array): void {
    if (type === BLOCK.section) return;
    const block = { at, body, view: viewOf(body) };
    if (type === BLOCK.interface) this.interface(block);
    else if (type === BLOCK.simple) this.simplePacket(block);
    else this.output.skipped.add("blocks that hold no packets", at);
  }

  private interface({ body, view, at }: Block): void {
    if (body.length < 8) refuseOffset(at, "an interface block without its fields");
    if (this.interfaces.length >= INTERFACES_MAX) refuseOffset(at, "too many interfaces");
    const options = readOptions(body.subarray(8), this.isLittle);
    const nameBytes = options.get(OPTION_NAME) ?? new Uint8Array(0);
    const resolution = options.get(OPTION_RESOLUTION)?.[0] ?? 6;
    const exponent = resolution & 0x7f;
    const isBinary = (resolution & 0x80) !== 0;
    if (exponent > (isBinary ? 63 : 18)) refuseOffset(at, "a resolution of stamps beyond reason");
    const offset = options.get(OPTION_OFFSET);
    const hasOffset = offset !== undefined && offset.length === 8;
    this.interfaces.push({
      name: new TextDecoder().decode(nameBytes).replace(/\0.*$/s, ""),
      linkType: view.getUint16(0, this.isLittle),
      unitsPerSecond: (isBinary ? 2 : 10) ** exponent,
      offsetS: hasOffset ? Number(viewOf(offset).getBigInt64(0, this.isLittle)) : 0,
    });
  }

  /** A block of `size` bytes: eight of head, fields, the packet, options, and the size again. */
  private packet(queue: ByteQueue, size: number, interfaceBytes: 2 | 4): void {
    const { isLittle } = this;
    const at = queue.offset;
    if (size < PACKET_AT + 4) refuseOffset(at, "a packet block without its fields");
    const isShort = interfaceBytes === 2;
    const from = this.interfaces[isShort ? queue.uint16(8, isLittle) : queue.uint32(8, isLittle)];
    const length = queue.uint32(20, isLittle);
    const optionsAt = PACKET_AT + length + ((4 - (length % 4)) % 4);
    if (from === undefined || length > size - PACKET_AT - 4) {
      refuseOffset(at, "a packet of no interface, or longer than its block");
    }
    const { offsetS, unitsPerSecond } = from;
    const stamp = [queue.uint32(12, isLittle), queue.uint32(16, isLittle)] as const;
    const sinceOffset = timeOfCount(...stamp, unitsPerSecond);
    const time = addTimes(sinceOffset, { seconds: offsetS, nanoseconds: 0 });
    const isCut = length < queue.uint32(24, isLittle);
    const block = queue.borrow(size);
    const direction = isShort ? null : this.directionOf(block.subarray(optionsAt, -4));
    const bytes = block.subarray(PACKET_AT, PACKET_AT + length);
    this.deliver({ from, time, direction, at, bytes, isCut });
  }

  private directionOf(options: Uint8Array): TraceDirection | null {
    if (options.length === 0) return null;
    const flags = readOptions(options, this.isLittle).get(OPTION_DIRECTION);
    if (flags === undefined || flags.length !== 4) return null;
    const bits = viewOf(flags).getUint32(0, this.isLittle) & 3;
    return bits === 1 ? "rx" : bits === 2 ? "tx" : null;
  }

  /** Packets of the first interface, without a stamp. */
  private simplePacket({ body, view, at }: Block): void {
    const from = this.interfaces[0];
    if (from === undefined || body.length < 4) refuseOffset(at, "a packet of no interface");
    const fullLength = view.getUint32(0, this.isLittle);
    const bytes = body.subarray(4, 4 + fullLength);
    const isCut = bytes.length < fullLength;
    this.deliver({ from, time: null, direction: null, at, bytes, isCut });
  }

  private deliver(found: {
    readonly from: Interface;
    readonly time: TraceTime | null;
    readonly direction: TraceDirection | null;
    readonly at: number;
    readonly bytes: Uint8Array;
    readonly isCut: boolean;
  }): void {
    const { from, time, direction, at, bytes, isCut } = found;
    if (!CAN_LINKS.includes(from.linkType)) {
      this.output.skipped.add("packets of links other than SocketCAN", at);
      return;
    }
    if (time !== null) this.output.setClockBy(time);
    const channel = from.name;
    const packet = unwrap({ time, channel, direction, at, bytes, isCut }, from.linkType);
    if (packet === null) this.output.skipped.add("packets that are no CAN frames", at);
    else this.decoder.take(packet);
  }
}
