/** Error frames on the bus: what they cost, what they count, and the way to bus-off and back. */

import { beforeEach, describe, expect, it } from "vitest";
import { frameBits, frameDurationNs } from "../../../rig/core/can/bit-count.ts";
import { bitEndNs, lastBit } from "../../../rig/core/can/bit-position.ts";
import { BusModel, type BusOptions } from "../../../rig/core/can/bus.ts";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import { formatCandumpFrame } from "../../../rig/core/trace/candump.ts";
import { BusRecorder, drain } from "../../support/bus-recorder.ts";

const BIT_NS = 1000;
const RATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000 };
const FRAME = fdFrame(0x100, Uint8Array.of(1, 2, 3));
const BITS = frameBits(FRAME);
const ALL = 0xffff;

let recorder: BusRecorder;
let bus: BusModel;

function makeBus(options: Partial<BusOptions> = {}): void {
  recorder = new BusRecorder();
  bus = new BusModel({ ...RATES, stations: [0, 1, 2], ...options }, recorder);
}

/** Hits so many frames of station 0 in their data. */
function hitSender(times: number): void {
  let left = times;
  bus.setErrorSource((senders) =>
    (senders & 1) !== 0 && left-- > 0 ? [{ bit: 30, stations: 1, kind: "bit" }] : null,
  );
}

beforeEach(() => makeBus());

describe("an error frame", () => {
  it("follows an error at once, lasts for flags, delimiter and intermission, and is told once", () => {
    const starts: number[] = [];
    const bit = lastBit(BITS) - 12;
    bus.setErrorSource((_senders, _frame, _bits, timeNs) => {
      starts.push(timeNs);
      return starts.length === 1 ? [{ bit, stations: ALL, kind: "form" }] : null;
    });
    bus.send(0, FRAME, 1, 5000);
    drain(bus);
    const errorNs = 5000 + bitEndNs(BITS, bit, RATES);
    // All see it in the same bit, so that their flags lie over each other.
    expect(starts).toEqual([5000, errorNs + (6 + 8 + 3) * BIT_NS]);
    expect(recorder.errors.map(({ timeNs }) => timeNs)).toEqual([errorNs]);
    expect([0, 1, 2].map((station) => bus.errorState(station))).toMatchObject([
      { tec: 7, rec: 0 },
      { tec: 0, rec: 0 },
      { tec: 0, rec: 0 },
    ]);
    expect(bus.counters).toMatchObject({ frames: 1, errorFrames: 1 });
  });

  it("counts eight more for the receiver that saw it first", () => {
    bus.setErrorSource((_senders, _frame, _bits, timeNs) =>
      timeNs === 0 ? [{ bit: 10, stations: 0b10, kind: "stuff" }] : null,
    );
    bus.send(0, FRAME, 1, 0);
    drain(bus);
    expect([1, 2].map((station) => bus.errorState(station).rec)).toEqual([8, 0]);
  });

  it("can stand in a capture as SocketCAN has it", () => {
    bus.setErrorSource((_senders, _frame, _bits, timeNs) =>
      timeNs === 0 ? [{ bit: lastBit(BITS) - 9, stations: 0b100, kind: "form" }] : null,
    );
    bus.send(0, FRAME, 1, 0);
    drain(bus);
    const [error] = recorder.errors;
    expect(error?.detail).toMatchObject({ kind: "form", station: 2, isTransmitter: false });
    // A form error in the delimiter of the check sequence, by the eyes of a receiver.
    expect(formatCandumpFrame(error?.detail.frame ?? FRAME)).toBe("20000288#0000021800000009");
  });
});

