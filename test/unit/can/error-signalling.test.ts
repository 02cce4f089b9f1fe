/** The bus model under errors, against controllers that know nothing but the level they sample. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameBits, totalBits } from "../../../rig/core/can/bit-count.ts";
import { lastBit } from "../../../rig/core/can/bit-position.ts";
import { BusModel } from "../../../rig/core/can/bus.ts";
import type { BitHit } from "../../../rig/core/can/error-signalling.ts";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import { BusRecorder } from "../../support/bus-recorder.ts";
import { canFrames } from "../../support/can-frames.ts";
import { SlowBus } from "../../support/slow-can-bus.ts";

const BIT_NS = 1000;
const RATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 1_000_000 };
const STATIONS = 4;
const ATTEMPTS_MAX = 60;

interface Hit {
  readonly place: number;
  readonly stations: number;
  readonly kind: BitHit["kind"];
}

interface Situation {
  readonly frame: CanFrame;
  /** By attempt. */
  readonly hits: readonly (readonly Hit[])[];
  readonly tec: readonly number[];
  readonly rec: readonly number[];
  /** Mask of listen-only stations. */
  readonly silent?: number;
}

function stationsOf(mask = 0): number[] {
  return [0, 1, 2, 3].filter((station) => (mask & (1 << station)) !== 0);
}

/** Places from the end for values below 16, else from the start. */
function hitsIn(frame: CanFrame, hits: readonly Hit[] | undefined): BitHit[] {
  const last = lastBit(frameBits(frame));
  return (hits ?? []).map(({ place, stations, kind }) => {
    const bit = place < 16 ? last - place : place % (last + 1);
    return { bit, stations, kind };
  });
}

const hit: fc.Arbitrary<Hit> = fc.record({
  place: fc.oneof(fc.nat(15), fc.nat(2000)),
  stations: fc.integer({ min: 1, max: 15 }),
  kind: fc.constantFrom("bit", "stuff", "form", "crc"),
});

const counters = fc.array(fc.constantFrom(0, 0, 0, 5, 100, 127, 128, 200), {
  minLength: STATIONS,
  maxLength: STATIONS,
});

const plainFrames = canFrames.map((frame) => ({ ...frame, brs: false, esi: false }));

/** Everything that both models can say about a run, as attempts with who got them. */
function runModel(situation: Situation, frames: readonly (readonly [number, CanFrame])[]) {
  const recorder = new BusRecorder();
  const bus = new BusModel({ ...RATES, stations: [0, 1, 2, 3] }, recorder);
  const starts: number[] = [];
  const accepted: number[][] = [[], [], [], []];
  const sent: number[][] = [[], [], [], []];
  for (let station = 0; station < STATIONS; station++) {
    const tec = situation.tec[station] as number;
    bus.forceErrorCounters(station, tec, situation.rec[station] as number, 0);
  }
  for (const station of stationsOf(situation.silent)) bus.setListenOnly(station, true, 0);
  bus.setErrorSource((_senders, wire, _bits, timeNs) => {
    starts.push(timeNs / BIT_NS);
    return hitsIn(wire, situation.hits[starts.length - 1]);
  });
  recorder.react = ({ kind, station }) => {
    if (kind === "delivered") accepted[station]?.push(starts.length - 1);
    if (kind === "transmitted") sent[station]?.push(starts.length - 1);
  };
  for (const [station, frame] of frames) bus.send(station, frame, 1, 0);
  while (bus.nextNs() < Number.POSITIVE_INFINITY && starts.length < ATTEMPTS_MAX)
    bus.advance(bus.nextNs());
  const states = [0, 1, 2, 3].map((station) => {
    const { tec, rec } = bus.errorState(station);
    return [tec, rec];
  });
  return { starts, accepted, sent, states };
}

