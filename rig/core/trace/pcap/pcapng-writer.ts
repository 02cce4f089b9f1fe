/** Writes pcapng: an interface for each channel as it appears, nanoseconds, directions as flags. */

import { joinBytes, viewOf } from "../binary/byte-queue.ts";
import type { TraceDirection, TraceRecord } from "../record.ts";
import type { TallyEntry } from "../tally.ts";
import { nanosecondsOf } from "../trace-time.ts";
import {
  type ByteSink,
  TimeLine,
  type TraceOrigin,
  type TraceWriter,
  type WriterFactory,
} from "../trace-writer.ts";
import { encodePacket } from "./encode-packet.ts";
import {
  BLOCK,
  BYTE_ORDER_MAGIC,
  blockOf,
  OPTION_DIRECTION,
  OPTION_NAME,
  OPTION_RESOLUTION,
  optionOf,
} from "./pcapng-blocks.ts";
import { LINK_SOCKETCAN } from "./socketcan-packet.ts";

const INTERFACES_MAX = 4096;
const END_OF_OPTIONS = new Uint8Array(4);

export const writePcapng: WriterFactory = (origin, sink) => new PcapngWriter(origin, sink);

class PcapngWriter implements TraceWriter {
  private readonly timeLine: TimeLine;
  private readonly sink: ByteSink;
  private readonly interfaces = new Map<string, number>();

  constructor(origin: TraceOrigin, sink: ByteSink) {
    this.timeLine = new TimeLine(origin, true, 9);
    this.sink = sink;
    sink(sectionBlock());
  }

  get losses(): readonly TallyEntry[] {
    return this.timeLine.losses.entries;
  }

  write(record: TraceRecord): void {
    const packet = encodePacket(record, this.timeLine.losses);
    if (packet === null) return;
    const time = nanosecondsOf(this.timeLine.place(record));
    const head = new Uint8Array(20);
    const view = viewOf(head);
    view.setUint32(0, this.interfaceOf(record), true);
    view.setUint32(4, Number((time >> 32n) & 0xffff_ffffn), true);
    view.setUint32(8, Number(time & 0xffff_ffffn), true);
    view.setUint32(12, packet.length, true);
    view.setUint32(16, packet.length, true);
    const options = directionOptions(record.direction);
    this.sink(blockOf(BLOCK.enhanced, joinBytes([head, packet, options])));
  }

  finish(): void {
    // Each block went out by itself.
  }

  private interfaceOf({ channel, at }: TraceRecord): number {
    const known = this.interfaces.get(channel);
    if (known !== undefined) return known;
    const number = this.interfaces.size;
    if (number >= INTERFACES_MAX) {
      this.timeLine.losses.add(`channels beyond ${INTERFACES_MAX}`, at);
      return number - 1;
    }
    this.interfaces.set(channel, number);
    const head = new Uint8Array(8);
    viewOf(head).setUint16(0, LINK_SOCKETCAN, true);
    const name = optionOf(OPTION_NAME, new TextEncoder().encode(channel));
    const resolution = optionOf(OPTION_RESOLUTION, Uint8Array.of(9));
    const names = channel === "" ? [] : [name];
    const body = joinBytes([head, ...names, resolution, END_OF_OPTIONS]);
    this.sink(blockOf(BLOCK.interface, body));
    return number;
  }
}

function directionOptions(direction: TraceDirection | null): Uint8Array {
  if (direction === null) return new Uint8Array(0);
  const flags = Uint8Array.of(direction === "rx" ? 1 : 2, 0, 0, 0);
  return joinBytes([optionOf(OPTION_DIRECTION, flags), END_OF_OPTIONS]);
}

/** Of unknown length, as a stream has to be. */
function sectionBlock(): Uint8Array {
  const body = new Uint8Array(16).fill(0xff, 8);
  const view = viewOf(body);
  view.setUint32(0, BYTE_ORDER_MAGIC, true);
  view.setUint16(4, 1, true);
  return blockOf(BLOCK.section, body);
}
