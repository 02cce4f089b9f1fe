/** Which records of a trace are replayed, onto what, when, and whether that is possible. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameDurationNs } from "../../../rig/core/can/bit-count.ts";
import { bitRatesText, parseBitRates } from "../../../rig/core/can/bit-rates.ts";
import { type CanFrame, fdFrame } from "../../../rig/core/can/frame.ts";
import { busesOfChannels, parseBusChoice } from "../../../rig/core/replay/channel-map.ts";
import { feasibilityOf } from "../../../rig/core/replay/feasibility.ts";
import { FrameStore } from "../../../rig/core/replay/frame-store.ts";
import {
  identifierKey,
  identifierText,
  parseIdentifier,
  parseIdentifierRange,
} from "../../../rig/core/replay/identifiers.ts";
import { Lateness } from "../../../rig/core/replay/lateness.ts";
import { loadFrames } from "../../../rig/core/replay/load-frames.ts";
import { Schedule } from "../../../rig/core/replay/schedule.ts";
import { Selection, type SelectionOptions } from "../../../rig/core/replay/selection.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { canFrames } from "../../support/can-frames.ts";
import { bytesOf, readTrace } from "../trace/read-trace.ts";

const RATES = { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 };

function select(lines: readonly string[], options: SelectionOptions = {}): Selection {
  const selection = new Selection(options);
  for (const record of readTrace(bytesOf(`${lines.join("\n")}\n`)).records) selection.add(record);
  return selection;
}

function framesOf({ store }: Selection): CanFrame[] {
  return Array.from({ length: store.length }, (_, index) => store.frame(index));
}

/** Frame and due time in milliseconds of every place. */
function timesOf(schedule: Schedule, places = schedule.total) {
  return Array.from({ length: places }, (_, place) => [
    identifierText(schedule.store.frame(schedule.index(place))),
    schedule.dueNs(place) / NS_PER_MS,
  ]);
}

const TRACE = [
  "(100.000000) can0 100#11",
  "(100.010000) can0 1F334455#2233",
  "(100.015000) can1 200##1445566",
  "(100.020000) can0 300#R4",
  "(100.030000) can0 20000080#0000000000000000",
  "(100.040000) can0 123#1122334455667788_C",
];

describe("the selection", () => {
  it("keeps frames as they were, with FD, BRS, remote and raw length code", () => {
    const selection = select(TRACE);
    expect(selection.channels).toEqual(["can0", "can1"]);
    const texts = framesOf(selection).map((frame) => [
      identifierText(frame),
      frame.fd,
      frame.brs,
      frame.remote,
      frame.data.length,
    ]);
    expect(texts).toEqual([
      ["100", false, false, false, 1],
      ["1F334455", false, false, false, 2],
      ["200", true, true, false, 3],
      ["300", false, false, true, 4],
      ["123", false, false, false, 8],
    ]);
    expect(selection.store.rawDlc(4)).toBe(12);
    expect(selection.store.rawDlc(0)).toBeNull();
  });

  it("leaves out error frames and says so, and keeps them when asked", () => {
    expect(select(TRACE).leftOut).toEqual([
      { what: "error frames: no controller sends them on request", count: 1, firstAt: 5 },
    ]);
    const withErrors = select(TRACE, { errorFrames: true });
    expect(withErrors.leftOut).toEqual([]);
    expect(framesOf(withErrors)[4]).toMatchObject({ error: true, id: 0x80 });
  });

  it("takes a window of time, of which the end is not part", () => {
    const selection = select(TRACE, { fromNs: 10 * NS_PER_MS, toNs: 20 * NS_PER_MS });
    expect(framesOf(selection).map(identifierText)).toEqual(["1F334455", "200"]);
    expect(selection.leftOut).toContainEqual({
      what: "frames outside --from and --to",
      count: 3,
      firstAt: 1,
    });
  });

  it("includes, excludes and renames identifiers of the format that was meant", () => {
    const range = (text: string) => {
      const found = parseIdentifierRange(text);
      return found === null ? [] : [found];
    };
    const ids = (options: SelectionOptions) => framesOf(select(TRACE, options)).map(identifierText);
    expect(ids({ include: range("100-2FF") })).toEqual(["100", "200", "123"]);
    expect(ids({ exclude: range("1F334455") })).toEqual(["100", "200", "300", "123"]);
    expect(ids({ exclude: range("00000100") })).toHaveLength(5);
    const remap = new Map([
      [identifierKey({ id: 0x100, extended: false }), { id: 7, extended: true }],
    ]);
    const renamed = select(TRACE, { remap });
    expect(identifierText(framesOf(renamed)[0] as CanFrame)).toBe("00000007");
    expect(renamed.changed).toEqual([
      { what: "frames with another identifier (--remap)", count: 1, firstAt: 1 },
    ]);
  });

  it("makes FD frames of classic data frames when asked, never of remote ones", () => {
    const selection = select(TRACE, { toFd: "brs" });
    expect(framesOf(selection).every(({ fd, brs }) => fd && brs)).toBe(true);
    expect(selection.store.length).toBe(4);
    expect(selection.leftOut.map(({ what }) => what)).toContain(
      "remote frames, which FD format does not have",
    );
  });

  it("wants a gap where there are no stamps", () => {
    const lines = ["  vcan0  123   [2]  11 22", "  vcan0  124   [2]  11 22"];
    expect(select(lines).hasNoStamps).toBe(true);
    const spaced = select(lines, { gapNs: NS_PER_MS });
    expect(spaced.hasNoStamps).toBe(false);
    expect(spaced.store.timeNs(1)).toBe(NS_PER_MS);
  });
});

