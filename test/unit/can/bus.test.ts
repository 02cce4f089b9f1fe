/** The bus model: times, arbitration, queues, delivery, acknowledgement. */

import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { arbitrationKey } from "../../../rig/core/can/arbitration.ts";
import { frameBits, frameDurationNs, totalBits } from "../../../rig/core/can/bit-count.ts";
import { BusModel } from "../../../rig/core/can/bus.ts";
import { type CanFrame, fdFrame } from "../../../rig/core/can/frame.ts";
import { BusRecorder, drain } from "../../support/bus-recorder.ts";
import { aFrame, canFrames } from "../../support/can-frames.ts";

const RATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000 };
const INTERMISSION_NS = 3000;

let recorder: BusRecorder;
let bus: BusModel;

beforeEach(() => {
  recorder = new BusRecorder();
  bus = new BusModel({ ...RATES, stations: [0, 1, 2, 14] }, recorder);
});

function frame(id: number, ...bytes: number[]): CanFrame {
  return fdFrame(id, Uint8Array.from(bytes));
}

describe("times", () => {
  it("starts at once on an idle bus and ends an intermission before the bus is free", () => {
    const first = frame(0x100, 1, 2, 3);
    bus.send(0, first, 7, 5000);
    expect(bus.nextNs()).toBe(5000);
    drain(bus);
    const endNs = 5000 + frameDurationNs(first, RATES) - INTERMISSION_NS;
    expect(recorder.events).toEqual([
      { kind: "observed", station: 0, frame: first, timeNs: endNs },
      { kind: "delivered", station: 1, frame: first, timeNs: endNs },
      { kind: "delivered", station: 2, frame: first, timeNs: endNs },
      { kind: "delivered", station: 14, frame: first, timeNs: endNs },
      { kind: "transmitted", station: 0, frame: first, timeNs: endNs, token: 7 },
    ]);
  });

  it("has nothing due while idle", () => {
    expect(bus.nextNs()).toBe(Number.POSITIVE_INFINITY);
    bus.send(0, frame(1), 1, 0);
    drain(bus);
    expect(bus.nextNs()).toBe(Number.POSITIVE_INFINITY);
  });

  it("keeps an answer sent within the intermission until the bus is free", () => {
    const answer = frame(0x200);
    recorder.react = ({ kind, station, timeNs }) => {
      if (kind === "delivered" && station === 1) bus.send(1, answer, 2, timeNs + 1000);
    };
    const first = frame(0x100);
    bus.send(0, first, 1, 0);
    drain(bus);
    const [, second] = recorder.of("observed");
    const startNs = frameDurationNs(first, RATES);
    expect(second?.timeNs).toBe(startNs + frameDurationNs(answer, RATES) - INTERMISSION_NS);
  });

  it("does everything due when it is called late", () => {
    for (let i = 0; i < 10; i++) bus.send(i % 3, frame(0x100 + i), i, 0);
    bus.advance(1e9);
    expect(recorder.of("transmitted")).toHaveLength(10);
    expect(bus.counters.frames).toBe(10);
    expect(recorder.events.at(-1)?.timeNs).toBe(bus.counters.busyNs - INTERMISSION_NS);
  });

  it("counts frames, bits and busy time", () => {
    const sent = [frame(0x100, 1), frame(0x101, 2)];
    sent.forEach((each, i) => {
      bus.send(0, each, i, 0);
    });
    drain(bus);
    expect(bus.counters).toMatchObject({
      frames: 2,
      bits: sent.reduce((sum, each) => sum + totalBits(frameBits(each)), 0),
      busyNs: sent.reduce((sum, each) => sum + frameDurationNs(each, RATES), 0),
    });
  });
});

describe("arbitration", () => {
  it("sends all frames in order of priority, those of one identifier in order of sending", () => {
    const sends = fc.array(fc.record({ station: fc.nat(2), frame: canFrames }), { maxLength: 40 });
    fc.assert(
      fc.property(sends, (list) => {
        const heard = new BusRecorder();
        const model = new BusModel({ ...RATES, stations: [0, 1, 2, 3] }, heard);
        const owners = new Map<number, number>();
        const accepted = list.filter(({ station, frame: each }, i) => {
          const key = arbitrationKey(each);
          const owner = owners.get(key) ?? station;
          owners.set(key, owner);
          return owner === station && model.send(station, each, i, 100);
        });
        drain(model);
        const expected = accepted
          .map(({ frame: each }) => each)
          .sort((a, b) => arbitrationKey(a) - arbitrationKey(b));
        expect(heard.of("observed").map((event) => event.frame)).toEqual(expected);
        const sumNs = expected.reduce((sum, each) => sum + frameDurationNs(each, RATES), 0);
        expect(model.counters.busyNs).toBe(sumNs);
      }),
      { numRuns: 200, seed: 61 },
    );
  });

  it("lets a better frame that comes during a frame overtake waiting ones", () => {
    bus.send(0, frame(0x300), 1, 0);
    bus.send(0, frame(0x301), 2, 0);
    bus.advance(0);
    bus.send(1, frame(0x001), 3, 10);
    drain(bus);
    expect(recorder.of("transmitted").map((event) => event.token)).toEqual([1, 3, 2]);
  });

  it("carries the same frame of two stations once, and both have sent it", () => {
    bus.send(0, aFrame({ remote: true }), 1, 0);
    bus.send(1, aFrame({ remote: true }), 2, 0);
    drain(bus);
    expect(recorder.of("observed")).toHaveLength(1);
    expect(recorder.stations("delivered")).toEqual([2, 14]);
    expect(recorder.stations("transmitted")).toEqual([0, 1]);
  });

  it("lets different frames with the same identifier collide until one of them is passive", () => {
    bus.send(0, frame(0x100, 1), 1, 0);
    bus.send(1, frame(0x100, 2), 2, 0);
    bus.send(2, frame(0x101), 3, 0);
    drain(bus);
    // Sixteen times both see the other's flag; then the one with the recessive bit is passive, and
    // its flag harms nobody any more.
    expect(bus.counters.collisions).toBe(17);
    // Passive senders are silent for a while, so that the worse identifier has its turn first.
    expect(recorder.of("transmitted").map((event) => event.token)).toEqual([3, 1, 2]);
    expect(recorder.of("aborted")).toEqual([]);
    expect(recorder.states.map(({ station, counters }) => [station, counters.state])).toEqual([
      [1, "error-passive"],
      [0, "error-passive"],
      [0, "error-active"],
    ]);
    expect([0, 1].map((station) => bus.errorState(station).tec)).toEqual([127, 135]);
  });

  it("sends a station bus-off that meets its own identifier in each of its attempts", () => {
    bus.send(1, frame(0x100, 2), 2, 0);
    let attacks = 0;
    for (let steps = 0; steps < 1000 && bus.errorState(1).state !== "bus-off"; steps++) {
      if (recorder.of("transmitted").length === attacks) {
        // With the victim, which is silent for a while after each attempt.
        bus.send(0, frame(0x100, 1), attacks++, bus.nextNs());
      }
      bus.advance(bus.nextNs());
    }
    expect(bus.errorState(1)).toMatchObject({ state: "bus-off", tec: 256 });
    expect(bus.counters.collisions).toBe(32);
    expect(bus.errorState(0).state).toBe("error-active");
  });
});