describe("a station in trouble", () => {
  it("is passive after 16 errors, says so in its frames, and leaves others the first go", () => {
    hitSender(16);
    bus.send(0, FRAME, 1, 0);
    bus.send(1, fdFrame(0x200, new Uint8Array(0)), 2, 0);
    drain(bus);
    expect(recorder.states[0]).toMatchObject({
      station: 0,
      counters: { state: "error-passive", tec: 128 },
    });
    // The worse identifier of station 1 went first: station 0 was silent for eight bits.
    expect(recorder.of("observed").map(({ frame }) => [frame.id, frame.esi])).toEqual([
      [0x200, false],
      [0x100, true],
    ]);
    expect(recorder.states[1]).toMatchObject({ counters: { state: "error-active", tec: 127 } });
    expect(recorder.errors).toHaveLength(16);
  });

  it("is bus-off after 32 errors, and neither sends nor receives nor acknowledges", () => {
    makeBus({ stations: [0, 1] });
    hitSender(32);
    bus.send(0, FRAME, 1, 0);
    drain(bus);
    expect(bus.errorState(0)).toMatchObject({ state: "bus-off", tec: 256 });
    expect(bus.waitingFrames(0)).toBe(1);
    bus.send(1, FRAME, 2, 1e9);
    bus.advance(2e9);
    expect(recorder.events).toEqual([]);
    expect(bus.errorState(1).state).toBe("error-passive");
  });

  it("empties its queue in bus-off when it is set so", () => {
    makeBus({ busOffQueue: "abort" });
    hitSender(32);
    for (const token of [1, 2, 3]) bus.send(0, FRAME, token, 0);
    drain(bus);
    expect(recorder.of("aborted").map((event) => event.token)).toEqual([1, 2, 3]);
    expect(bus.waitingFrames(0)).toBe(0);
  });

  it("comes back from bus-off after a restart and 128 times 11 recessive bits", () => {
    hitSender(32);
    bus.send(0, FRAME, 1, 0);
    drain(bus);
    bus.advance(1e9);
    expect(bus.errorState(0).state).toBe("bus-off");
    bus.restart(0, 1e9);
    drain(bus);
    const backNs = 1e9 + 128 * 11 * BIT_NS;
    expect(recorder.states.at(-1)).toMatchObject({ counters: { tec: 0 }, timeNs: backNs });
    const [sent] = recorder.of("transmitted");
    expect(sent?.timeNs).toBe(backNs + frameDurationNs(FRAME, RATES) - 3 * BIT_NS);
  });

  it("needs 128 frames for that on a full bus", () => {
    makeBus({ busOffRestartNs: 0 });
    hitSender(32);
    bus.send(0, FRAME, 1, 0);
    let good = 0;
    recorder.react = ({ kind, station, timeNs }) => {
      if (kind !== "transmitted" || station !== 1) return;
      if (bus.errorState(0).state === "bus-off") good++;
      if (good < 500) bus.send(1, fdFrame(0x300, new Uint8Array(8)), 2, timeNs);
    };
    for (let steps = 0; steps < 200 && bus.errorState(0).state !== "bus-off"; steps++) {
      bus.advance(bus.nextNs());
    }
    bus.send(1, fdFrame(0x300, new Uint8Array(8)), 2, recorder.states.at(-1)?.timeNs ?? 0);
    for (let steps = 0; steps < 2000 && recorder.stations("transmitted").at(-1) !== 0; steps++) {
      bus.advance(bus.nextNs());
    }
    expect(good).toBeGreaterThanOrEqual(127);
    expect(good).toBeLessThanOrEqual(129);
  });

  it("restarts by itself after its delay, with its frames", () => {
    makeBus({ busOffRestartNs: 100e6 });
    hitSender(32);
    bus.send(0, FRAME, 1, 0);
    drain(bus);
    const offNs = recorder.states.find(({ counters }) => counters.state === "bus-off")?.timeNs ?? 0;
    expect(recorder.states.at(-1)?.timeNs).toBe(offNs + 100e6 + 128 * 11 * BIT_NS);
    expect(recorder.stations("transmitted")).toEqual([0]);
  });

  it("has clean counters after a reset of its controller or a loss of power", () => {
    hitSender(32);
    bus.send(0, FRAME, 1, 0);
    drain(bus);
    expect(bus.clear(0, 1e9)).toBe(1);
    expect(bus.errorState(0)).toMatchObject({ state: "error-active", tec: 0 });
    bus.forceErrorCounters(0, 200, 0, 1e9);
    bus.detach(0, 1e9);
    bus.attach(0, 2e9);
    expect(bus.errorState(0)).toMatchObject({ state: "error-active", tec: 0 });
  });

  it("gives a frame up in one-shot mode instead of repeating it", () => {
    bus.setOneShot(0, true, 0);
    hitSender(1);
    bus.send(0, FRAME, 1, 0);
    bus.send(0, FRAME, 2, 0);
    drain(bus);
    expect(recorder.of("aborted").map((event) => event.token)).toEqual([1]);
    expect(recorder.of("transmitted").map((event) => event.token)).toEqual([2]);
  });
});
