/** One object of a BLF file: its head, and access to its contents by their offsets. */

import { NS_PER_S } from "../../time/time.ts";
import { type ByteQueue, viewOf } from "../binary/byte-queue.ts";
import { refuseOffset, type TraceOutput } from "../trace-reader.ts";
import { TIME_ZERO, type TraceTime, timeOfCount } from "../trace-time.ts";
import { OBJECT_BASE_SIZE, OBJECT_HEAD_SIZE, TIME_NS, TIME_TEN_US } from "./layout.ts";

export interface BlfObject {
  readonly type: number;
  /** Offset in the unpacked file. */
  readonly at: number;
  readonly time: TraceTime;
  /** What follows the head. */
  readonly body: Uint8Array;
  readonly view: DataView;
  readonly headSize: number;
}

/** Takes the object of `size` bytes that the queue begins with. */
export function takeObject(queue: ByteQueue, size: number, output: TraceOutput): BlfObject {
  const at = queue.offset;
  const headSize = queue.uint16(4, true);
  const type = queue.uint32(12, true);
  const isHead = headSize >= OBJECT_BASE_SIZE && headSize <= size;
  if (!isHead) refuseOffset(at, `an object of type ${type} with a head of ${headSize} bytes`);
  const time = headSize < OBJECT_HEAD_SIZE ? TIME_ZERO : timeOf(queue, at, output);
  const body = queue.borrow(size, headSize);
  return { type, at, time, body, view: viewOf(body), headSize };
}

function timeOf(queue: ByteQueue, at: number, output: TraceOutput): TraceTime {
  const units = queue.uint32(16, true);
  if (units !== TIME_NS && units !== TIME_TEN_US) {
    output.assumed.add("objects with time in unknown units: nanoseconds", at);
  }
  const perSecond = units === TIME_TEN_US ? 100_000 : NS_PER_S;
  return timeOfCount(queue.uint32(28, true), queue.uint32(24, true), perSecond);
}

export function needBytes({ body, type, at }: BlfObject, count: number): void {
  if (body.length >= count) return;
  refuseOffset(at, `${body.length} bytes in an object of type ${type}, which has ${count}`);
}