describe("the store", () => {
  it("gives back what was put in", () => {
    const stored = fc.array(fc.tuple(canFrames, fc.nat({ max: 255 }), fc.integer()));
    fc.assert(
      fc.property(stored, (entries) => {
        const store = new FrameStore();
        for (const [frame, channel, timeNs] of entries) {
          store.add({ timeNs, channel, frame, rawDlc: null });
        }
        for (const [index, [frame, channel, timeNs]] of entries.entries()) {
          expect(store.frame(index)).toEqual(frame);
          expect([store.channel(index), store.timeNs(index)]).toEqual([channel, timeNs]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("grows", () => {
    const store = new FrameStore();
    const frame = fdFrame(1, new Uint8Array(64).fill(7));
    for (let count = 0; count < 5000; count++) {
      store.add({ timeNs: count, channel: 0, frame, rawDlc: null });
    }
    expect(store.frame(4999)).toEqual(frame);
    expect(store.timeNs(4999)).toBe(4999);
  });
});

describe("the schedule", () => {
  const store = select(TRACE).store;

  it("counts from the first frame that is replayed", () => {
    expect(timesOf(new Schedule(store, { busOfChannel: [0, 1] }))).toEqual([
      ["100", 0],
      ["1F334455", 10],
      ["200", 15],
      ["300", 20],
      ["123", 40],
    ]);
    expect(timesOf(new Schedule(store, { busOfChannel: [-1, 0] }))).toEqual([["200", 0]]);
  });

  it("goes faster or slower", () => {
    const times = (speed: number) =>
      timesOf(new Schedule(store, { busOfChannel: [0, 0], speed })).map(([, ms]) => ms);
    expect(times(2)).toEqual([0, 5, 7.5, 10, 20]);
    expect(times(0.5)).toEqual([0, 20, 30, 40, 80]);
  });

  it("repeats: the usual gap and the pause lie between two rounds", () => {
    const options = { busOfChannel: [0, 0], rounds: 3, pauseNs: 5 * NS_PER_MS };
    const schedule = new Schedule(store, options);
    expect(schedule.total).toBe(15);
    expect(schedule.periodNs).toBe(55 * NS_PER_MS);
    expect(timesOf(schedule)[14]).toEqual(["123", 2 * 55 + 40]);
  });

  it("repeats without end", () => {
    const schedule = new Schedule(store, {
      busOfChannel: [0, 0],
      rounds: Number.POSITIVE_INFINITY,
    });
    expect(schedule.total).toBe(Number.POSITIVE_INFINITY);
    expect(timesOf(schedule, 7)[6]?.[0]).toBe("1F334455");
    const nothing = new Schedule(store, {
      busOfChannel: [-1, -1],
      rounds: Number.POSITIVE_INFINITY,
    });
    expect(nothing.total).toBe(0);
  });

  it("takes a stamp that goes back as the one before, on its channel alone", () => {
    const lines = [
      "(5.0) can0 001#",
      "(4.0) can0 002#",
      "(4.5) can1 003#",
      "(5.0) can1 004#",
      "(6.0) can0 005#",
    ];
    const schedule = new Schedule(select(lines).store, { busOfChannel: [0, 1] });
    expect(schedule.backwardStamps).toBe(1);
    expect(timesOf(schedule)).toEqual([
      ["003", 0],
      ["001", 500],
      ["002", 500],
      ["004", 500],
      ["005", 1500],
    ]);
  });

  it("never goes back, whatever the stamps are", () => {
    const times = fc.array(fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.nat({ max: 2 })));
    fc.assert(
      fc.property(times, fc.double({ min: 0.01, max: 100, noNaN: true }), (stamps, speed) => {
        const some = new FrameStore();
        const frame = fdFrame(1, new Uint8Array(0));
        for (const [timeNs, channel] of stamps) some.add({ timeNs, channel, frame, rawDlc: null });
        const schedule = new Schedule(some, { busOfChannel: [0, 1, 0], speed, rounds: 2 });
        let before = 0;
        for (let place = 0; place < schedule.total; place++) {
          expect(schedule.dueNs(place)).toBeGreaterThanOrEqual(before);
          expect(Number.isSafeInteger(schedule.dueNs(place))).toBe(true);
          before = schedule.dueNs(place);
        }
      }),
    );
  });
});

describe("channels and buses", () => {
  const map = (channels: readonly string[], ...texts: readonly string[]) =>
    busesOfChannels(channels, texts.map(parseBusChoice));

  it("go together by name, whatever the order", () => {
    expect(map(["can1", "can0"], "can0", "can1")).toEqual(["can1", "can0"]);
    expect(map(["can1", "can0"], "can0")).toEqual([null, "can0"]);
  });

  it("go together in turn where no name is the same", () => {
    expect(map(["1", "2"], "vcan0", "vcan1")).toEqual(["vcan0", "vcan1"]);
    expect(map(["1", "2"], "vcan0")).toEqual(["vcan0", null]);
  });

  it("go together as the user says", () => {
    expect(map(["1", "2"], "2=vcan0")).toEqual([null, "vcan0"]);
    expect(map(["1", "2", "3"], "2=vcan1", "*=vcan0")).toEqual(["vcan0", "vcan1", "vcan0"]);
    expect(() => parseBusChoice("1=")).toThrow('--bus is "1=": expected an interface');
  });
});

describe("feasibility", () => {
  const frame = fdFrame(0x123, new Uint8Array(8));
  const durationNs = frameDurationNs(frame, RATES);
  const scheduleOf = (gapNs: number, count = 4) => {
    const store = new FrameStore();
    for (let index = 0; index < count; index++) {
      store.add({ timeNs: index * gapNs, channel: 0, frame, rawDlc: null });
    }
    return new Schedule(store, { busOfChannel: [0] });
  };

  it("is exact to the bit", () => {
    const [half] = feasibilityOf(scheduleOf(2 * durationNs, 1000), [RATES]);
    expect(half).toMatchObject({ frames: 1000, busyNs: 1000 * durationNs, behindNs: 0 });
    expect(half?.load).toBeCloseTo(0.5, 2);
    const [full] = feasibilityOf(scheduleOf(durationNs), [RATES]);
    expect(full).toMatchObject({ load: 1, behindNs: 0, overlapping: 0 });
  });

  it("says how far behind a bus falls that is asked for too much", () => {
    const [twice] = feasibilityOf(scheduleOf(Math.floor(durationNs / 2)), [RATES]);
    expect(twice?.load).toBeGreaterThan(1.5);
    expect(twice?.overlapping).toBe(3);
    expect(twice?.behindNs).toBe(3 * (durationNs - Math.floor(durationNs / 2)));
  });

  it("is not known without bit rates", () => {
    expect(feasibilityOf(scheduleOf(1), [null])).toEqual([null]);
  });
});

describe("lateness", () => {
  it("has percentiles that are right to three per cent, and an exact maximum", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10 ** 9 }), { minLength: 1 }), (values) => {
        const lateness = new Lateness();
        for (const value of values) lateness.add(value);
        const sorted = [...values].sort((a, b) => a - b);
        const rank = (percent: number) =>
          sorted[Math.ceil((percent * sorted.length) / 100) - 1] as number;
        const { p50Ns, p99Ns, maxNs, count, classes } = lateness.summary;
        for (const [found, exact] of [
          [p50Ns, rank(50)],
          [p99Ns, rank(99)],
        ] as const) {
          expect(found).toBeGreaterThanOrEqual(exact);
          expect(found).toBeLessThanOrEqual(exact * 1.035);
        }
        expect(maxNs).toBe(sorted.at(-1));
        expect(count).toBe(values.length);
        expect(classes.reduce((sum, each) => sum + each.count, 0)).toBe(values.length);
      }),
    );
  });

  it("is nothing where nothing was sent", () => {
    expect(new Lateness().summary).toMatchObject({ count: 0, p50Ns: null, maxNs: null });
  });
});

