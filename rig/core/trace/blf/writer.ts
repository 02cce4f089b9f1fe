/**
 * Writes Vector BLF: CAN_MESSAGE for classic frames, CAN_FD_MESSAGE for FD frames, whole objects in
 * containers that are stored or, given a function for it, compressed. The sizes and counts in the
 * file's head are known at the end only: `headPatch` has them.
 */

import { joinBytes, viewOf } from "../binary/byte-queue.ts";
import { ChannelNumbers } from "../channel-numbers.ts";
import { dlcFor, type ErrorRecord, type FrameRecord, type TraceRecord } from "../record.ts";
import type { TallyEntry } from "../tally.ts";
import { civilOfTime, nanosecondsOf, type TraceTime, weekdayOfTime } from "../trace-time.ts";
import {
  type ByteSink,
  TimeLine,
  type TraceOrigin,
  type TraceWriter,
  type WriterFactory,
  type WriterOptions,
} from "../trace-writer.ts";
import { isWrittenAsFd, noteUnknownFlags, noteUnknownLength } from "../unknown-flags.ts";
import { eccOfDetail } from "./events.ts";
import {
  CONTAINER_HEAD_SIZE,
  ERROR_ECC_VALID,
  FD_BRS,
  FD_EDL,
  FD_ESI,
  FILE_HEAD_SIZE,
  FILE_MARK,
  FLAG_REMOTE,
  FLAG_SENT,
  ID_EXTENDED,
  METHOD_STORED,
  METHOD_ZLIB,
  OBJECT,
  OBJECT_HEAD_SIZE,
  OBJECT_MARK,
  TIME_NS,
} from "./layout.ts";

const CONTAINER_BYTES = 131_072;

export const writeBlf: WriterFactory = (origin, sink, options) =>
  new BlfWriter(origin, sink, options ?? {});

class BlfWriter implements TraceWriter {
  headPatch: Uint8Array | null = null;
  private readonly timeLine: TimeLine;
  private readonly sink: ByteSink;
  private readonly options: WriterOptions;
  private readonly channels = new ChannelNumbers(1);
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private hasHead = false;
  private objectCount = 0;
  private readonly sizes = { file: FILE_HEAD_SIZE, unpacked: FILE_HEAD_SIZE };
  private last: TraceTime = { seconds: 0, nanoseconds: 0 };

  constructor(origin: TraceOrigin, sink: ByteSink, options: WriterOptions) {
    this.timeLine = new TimeLine(origin, false, 9);
    this.sink = sink;
    this.options = options;
  }

  get losses(): readonly TallyEntry[] {
    return this.timeLine.losses.entries;
  }

  write(record: TraceRecord): void {
    if (record.kind === "event") {
      this.timeLine.losses.add("events", record.at);
      return;
    }
    const time = this.timeLine.place(record);
    this.last = time;
    this.writeHead();
    const object = this.objectOf(record);
    object.setBigUint64(24, nanosecondsOf(time), true);
    this.waiting.push(new Uint8Array(object.buffer));
    this.waitingBytes += object.byteLength;
    this.objectCount++;
    if (this.waitingBytes >= CONTAINER_BYTES) this.sendContainer();
  }

  finish(): void {
    this.writeHead();
    this.sendContainer();
    this.headPatch = this.fileHead();
  }

  private writeHead(): void {
    if (this.hasHead) return;
    this.hasHead = true;
    this.timeLine.startWithoutZone(3);
    this.sink(this.fileHead());
  }

  private objectOf(record: Exclude<TraceRecord, { kind: "event" }>): DataView {
    const { losses } = this.timeLine;
    if (!this.channels.isKept(record.channel)) {
      losses.add("channel names: written as numbers", record.at);
    }
    const channel = this.channels.of(record.channel);
    const object =
      record.kind === "error"
        ? this.errorObject(record)
        : record.kind === "overload"
          ? objectOfType(OBJECT.overload, 8)
          : this.frameObject(record);
    object.setUint16(OBJECT_HEAD_SIZE, channel, true);
    return object;
  }

