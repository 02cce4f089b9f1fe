/**
 * Reads Vector BLF: containers are unpacked one by one, and objects taken out of what they hold
 * all together, since they straddle containers. Counts in the file's head are not trusted. Of a
 * file that was cut off, every whole object is given, also out of the last container.
 */

import { assert } from "../../verdict/rig-error.ts";
import { binaryReader, type StructureHandler } from "../binary/binary-reader.ts";
import { ByteQueue, viewOf } from "../binary/byte-queue.ts";
import type { TraceRecord } from "../record.ts";
import { type ReaderOptions, refuseOffset, type TraceOutput } from "../trace-reader.ts";
import { isCivil, timeOfCivil } from "../trace-time.ts";
import { errorExtOf, errorOf, eventOf, fdErrorOf, overloadOf } from "./events.ts";
import {
  CONTAINER_HEAD_SIZE,
  FILE_MARK,
  METHOD_STORED,
  METHOD_ZLIB,
  OBJECT,
  OBJECT_BASE_SIZE,
  OBJECT_MARK,
} from "./layout.ts";
import { fdMessage64Of, fdMessageOf, messageOf } from "./messages.ts";
import { type BlfObject, takeObject } from "./object.ts";

/** Containers have 128 KiB as a rule; more than this is a sign of damage. */
const SIZE_MAX = 1 << 24;
/** Objects are padded in ways that differ by type, so the next one is looked for. */
const PADDING_MAX = 8;
const HEAD_SIZE_MAX = 4096;

type Decode = (object: BlfObject, output: TraceOutput) => TraceRecord | null;

const DECODERS: Readonly<Record<number, Decode>> = {
  [OBJECT.message]: messageOf,
  [OBJECT.message2]: messageOf,
  [OBJECT.fdMessage]: fdMessageOf,
  [OBJECT.fdMessage64]: fdMessage64Of,
  [OBJECT.error]: errorOf,
  [OBJECT.errorExt]: errorExtOf,
  [OBJECT.fdError64]: fdErrorOf,
  [OBJECT.overload]: overloadOf,
};

export const readBlf = binaryReader((output, options) => new BlfHandler(output, options));

class BlfHandler implements StructureHandler {
  private readonly output: TraceOutput;
  private readonly options: ReaderOptions;
  /** What came out of containers; null before the file's head. */
  private unpacked: ByteQueue | null = null;

  constructor(output: TraceOutput, options: ReaderOptions) {
    this.output = output;
    this.options = options;
    output.clock = "start";
  }

  step(queue: ByteQueue): boolean {
    if (this.unpacked === null) return this.fileHead(queue);
    const size = nextObject(queue);
    if (size === null || queue.length < size) return false;
    const at = queue.offset;
    if (queue.uint32(12, true) !== OBJECT.container) this.object(queue, size);
    else this.unpack(queue.borrow(size), at, this.unpacked);
    return true;
  }

  finish(queue: ByteQueue): void {
    const { unpacked } = this;
    if (unpacked === null) refuseOffset(queue.offset, "the file ends within its head");
    if (queue.length >= CONTAINER_HEAD_SIZE && nextObject(queue) !== null) {
      const at = queue.offset;
      const isContainer = queue.uint32(12, true) === OBJECT.container;
      const bytes = queue.take(queue.length);
      if (isContainer) this.unpack(bytes, at, unpacked);
      refuseOffset(at, `the file ends after ${bytes.length} bytes of an object`);
    }
    refuseLeft(unpacked, "within an object");
    refuseLeft(queue, "within a container");
  }

  private fileHead(queue: ByteQueue): boolean {
    if (queue.length < 8) return false;
    const size = queue.uint32(4, true);
    if (queue.uint32(0, true) !== FILE_MARK || size < 72 || size > HEAD_SIZE_MAX) {
      refuseOffset(0, "no head of a BLF file (LOGG and its size)");
    }
    if (queue.length < size) return false;
    this.readStart(viewOf(queue.take(size)));
    this.unpacked = new ByteQueue(size);
    return true;
  }

  /** Local time of the recorder: year, month, weekday, day, hour, minute, second, millisecond. */
  private readStart(view: DataView): void {
    const part = (index: number) => view.getUint16(40 + 2 * index, true);
    const [year, month, day] = [part(0), part(1), part(3)];
    const clock = { hour: part(4), minute: part(5), second: part(6) };
    const civil = { year, month, day, ...clock, nanosecond: Math.min(part(7), 999) * 1e6 };
    if (isCivil(civil)) this.output.start = { time: timeOfCivil(civil), zone: "local" };
  }

  private unpack(bytes: Uint8Array, at: number, unpacked: ByteQueue): void {
    if (bytes.length < CONTAINER_HEAD_SIZE) refuseOffset(at, "a container without its head");
    const view = viewOf(bytes);
    const method = view.getUint16(16, true);
    const length = view.getUint32(24, true);
    const packed = bytes.subarray(CONTAINER_HEAD_SIZE);
    if (length > SIZE_MAX || (method !== METHOD_STORED && method !== METHOD_ZLIB)) {
      refuseOffset(at, `a container of ${length} bytes, packed by method ${method}`);
    }
    const data = method === METHOD_STORED ? packed : this.inflate(packed, length, at);
    unpacked.append(data);
    this.objects(unpacked);
    const declared = view.getUint32(8, true);
    if (data.length < length && declared <= bytes.length) {
      refuseOffset(at, `a container with ${data.length} of its ${length} bytes`);
    }
  }

  private inflate(packed: Uint8Array, length: number, at: number): Uint8Array {
    const { inflate } = this.options;
    assert(inflate !== undefined, "reading a compressed BLF file needs a function that inflates");
    try {
      return inflate(packed, length).subarray(0, length);
    } catch {
      return refuseOffset(at, "a container whose compressed data are damaged");
    }
  }

  private objects(unpacked: ByteQueue): void {
    for (;;) {
      const size = nextObject(unpacked);
      if (size === null || unpacked.length < size) return;
      this.object(unpacked, size);
    }
  }

  private object(queue: ByteQueue, size: number): void {
    const { output } = this;
    const object = takeObject(queue, size, output);
    const decode = DECODERS[object.type] ?? eventOf;
    const record = decode(object, output);
    if (record !== null) output.deliver(record);
    else output.skipped.add(nameOf(object.type), object.at);
  }
}

function nameOf(type: number): string {
  if (type === OBJECT.systemVariable) return "system variables";
  return type === OBJECT.index ? "index objects" : `objects of type ${type}`;
}

/**
 * Skips padding and gives the size of the next object; null when more bytes are needed to tell.
 * What is neither padding nor an object is refused.
 */
function nextObject(queue: ByteQueue): number | null {
  for (let skipped = 0; skipped <= PADDING_MAX; skipped++) {
    if (queue.length < OBJECT_BASE_SIZE) return null;
    if (queue.uint32(0, true) === OBJECT_MARK) {
      const size = queue.uint32(8, true);
      if (size >= OBJECT_BASE_SIZE && size <= SIZE_MAX) return size;
      refuseOffset(queue.offset, `an object of ${size} bytes, which can't be`);
    }
    queue.skip(1);
  }
  return refuseOffset(queue.offset, "no object (LOBJ) where one is expected");
}

/** Some bytes of padding may stand at the end. */
function refuseLeft(queue: ByteQueue, where: string): void {
  const { length, offset } = queue;
  const left = queue.take(length);
  if (length < PADDING_MAX && left.every((byte) => byte === 0)) return;
  refuseOffset(offset, `the file ends ${where}: ${length} bytes are left`);
}
