/** One object of a BLF file: its head, and access to its contents by their offsets. */

import { NS_PER_S } from "../../time/time.ts";
import { viewOf } from "../binary/byte-queue.ts";
import { refuseOffset, type TraceOutput } from "../trace-reader.ts";
import { TIME_ZERO, type TraceTime, timeOfUnits } from "../trace-time.ts";
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
  const view = viewOf(body);
  if (headSize < OBJECT_HEAD_SIZE) return { type, at, time: TIME_ZERO, body, view, headSize };
  const units = whole.getUint32(16, true);
  if (units !== TIME_NS && units !== TIME_TEN_US) {
    output.assumed.add("objects with time in unknown units: nanoseconds", at);
  }
  const time = timeOf(whole, units === TIME_TEN_US ? 100_000 : NS_PER_S);
  return { type, at, time, body, view, headSize };
}

function timeOf(view: DataView, perSecond: number): TraceTime {
  const [low, high] = [view.getUint32(24, true), view.getUint32(28, true)];
  // What a double holds in full needs no bigint, which is slow.
  if (high >= 2 ** 21) return timeOfUnits(view.getBigUint64(24, true), BigInt(perSecond));
  const count = high * 2 ** 32 + low;
  const seconds = Math.floor(count / perSecond);
  return { seconds, nanoseconds: (count - seconds * perSecond) * (NS_PER_S / perSecond) };
}

export function needBytes({ body, type, at }: BlfObject, count: number): void {
  if (body.length >= count) return;
  refuseOffset(at, `${body.length} bytes in an object of type ${type}, which has ${count}`);
}
