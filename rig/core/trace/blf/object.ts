/** One object of a BLF file: its head, and access to its contents by their offsets. */

import { viewOf } from "../binary/byte-queue.ts";
import { refuseOffset, type TraceOutput } from "../trace-reader.ts";
import { type TraceTime, timeOfUnits } from "../trace-time.ts";
import { OBJECT_BASE_SIZE, OBJECT_HEAD_SIZE, TIME_NS, TIME_TEN_US } from "./layout.ts";

export interface BlfObject {
  readonly type: number;
  readonly at: number;
  readonly time: TraceTime;
  /** What follows the head. */
  readonly body: Uint8Array;
  readonly view: DataView;
  readonly headSize: number;
}

/** `at`: offset in the unpacked file. */
export function parseObject(bytes: Uint8Array, at: number, output: TraceOutput): BlfObject {
  const whole = viewOf(bytes);
  const headSize = whole.getUint16(4, true);
  const type = whole.getUint32(12, true);
  const isHead = headSize >= OBJECT_BASE_SIZE && headSize <= bytes.length;
  if (!isHead) refuseOffset(at, `an object of type ${type} with a head of ${headSize} bytes`);
  const body = bytes.subarray(headSize);
  const object = { type, at, body, view: viewOf(body), headSize };
  if (headSize < OBJECT_HEAD_SIZE) return { ...object, time: { seconds: 0, nanoseconds: 0 } };
  const units = whole.getUint32(16, true);
  if (units !== TIME_NS && units !== TIME_TEN_US) {
    output.assumed.add("objects with time in unknown units: nanoseconds", at);
  }
  const perSecond = units === TIME_TEN_US ? 100_000n : 1_000_000_000n;
  return { ...object, time: timeOfUnits(whole.getBigUint64(24, true), perSecond) };
}

export function needBytes({ body, type, at }: BlfObject, count: number): void {
  if (body.length >= count) return;
  refuseOffset(at, `${body.length} bytes in an object of type ${type}, which has ${count}`);
}
