/** Frames that nobody acknowledges: a lone station, and stations that only listen. */

import { beforeEach, describe, expect, it } from "vitest";
import { BusModel } from "../../../rig/core/can/bus.ts";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import { BusRecorder, drain } from "../../support/bus-recorder.ts";

const RATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000 };
const FRAME = fdFrame(0x100, Uint8Array.of(1));

let recorder: BusRecorder;
let lone: BusModel;

beforeEach(() => {
  recorder = new BusRecorder();
  lone = new BusModel({ ...RATES, stations: [0] }, recorder);
});

describe("a lone station", () => {
  it("is error-passive after 16 attempts and never bus-off", () => {
    lone.send(0, FRAME, 1, 0);
    drain(lone);
    expect(lone.errorState(0)).toMatchObject({ state: "error-passive", tec: 128 });
    expect(recorder.states).toHaveLength(1);
    lone.advance(3600e9);
    expect(lone.errorState(0)).toMatchObject({ state: "error-passive", tec: 128 });
  });

  it("repeats for ever without costing an event each time", () => {
    lone.send(0, FRAME, 1, 0);
    lone.advance(1e9);
    const { unacknowledged, busyNs } = lone.counters;
    lone.advance(3601e9);
    const attempts = lone.counters.unacknowledged - unacknowledged;
    const attemptNs = (lone.counters.busyNs - busyNs) / attempts;
    // All the time is an attempt or the eight bits of suspension after it.
    expect(attempts * (attemptNs + 8000)).toBeCloseTo(3600e9, -6);
    expect(attempts).toBeGreaterThan(40_000_000);
    expect(recorder.errors.length).toBeLessThan(20);
  });

  it("gets its frame through, as a passive one, with the first attempt that is heard whole", () => {
    lone.send(0, FRAME, 1, 0);
    lone.advance(10e9);
    lone.attach(1, 10e9);
    expect(lone.nextNs()).toBeGreaterThanOrEqual(10e9);
    drain(lone);
    const [delivered] = recorder.of("delivered");
    expect(delivered?.frame).toEqual({ ...FRAME, esi: true });
    expect(delivered?.timeNs).toBeGreaterThan(10e9);
    expect(delivered?.timeNs).toBeLessThan(10e9 + 200_000);
    expect(lone.errorState(0)).toMatchObject({ state: "error-active", tec: 127 });
    expect(recorder.stations("transmitted")).toEqual([0]);
  });

  it("can be disturbed at any time of an attempt, and goes on in its rhythm", () => {
    const periodNs = periodOf(new BusModel({ ...RATES, stations: [0] }, new BusRecorder()));
    for (let offsetNs = 0; offsetNs < periodNs + 2000; offsetNs += 997) {
      const heard = new BusRecorder();
      const bus = new BusModel({ ...RATES, stations: [0] }, heard);
      bus.send(0, FRAME, 1, 0);
      bus.advance(5e6);
      bus.attach(1, 5e6 + offsetNs);
      expect(bus.nextNs()).toBeGreaterThanOrEqual(5e6 + offsetNs);
      drain(bus);
      const [delivered] = heard.of("delivered");
      expect(delivered?.timeNs).toBeGreaterThan(5e6 + offsetNs);
      expect(delivered?.timeNs).toBeLessThan(5e6 + offsetNs + 2 * periodNs);
    }
  });

  it("is not harmed in the past by an error source when it is disturbed", () => {
    const periodNs = periodOf(new BusModel({ ...RATES, stations: [0] }, new BusRecorder()));
    for (let offsetNs = 0; offsetNs < periodNs; offsetNs += 997) {
      const bus = new BusModel({ ...RATES, stations: [0] }, new BusRecorder());
      bus.send(0, FRAME, 1, 0);
      bus.advance(5e6);
      bus.setErrorSource(() => [{ stations: 1, bit: 3, kind: "bit" }]);
      bus.send(0, FRAME, 2, 5e6 + offsetNs);
      expect(bus.nextNs()).toBeGreaterThanOrEqual(5e6 + offsetNs);
    }
  });

  it("sends a better frame before the one that it repeats", () => {
    lone.send(0, FRAME, 1, 0);
    lone.advance(1e9);
    lone.send(0, fdFrame(0x001, new Uint8Array(0)), 2, 1e9);
    lone.advance(2e9);
    lone.attach(1, 2e9);
    drain(lone);
    expect(recorder.of("transmitted").map((event) => event.token)).toEqual([2, 1]);
  });

  it("cannot take its frame back in the middle of an attempt, but can be reset", () => {
    lone.send(0, FRAME, 1, 0);
    lone.advance(1e9);
    expect(lone.cancel(0, 1)).toBe(false);
    expect(lone.clear(0, 1e9)).toBe(1);
    drain(lone);
    expect(lone.errorState(0)).toMatchObject({ state: "error-active", tec: 0 });
    expect(recorder.events).toEqual([]);
  });

  it("repeats in its old place when its last listener went away in mid-frame", () => {
    const pair = new BusModel({ ...RATES, stations: [0, 1] }, recorder);
    pair.send(0, fdFrame(0x100, Uint8Array.of(1)), 1, 0);
    pair.send(0, fdFrame(0x100, Uint8Array.of(2)), 2, 0);
    pair.advance(0);
    pair.detach(1, 10);
    drain(pair);
    expect(recorder.events).toEqual([]);
    pair.attach(1, 1_000_000);
    drain(pair);
    expect(recorder.of("transmitted").map((event) => event.token)).toEqual([1, 2]);
  });

  it("gives up after one attempt in one-shot mode", () => {
    lone.setOneShot(0, true, 0);
    lone.send(0, FRAME, 1, 0);
    drain(lone);
    expect(recorder.of("aborted").map((event) => event.token)).toEqual([1]);
    expect(lone.errorState(0).tec).toBe(8);
  });
});

describe("listen-only stations", () => {
  it("starve a sender of acknowledgement, yet get its frames once its flags are passive", () => {
    const bus = new BusModel({ ...RATES, stations: [0, 1, 2] }, recorder);
    for (const station of [1, 2]) bus.setListenOnly(station, true, 0);
    bus.send(0, FRAME, 1, 0);
    bus.advance(2e6);
    expect(bus.errorState(0)).toMatchObject({ state: "error-passive", tec: 128 });
    expect(recorder.of("delivered").length).toBeGreaterThan(10);
    expect(recorder.of("transmitted")).toEqual([]);
    bus.setListenOnly(2, false, 2e6);
    drain(bus);
    expect(recorder.of("transmitted")).toHaveLength(1);
  });

  it("send nothing until they take part again", () => {
    const bus = new BusModel({ ...RATES, stations: [0, 1] }, recorder);
    bus.setListenOnly(0, true, 0);
    bus.send(0, FRAME, 1, 0);
    expect(bus.nextNs()).toBe(Number.POSITIVE_INFINITY);
    bus.setListenOnly(0, false, 500);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1]);
  });
});

function periodOf(bus: BusModel): number {
  bus.send(0, FRAME, 1, 0);
  bus.advance(1e9);
  const before = bus.counters.unacknowledged;
  bus.advance(2e9);
  return 1e9 / (bus.counters.unacknowledged - before);
}
