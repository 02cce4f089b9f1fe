/**
 * How fast the bus model runs: frames per second on a full bus, and virtual against wall time at
 * 60 % load, with five receivers that look at each frame. Aims: 1 million 64-byte frames/s, 150
 * times real time. Figures of one machine and minute; compare only inside one run.
 */

import { performance } from "node:perf_hooks";
import { frameBits, frameDurationNs } from "../../rig/core/can/bit-count.ts";
import { type BusListener, BusModel } from "../../rig/core/can/bus.ts";
import { type CanFrame, fdFrame } from "../../rig/core/can/frame.ts";
import { formatCandumpLine } from "../../rig/core/trace/candump.ts";
import type { BenchRow } from "./rows.ts";

const RATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000 };
const STATIONS = [0, 1, 2, 3, 4, 5];
const ROUNDS = 5;
/** Frames between two errors where errors are measured. */
const HIT_EVERY = 1000;

/** All figures; `frames` is how many frames each round sends. */
export function benchBus(frames = 400_000): BenchRow[] {
  const results: BenchRow[] = [];
  const add = (name: string, value: number, unit: string) => results.push({ name, value, unit });
  for (const length of [64, 16, 8]) {
    const samples = sampleFrames(length);
    add(
      `bit count, ${length} bytes`,
      best(() => countBits(samples, frames)),
      "frames/s",
    );
    add(
      `full bus, ${length} bytes`,
      best(() => fullBus(samples, frames)),
      "frames/s",
    );
    add(
      `full bus, ${length} bytes, a hit every 1000 frames`,
      best(() => fullBus(samples, frames, HIT_EVERY)),
      "frames/s",
    );
    add(
      `60 % load, ${length} bytes`,
      best(() => loadedBus(samples, frames)),
      "times real time",
    );
    add(
      `candump text, ${length} bytes`,
      best(() => writeText(samples, frames / 4)),
      "lines/s",
    );
  }
  return results;
}

function best(measure: () => number): number {
  return Math.max(...Array.from({ length: ROUNDS }, measure));
}

/** Frames of all six stations with bytes like a protocol's: some random, many zero. */
function sampleFrames(length: number): CanFrame[] {
  let random = 1;
  return Array.from({ length: 252 }, (_, i) => {
    const data = new Uint8Array(length);
    for (let j = 0; j < length; j++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      data[j] = random >>> 30 === 0 ? 0 : random >>> 24;
    }
    return fdFrame(0x100 + ((i % 7) << 4) + (i % STATIONS.length), data);
  });
}

function countBits(samples: CanFrame[], frames: number): number {
  const start = performance.now();
  let sum = 0;
  for (let i = 0; i < frames; i++) sum += frameBits(samples[i % samples.length] as CanFrame);
  const perSecond = (frames * 1e3) / (performance.now() - start);
  if (sum === 0) throw new Error("no bits were counted");
  return perSecond;
}

/** Receivers that do a little with each frame. */
class Reader implements BusListener {
  checksum = 0;
  deliveries = 0;
  frames = 0;

  delivered(receiver: number, frame: CanFrame): void {
    this.deliveries++;
    this.checksum = (this.checksum + receiver + frame.id + (frame.data[0] as number)) | 0;
  }

  transmitted(): void {
    this.frames++;
  }

  observed(): void {}
  delayed(): void {}
  withheld(): void {}
  aborted(): void {}
  busState(): void {}
  errorFrame(): void {}
}

/** Each station has its next frame waiting as soon as the last one is out. */
class Filler extends Reader {
  bus: BusModel | undefined;
  private readonly samples: CanFrame[];
  private next = 0;

  constructor(samples: CanFrame[]) {
    super();
    this.samples = samples;
  }

  override transmitted(sender = 0, token = 0, _frame?: CanFrame, timeNs = 0): void {
    this.frames++;
    this.next = (this.next + STATIONS.length) % this.samples.length;
    this.bus?.send(sender, this.samples[this.next + sender] as CanFrame, token, timeNs);
  }
}

/** With `hitEvery`, one receiver sees an error in each so many frames. */
function fullBus(samples: CanFrame[], frames: number, hitEvery?: number): number {
  const reader = new Filler(samples);
  const bus = new BusModel({ ...RATES, stations: STATIONS }, reader);
  let started = 0;
  if (hitEvery !== undefined) {
    bus.setErrorSource((senders) =>
      ++started % hitEvery === 0 ? [{ bit: 30, stations: 1 & ~senders, kind: "stuff" }] : null,
    );
  }
  reader.bus = bus;
  for (const station of STATIONS) bus.send(station, samples[station] as CanFrame, station, 0);
  const start = performance.now();
  while (reader.frames < frames) bus.advance(bus.nextNs());
  const perSecond = (frames * 1e3) / (performance.now() - start);
  if (reader.deliveries !== 5 * reader.frames) throw new Error("deliveries are missing");
  return perSecond;
}

/** Sends at fixed times so that 60 % of the bus is taken. */
function loadedBus(samples: CanFrame[], frames: number): number {
  const reader = new Reader();
  const bus = new BusModel({ ...RATES, stations: STATIONS }, reader);
  const totalNs = samples.reduce((sum, frame) => sum + frameDurationNs(frame, RATES), 0);
  const periodNs = Math.round(totalNs / samples.length / 0.6);
  const start = performance.now();
  for (let i = 0; i < frames; i++) {
    const timeNs = i * periodNs;
    while (bus.nextNs() < timeNs) bus.advance(bus.nextNs());
    bus.send(i % STATIONS.length, samples[i % samples.length] as CanFrame, i, timeNs);
  }
  while (bus.nextNs() !== Number.POSITIVE_INFINITY) bus.advance(bus.nextNs());
  const wallNs = (performance.now() - start) * 1e6;
  if (reader.frames !== frames) throw new Error("frames are missing");
  return (frames * periodNs) / wallNs;
}

function writeText(samples: CanFrame[], frames: number): number {
  const start = performance.now();
  let length = 0;
  let text = "";
  for (let i = 0; i < frames; i++) {
    text += formatCandumpLine(i * 123_457, "can0", samples[i % samples.length] as CanFrame);
    if ((i & 0xff) === 0) {
      length += Buffer.byteLength(text);
      text = "";
    }
  }
  const perSecond = (frames * 1e3) / (performance.now() - start);
  if (length === 0) throw new Error("no text was written");
  return perSecond;
}