function runSlow(situation: Situation, frames: readonly (readonly [number, CanFrame])[]) {
  const [, first] = frames[0] as readonly [number, CanFrame];
  const bus = new SlowBus(STATIONS, (attempt) => {
    const sender = bus.nodes[(frames[0] as readonly [number, CanFrame])[0]];
    const esi = first.fd && sender?.isPassive === true;
    return hitsIn({ ...first, esi }, situation.hits[attempt]);
  });
  bus.nodes.forEach((node, station) => {
    node.tec = situation.tec[station] as number;
    node.rec = situation.rec[station] as number;
    node.silent = stationsOf(situation.silent).includes(station);
  });
  for (const [station, frame] of frames) bus.nodes[station]?.queue.push(frame);
  bus.run((totalBits(frameBits(first)) + 60) * ATTEMPTS_MAX);
  return {
    starts: bus.starts,
    accepted: bus.nodes.map((node) => node.accepted),
    sent: bus.nodes.map((node) => node.sent),
    states: bus.nodes.map(({ tec, rec }) => [tec, rec]),
  };
}

describe("errors in frames", () => {
  const situations = fc.record({
    frame: plainFrames,
    hits: fc.array(fc.array(hit, { maxLength: 1 }), { maxLength: 3 }),
    tec: fc.constant([0, 0, 0, 0]),
    rec: fc.constant([0, 0, 0, 0]),
  });

  it("end as they do among error-active controllers", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const frames = [[1, situation.frame]] as const;
        expect(runModel(situation, frames)).toEqual(runSlow(situation, frames));
      }),
      { numRuns: 300, seed: 91 },
    );
  });

  it("end as they do among controllers of which some are error-passive", () => {
    const passive = fc.record({
      frame: plainFrames,
      hits: fc.array(fc.array(hit, { maxLength: 1 }), { maxLength: 1 }),
      tec: counters,
      rec: counters,
    });
    fc.assert(
      fc.property(passive, (situation) => {
        const frames = [[1, situation.frame]] as const;
        expect(runModel(situation, frames)).toEqual(runSlow(situation, frames));
      }),
      { numRuns: 300, seed: 92 },
    );
  });

  it("end as they do with several of them in one frame, unseen flags, listen-only stations", () => {
    const stations = fc.integer({ min: 1, max: 15 });
    const late = fc.record({ place: fc.nat(15), stations, kind: fc.constantFrom("form", "crc") });
    // In the last bits, where what is missed first is followed by more of the same.
    const missed = fc.record({ place: fc.nat(3), stations, kind: fc.constant("missed") });
    const atEnd = fc.record({ place: fc.nat(4), stations, kind: fc.constant("bit") });
    const attempt = fc.oneof(
      fc.array(late, { maxLength: 3 }),
      fc.array(fc.oneof(missed, atEnd), { maxLength: 3 }),
    ) as fc.Arbitrary<Hit[]>;
    const several = fc.record({
      frame: plainFrames,
      hits: fc.array(attempt, { maxLength: 2 }),
      tec: fc.constant([0, 0, 0, 0]),
      rec: fc.constant([0, 0, 0, 0]),
      silent: fc.constantFrom(0, 0, 4, 8, 12),
    });
    fc.assert(
      fc.property(several, (situation) => {
        const frames = [[1, situation.frame]] as const;
        expect(runModel(situation, frames)).toEqual(runSlow(situation, frames));
      }),
      { numRuns: 300, seed: 93 },
    );
  });

  it("end as they do when two frames collide", () => {
    const pairs = fc.record({
      frame: plainFrames,
      byte: fc.nat(255),
      tec: fc
        .tuple(fc.constantFrom(0, 64, 120, 128, 200), fc.constantFrom(0, 64, 120, 128, 200))
        .map(([first, second]) => [0, first, second, 0]),
    });
    fc.assert(
      fc.property(pairs, ({ frame, byte, tec }) => {
        const data = frame.data.map((each, i) => (i === 0 ? byte : each));
        const frames = [
          [1, frame],
          [2, { ...frame, data }],
        ] as const;
        const situation = { frame, hits: [], tec, rec: [0, 0, 0, 0] };
        expect(runModel(situation, frames)).toEqual(runSlow(situation, frames));
      }),
      { numRuns: 300, seed: 94 },
    );
  });
});
