/** A bus held at one level: what doesn't get through, and what the error counters do. */

import { beforeEach, describe, expect, it } from "vitest";
import { frameDurationNs } from "../../../rig/core/can/bit-count.ts";
import { BusModel } from "../../../rig/core/can/bus.ts";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import { BusRecorder, drain } from "../../support/bus-recorder.ts";

const RATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000 };
const FRAME = fdFrame(0x100, Uint8Array.of(1, 2, 3));

let recorder: BusRecorder;
let bus: BusModel;

beforeEach(() => {
  recorder = new BusRecorder();
  bus = new BusModel({ ...RATES, stations: [0, 1, 2] }, recorder);
});

describe("a dominant bus", () => {
  it("makes idle stations error-passive, never bus-off, and lets nothing through", () => {
    bus.setStuck("dominant", 0);
    bus.send(0, FRAME, 1, 10);
    bus.advance(1e9);
    expect(bus.nextNs()).toBe(Number.POSITIVE_INFINITY);
    expect([0, 1, 2].map((station) => bus.errorState(station))).toMatchObject([
      { state: "error-passive", tec: 0, rec: 255 },
      { state: "error-passive", tec: 0, rec: 255 },
      { state: "error-passive", tec: 0, rec: 255 },
    ]);
    expect(recorder.events).toEqual([]);
    expect(recorder.errors).toHaveLength(1);
    // 9 for the error, then eight for each eight bits: above 127 after 15 of them.
    expect(recorder.states[0]?.timeNs).toBe((20 + 14 * 8) * 1000);
  });

  it("sends the sender bus-off whose frame it hits", () => {
    bus.send(0, FRAME, 1, 0);
    bus.advance(0);
    bus.setStuck("dominant", 10_000);
    bus.advance(1e9);
    expect(bus.errorState(0)).toMatchObject({ state: "bus-off", tec: 256 });
    expect(bus.errorState(1)).toMatchObject({ state: "error-passive", rec: 255 });
    const [off] = recorder.states.filter(({ counters }) => counters.state === "bus-off");
    expect(off?.timeNs).toBe(10_000 + (20 + 30 * 8) * 1000);
  });

  it("carries what waits once it is let go, after delimiter and intermission", () => {
    bus.setStuck("dominant", 0);
    bus.send(0, FRAME, 1, 10);
    bus.advance(50_000);
    bus.setStuck(null, 50_000);
    drain(bus);
    const [sent] = recorder.of("transmitted");
    expect(sent?.timeNs).toBe(50_000 + 11_000 + frameDurationNs(FRAME, RATES) - 3000);
  });

  it("keeps a bus-off station from coming back", () => {
    bus.forceErrorCounters(2, 256, 0, 0);
    bus.setStuck("dominant", 0);
    bus.restart(2, 0);
    bus.advance(1e9);
    expect(bus.errorState(2).state).toBe("bus-off");
    bus.setStuck(null, 1e9);
    bus.advance(1.1e9);
    expect(bus.errorState(2).state).toBe("error-active");
  });
});

describe("a recessive bus", () => {
  it("harms nobody while nobody sends", () => {
    bus.setStuck("recessive", 0);
    bus.advance(1e9);
    expect(recorder.states).toEqual([]);
  });

  it("sends whoever wants to send bus-off, one after the other alike", () => {
    bus.setStuck("recessive", 0);
    bus.send(0, FRAME, 1, 0);
    bus.send(1, fdFrame(0x200, new Uint8Array(0)), 2, 0);
    drain(bus);
    expect([0, 1, 2].map((station) => bus.errorState(station).state)).toEqual([
      "bus-off",
      "bus-off",
      "error-active",
    ]);
    expect(recorder.events).toEqual([]);
    // The first error and sixteen bits of flag that fail, then one error for each attempt.
    expect(recorder.errors).toHaveLength(17);
  });

  it("breaks off a frame, and its receivers' flags fail as well", () => {
    bus.send(0, FRAME, 1, 0);
    bus.advance(0);
    bus.setStuck("recessive", 10_000);
    expect([0, 1].map((station) => bus.errorState(station))).toMatchObject([
      { state: "error-passive", tec: 128 },
      { state: "error-passive", rec: 129 },
    ]);
    bus.setStuck(null, 20_000);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2]);
  });
});