describe("the transmit queue", () => {
  it("gives a waiting frame back, but not one on the wire or gone", () => {
    bus.send(0, frame(0x100), 1, 0);
    bus.send(0, frame(0x101), 2, 0);
    bus.advance(0);
    expect(bus.waitingFrames(0)).toBe(1);
    expect(bus.cancel(0, 1)).toBe(false);
    expect(bus.cancel(0, 2)).toBe(true);
    expect(bus.cancel(0, 2)).toBe(false);
    drain(bus);
    expect(recorder.of("transmitted").map((event) => event.token)).toEqual([1]);
  });

  it("refuses frames above its capacity", () => {
    const small = new BusModel({ ...RATES, stations: [0, 1], queueCapacity: 2 }, recorder);
    const taken = [0, 1, 2].map((token) => small.send(0, frame(0x100), token, 0));
    expect(taken).toEqual([true, true, false]);
    expect(small.counters.refused).toBe(1);
  });

  it("lets no more frames compete than a station has mailboxes", () => {
    const options = { ...RATES, stations: [0, 1], mailboxes: 2, queueCapacity: 4 };
    const small = new BusModel(options, recorder);
    const ids = [0x300, 0x200, 0x100, 0x001];
    ids.forEach((id, token) => {
      small.send(0, frame(id), token, 0);
    });
    expect(small.waitingFrames(0)).toBe(4);
    expect(small.cancel(0, 2)).toBe(true);
    small.advance(0);
    expect(small.send(0, frame(0x002), 4, 0)).toBe(true);
    drain(small);
    // 0x200 is on the wire when 0x001 and 0x002 wait; only the first gets its mailbox.
    expect(recorder.of("transmitted").map((event) => event.frame.id)).toEqual([
      0x200, 0x001, 0x002, 0x300,
    ]);
  });

  it("refuses what no frame can be, as a mistake of the caller", () => {
    expect(() => bus.send(0, aFrame({ error: true }), 1, 0)).toThrow("error frame");
    const nine = new Uint8Array(9);
    expect(() => bus.send(0, aFrame({ data: nine }), 1, 0)).toThrow("length");
    expect(() => bus.send(0, aFrame({ fd: true, data: nine }), 1, 0)).toThrow("length");
  });
});

describe("power", () => {
  it("destroys the frame on the wire and the waiting ones of a sender that goes off", () => {
    bus.send(0, frame(0x100), 1, 0);
    bus.send(0, frame(0x101), 2, 0);
    bus.send(1, frame(0x102), 3, 0);
    bus.advance(0);
    expect(bus.detach(0, 20_000)).toBe(2);
    expect(bus.isAttached(0)).toBe(false);
    // Six bits to see it, six of error flag, eight of delimiter, three of intermission.
    expect(bus.nextNs()).toBe(20_000 + 23_000);
    drain(bus);
    expect(recorder.of("transmitted").map((event) => event.token)).toEqual([3]);
    expect(recorder.stations("delivered")).toEqual([2, 14]);
    expect(bus.counters.destroyed).toBe(1);
    expect([1, 2].map((station) => bus.errorState(station).rec)).toEqual([1, 0]);
  });

  it("refuses frames of a station that is off", () => {
    bus.detach(0, 0);
    expect(bus.send(0, frame(0x100), 1, 0)).toBe(false);
    expect(bus.counters.refused).toBe(1);
  });

  it("gives a frame only to stations that were there from its first bit to its last", () => {
    bus.detach(2, 0);
    bus.send(0, frame(0x100), 1, 0);
    bus.advance(0);
    bus.attach(2, 10);
    bus.detach(1, 20);
    bus.attach(1, 30);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([14]);
  });

  it("tells a sender nothing that a listener switched off at the end of its frame", () => {
    recorder.react = (event) => {
      if (event.kind === "delivered" && event.station === 1) {
        bus.detach(0, event.timeNs);
        bus.detach(2, event.timeNs);
      }
    };
    bus.send(0, frame(0x100), 1, 0);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 14]);
    expect(recorder.of("transmitted")).toEqual([]);
  });
});