  private errorObject(record: ErrorRecord): DataView {
    const { losses } = this.timeLine;
    if (record.direction !== null) losses.add("the direction of error frames", record.at);
    const ecc = eccOfDetail(record);
    const isBare = record.detail.length === 0 && record.text === "";
    if (ecc === null && !isBare) losses.add("classes and details of error frames", record.at);
    const object = objectOfType(OBJECT.errorExt, 32);
    object.setUint32(OBJECT_HEAD_SIZE + 4, ecc === null ? 0 : ERROR_ECC_VALID, true);
    object.setUint8(OBJECT_HEAD_SIZE + 8, ecc ?? 0);
    return object;
  }

  private frameObject(record: FrameRecord): DataView {
    const { losses } = this.timeLine;
    noteUnknownFlags(record, losses);
    noteUnknownLength(record, losses);
    const { direction, data, at, brs, esi } = record;
    if (direction === null) losses.add("that the direction is unknown: written as Rx", at);
    const isFd = isWrittenAsFd(record);
    const object = isFd ? objectOfType(OBJECT.fdMessage, 84) : objectOfType(OBJECT.message, 16);
    const from = OBJECT_HEAD_SIZE;
    const remote = record.kind === "remote" ? FLAG_REMOTE : 0;
    object.setUint8(from + 2, (direction === "tx" ? FLAG_SENT : 0) | remote);
    object.setUint8(from + 3, record.dlc ?? (remote !== 0 ? 0 : dlcFor(data.length)));
    object.setUint32(from + 4, record.id + (record.extended ? ID_EXTENDED : 0), true);
    if (isFd) {
      object.setUint8(from + 13, FD_EDL | (brs ? FD_BRS : 0) | (esi ? FD_ESI : 0));
      object.setUint8(from + 14, data.length);
    }
    new Uint8Array(object.buffer).set(data, from + (isFd ? 20 : 8));
    return object;
  }

  private sendContainer(): void {
    if (this.waitingBytes === 0) return;
    const content = joinBytes(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    const packed = this.options.deflate?.(content) ?? content;
    const head = new Uint8Array(CONTAINER_HEAD_SIZE);
    const size = head.length + packed.length;
    const view = viewOf(head);
    setBase(view, { headSize: 16, size, type: OBJECT.container });
    view.setUint16(16, packed === content ? METHOD_STORED : METHOD_ZLIB, true);
    view.setUint32(24, content.length, true);
    this.sizes.file += size + (size % 4);
    this.sizes.unpacked += head.length + content.length;
    this.sink(joinBytes([head, packed, new Uint8Array(size % 4)]));
  }

  private fileHead(): Uint8Array {
    const bytes = new Uint8Array(FILE_HEAD_SIZE);
    const view = viewOf(bytes);
    view.setUint32(0, FILE_MARK, true);
    view.setUint32(4, FILE_HEAD_SIZE, true);
    // The version of the format that all known readers take.
    bytes.set([2, 6, 8, 1], 12);
    view.setBigUint64(16, BigInt(this.sizes.file), true);
    view.setBigUint64(24, BigInt(this.sizes.unpacked), true);
    view.setUint32(32, this.objectCount, true);
    const start = this.timeLine.start?.time;
    if (start === undefined) return bytes;
    setSystemTime(view, 40, start);
    const seconds = start.seconds + this.last.seconds;
    setSystemTime(view, 56, { seconds, nanoseconds: this.last.nanoseconds });
    return bytes;
  }
}

interface Base {
  readonly headSize: number;
  readonly size: number;
  readonly type: number;
}

function setBase(view: DataView, { headSize, size, type }: Base): void {
  view.setUint32(0, OBJECT_MARK, true);
  view.setUint16(4, headSize, true);
  view.setUint16(6, 1, true);
  view.setUint32(8, size, true);
  view.setUint32(12, type, true);
}

function objectOfType(type: number, contentSize: number): DataView {
  const size = OBJECT_HEAD_SIZE + contentSize;
  const view = new DataView(new ArrayBuffer(size));
  setBase(view, { headSize: OBJECT_HEAD_SIZE, size, type });
  view.setUint32(16, TIME_NS, true);
  return view;
}

function setSystemTime(view: DataView, at: number, time: TraceTime): void {
  const { year, month, day, hour, minute, second, nanosecond } = civilOfTime(time);
  const milliseconds = Math.floor(nanosecond / 1e6);
  const parts = [year, month, weekdayOfTime(time), day, hour, minute, second, milliseconds];
  for (const [index, part] of parts.entries()) view.setUint16(at + 2 * index, part, true);
}
