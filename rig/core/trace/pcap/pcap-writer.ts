/** Writes pcap of link type 227 with nanoseconds, which has neither channels nor directions. */

import { viewOf } from "../binary/byte-queue.ts";
import type { TraceRecord } from "../record.ts";
import type { TallyEntry } from "../tally.ts";
import {
  type ByteSink,
  TimeLine,
  type TraceOrigin,
  type TraceWriter,
  type WriterFactory,
} from "../trace-writer.ts";
import { encodePacket } from "./encode-packet.ts";
import { PCAP_HEAD_SIZE, PCAP_MAGIC_NS, PCAP_RECORD_SIZE } from "./pcap-reader.ts";
import { LINK_SOCKETCAN } from "./socketcan-packet.ts";

const SECONDS_MAX = 0xffff_ffff;

export const writePcap: WriterFactory = (origin, sink) => new PcapWriter(origin, sink);

class PcapWriter implements TraceWriter {
  private readonly timeLine: TimeLine;
  private readonly sink: ByteSink;

  constructor(origin: TraceOrigin, sink: ByteSink) {
    this.timeLine = new TimeLine(origin, true, 9);
    this.sink = sink;
    sink(fileHead());
  }

  get losses(): readonly TallyEntry[] {
    return this.timeLine.losses.entries;
  }

  write(record: TraceRecord): void {
    const { losses } = this.timeLine;
    const packet = encodePacket(record, losses);
    if (packet === null) return;
    const { seconds, nanoseconds } = this.timeLine.place(record);
    if (record.channel !== "") losses.add("channels", record.at);
    if (record.direction !== null) losses.add("directions", record.at);
    if (seconds > SECONDS_MAX) losses.add("time beyond the year 2106", record.at);
    const bytes = new Uint8Array(PCAP_RECORD_SIZE + packet.length);
    const view = viewOf(bytes);
    view.setUint32(0, Math.min(seconds, SECONDS_MAX), true);
    view.setUint32(4, nanoseconds, true);
    view.setUint32(8, packet.length, true);
    view.setUint32(12, packet.length, true);
    bytes.set(packet, PCAP_RECORD_SIZE);
    this.sink(bytes);
  }

  finish(): void {
    // Each record went out by itself.
  }
}

function fileHead(): Uint8Array {
  const bytes = new Uint8Array(PCAP_HEAD_SIZE);
  const view = viewOf(bytes);
  view.setUint32(0, PCAP_MAGIC_NS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, LINK_SOCKETCAN, true);
  return bytes;
}
