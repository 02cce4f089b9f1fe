/**
 * Reads pcapng files: sections of either byte order, interfaces with names and resolutions,
 * enhanced, simple and old packet blocks. Interfaces of other links than SocketCAN are counted
 * and left out, so are blocks without packets.
 */

import { binaryReader, refuseRest, type StructureHandler } from "../binary/binary-reader.ts";
import { type ByteQueue, viewOf } from "../binary/byte-queue.ts";
import type { TraceDirection } from "../record.ts";
import { refuseOffset, type TraceOutput } from "../trace-reader.ts";
import { addTimes, type TraceTime, timeOfUnits } from "../trace-time.ts";
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
const INTERFACES_MAX = 65_536;

export const readPcapng = binaryReader((output) => new PcapngHandler(output));

interface Interface {
  readonly name: string;
  readonly linkType: number;
  readonly unitsPerSecond: bigint;
  readonly offsetS: number;
}

interface Block {
  readonly type: number;
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
    const view = queue.peek(12);
    const at = queue.offset;
    // The type of a section reads the same in both orders; the magic behind it tells which.
    if (view.getUint32(0) === BLOCK.section) this.startSection(view, at);
    else if (at === 0) refuseOffset(0, "no section header of pcapng");
    const length = view.getUint32(4, this.isLittle);
    if (length < 12 || length % 4 !== 0 || length > BLOCK_BYTES_MAX) {
      refuseOffset(at, `a block of ${length} bytes, which can't be`);
    }
    if (queue.length < length) return false;
    const type = view.getUint32(0, this.isLittle);
    const bytes = queue.take(length);
    if (viewOf(bytes).getUint32(length - 4, this.isLittle) !== length) {
      refuseOffset(at, "a block whose length at the end differs from that at its head");
    }
    const body = bytes.subarray(8, length - 4);
    this.block({ type, at, body, view: viewOf(body) });
    return true;
  }

  settle(): void {
    this.decoder.settle();
  }

  finish(queue: ByteQueue): void {
    refuseRest(queue, "a block");
  }

  private startSection(view: DataView, at: number): void {
    const isLittle = view.getUint32(8, true) === BYTE_ORDER_MAGIC;
    if (!isLittle && view.getUint32(8, false) !== BYTE_ORDER_MAGIC) {
      refuseOffset(at, "a section header without its byte order magic");
    }
    this.isLittle = isLittle;
    this.interfaces = [];
  }

  private block(block: Block): void {
    const { type, at } = block;
    if (type === BLOCK.section) return;
    if (type === BLOCK.interface) this.interface(block);
    else if (type === BLOCK.enhanced) this.packet(block, { dataAt: 20, interfaceBytes: 4 });
    else if (type === BLOCK.packet) this.packet(block, { dataAt: 20, interfaceBytes: 2 });
    else if (type === BLOCK.simple) this.simplePacket(block);
    else this.output.skipped.add("blocks that hold no packets", at);
  }

  private interface({ body, view, at }: Block): void {
    if (body.length < 8) refuseOffset(at, "an interface block without its fields");
    if (this.interfaces.length >= INTERFACES_MAX) refuseOffset(at, "too many interfaces");
    const options = readOptions(body.subarray(8), this.isLittle);
    const nameBytes = options.get(OPTION_NAME) ?? new Uint8Array(0);
    const resolution = options.get(OPTION_RESOLUTION)?.[0] ?? 6;
    const exponent = BigInt(resolution & 0x7f);
    const isBinary = (resolution & 0x80) !== 0;
    if (exponent > (isBinary ? 63n : 18n)) refuseOffset(at, "a resolution of stamps beyond reason");
    const offset = options.get(OPTION_OFFSET);
    const hasOffset = offset !== undefined && offset.length === 8;
    this.interfaces.push({
      name: new TextDecoder().decode(nameBytes).replace(/\0.*$/s, ""),
      linkType: view.getUint16(0, this.isLittle),
      unitsPerSecond: (isBinary ? 2n : 10n) ** exponent,
      offsetS: hasOffset ? Number(viewOf(offset).getBigInt64(0, this.isLittle)) : 0,
    });
  }

  private packet(block: Block, layout: { dataAt: number; interfaceBytes: number }): void {
    const { body, view, at } = block;
    const { dataAt } = layout;
    if (body.length < dataAt) refuseOffset(at, "a packet block without its fields");
    const isLittle = this.isLittle;
    const isShort = layout.interfaceBytes === 2;
    const from =
      this.interfaces[isShort ? view.getUint16(0, isLittle) : view.getUint32(0, isLittle)];
    const length = view.getUint32(12, isLittle);
    if (from === undefined || length > body.length - dataAt) {
      refuseOffset(at, "a packet of no interface, or longer than its block");
    }
    const high = BigInt(view.getUint32(4, isLittle));
    const units = (high << 32n) | BigInt(view.getUint32(8, isLittle));
    const sinceOffset = timeOfUnits(units, from.unitsPerSecond);
    const time = addTimes(sinceOffset, { seconds: from.offsetS, nanoseconds: 0 });
    const isCut = length < view.getUint32(16, isLittle);
    const rest = body.subarray(dataAt + length + ((4 - (length % 4)) % 4));
    const direction = isShort ? null : this.directionOf(rest);
    const bytes = body.subarray(dataAt, dataAt + length);
    this.deliver({ from, time, direction, at, bytes, isCut });
  }

  private directionOf(options: Uint8Array): TraceDirection | null {
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
    const { from, time, at } = found;
    if (!CAN_LINKS.includes(from.linkType)) {
      this.output.skipped.add("packets of links other than SocketCAN", at);
      return;
    }
    if (time !== null) this.output.setClockBy(time);
    const packet = unwrap({ ...found, channel: from.name }, from.linkType);
    if (packet === null) this.output.skipped.add("packets that are no CAN frames", at);
    else this.decoder.take(packet);
  }
}