describe("words of the command line", () => {
  it("are identifiers of three or eight digits", () => {
    expect(parseIdentifier("7FF")).toEqual({ id: 0x7ff, extended: false });
    expect(parseIdentifier("000007ff")).toEqual({ id: 0x7ff, extended: true });
    for (const text of ["", "8FF0", "800", "12", "20000000", "xyz"]) {
      expect(parseIdentifier(text)).toBeNull();
    }
    for (const text of ["200-100", "100-00000200", "1-2-3", "-"]) {
      expect(parseIdentifierRange(text)).toBeNull();
    }
  });

  it("are bit rates", () => {
    expect(parseBitRates("500k/2M")).toEqual(RATES);
    expect(parseBitRates("83.333k")?.nominalBitrateBps).toBe(83_333);
    expect(parseBitRates("1M")).toEqual({ nominalBitrateBps: 1e6, dataBitrateBps: 1e6 });
    for (const text of ["", "0", "500", "1G", "1M/2M/3M", "/2M", "90M", "-1k"]) {
      expect(parseBitRates(text)).toBeNull();
    }
    for (const text of ["500k/2M", "1M", "83.333k", "1.5M", "33.3k"]) {
      const rates = parseBitRates(text);
      expect(rates && parseBitRates(bitRatesText(rates))).toEqual(rates);
    }
  });
});

