/** Trace files to measure readers with: frames as on a car's bus, some of them CAN-FD. */

import { closeSync, openSync, writeSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { Random } from "../../rig/core/random/random.ts";
import type { FrameRecord, TraceFormat } from "../../rig/core/trace/index.ts";
import { dlcFor } from "../../rig/core/trace/record.ts";

export interface TraceShape {
  readonly frames: number;
  /** One frame in so many is of FD format; 0 for none. */
  readonly fdEvery: number;
}

const START_S = 1_700_000_000;
const IDS = 60;

export function writeTraceFile(path: string, format: TraceFormat, shape: TraceShape): void {
  const descriptor = openSync(path, "w");
  const random = Random.of(1, "trace-file");
  const put = (bytes: Uint8Array) => writeSync(descriptor, bytes);
  const origin = { clock: "epoch", start: null } as const;
  const writer = format.writer?.(origin, put, { deflate: (data) => deflateSync(data) });
  if (writer === undefined) throw new Error(`${format.name} has no writer`);
  for (let at = 0; at < shape.frames; at++) writer.write(frameAt(at, shape, random));
  writer.finish();
  const patch = writer.headPatch ?? null;
  if (patch !== null) writeSync(descriptor, patch, 0, patch.length, 0);
  closeSync(descriptor);
}

function frameAt(at: number, { fdEvery }: TraceShape, random: Random): FrameRecord {
  const number = random.below(IDS);
  const fd = fdEvery > 0 && at % fdEvery === 0;
  const extended = number % 4 === 0;
  const data = new Uint8Array(fd ? ([12, 16, 24, 32, 64][number % 5] ?? 64) : 8);
  for (let byte = 0; byte < data.length; byte++) data[byte] = random.below(256);
  const us = at * 250 + random.below(100);
  const time = { seconds: START_S + Math.floor(us / 1e6), nanoseconds: (us % 1e6) * 1000 };
  const head = { kind: "data", time, channel: "can0", direction: "rx", at } as const;
  const id = extended ? 0x18fe_0000 + number * 0x101 : 0x100 + number * 8;
  return { ...head, id, extended, fd, brs: fd, esi: false, dlc: dlcFor(data.length), data };
}