describe("frames for a load", () => {
  const ids = { first: 0x100, last: 0x7ff, extended: false };
  const options = {
    seed: 7,
    rates: RATES,
    load: 0.3,
    durationNs: 1e9,
    ids,
    format: "brs",
  } as const;

  it("take the share of the bus that was asked for, to the bit", () => {
    for (const format of ["classic", "fd", "brs"] as const) {
      const store = loadFrames({ ...options, format });
      const schedule = new Schedule(store, { busOfChannel: [0] });
      const [found] = feasibilityOf(schedule, [RATES]);
      expect(found?.load).toBeCloseTo(0.3, 2);
      expect(found?.overlapping).toBe(0);
    }
  });

  it("fill the bus without a gap at 100 %", () => {
    const schedule = new Schedule(loadFrames({ ...options, load: 1 }), { busOfChannel: [0] });
    expect(feasibilityOf(schedule, [RATES])).toMatchObject([{ load: 1, behindNs: 0 }]);
  });

  it("are the same for the same seed, and have the identifiers that were asked for", () => {
    const texts = (seed: number) => {
      const store = loadFrames({ ...options, seed });
      return Array.from({ length: store.length }, (_, index) => store.frame(index));
    };
    expect(texts(1)).toEqual(texts(1));
    expect(texts(1)).not.toEqual(texts(2));
    expect(texts(1).every(({ id }) => id >= 0x100 && id <= 0x7ff)).toBe(true);
  });
});
