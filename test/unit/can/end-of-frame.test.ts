/**
 * The last two bits of a frame: receivers accept at the last but one, the transmitter at the last.
 * Hits there give double receives (inconsistent message duplicates) and omissions.
 */

import { beforeEach, describe, expect, it } from "vitest";
import { frameBits } from "../../../rig/core/can/bit-count.ts";
import { lastBit, lastButOneBit } from "../../../rig/core/can/bit-position.ts";
import { BusModel } from "../../../rig/core/can/bus.ts";
import type { BitHit } from "../../../rig/core/can/error-signalling.ts";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import { BusRecorder, drain } from "../../support/bus-recorder.ts";

const FRAME = fdFrame(0x100, Uint8Array.of(1, 2, 3));
const BITS = frameBits(FRAME);
const LAST = lastBit(BITS);
const LAST_BUT_ONE = lastButOneBit(BITS);
const SENDER = 0b0001;
const ALL = 0b1111;

let recorder: BusRecorder;
let bus: BusModel;

beforeEach(() => {
  recorder = new BusRecorder();
  bus = new BusModel(
    { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000, stations: [0, 1, 2, 3] },
    recorder,
  );
});

/** Sends one frame from station 0 whose first attempt is hit. */
function send(...hits: BitHit[]): void {
  let isFirst = true;
  bus.setErrorSource(() => {
    if (!isFirst) return null;
    isFirst = false;
    return hits;
  });
  bus.send(0, FRAME, 1, 0);
}

/** The sender loses power as soon as the first receiver has the frame. */
function dieAfterFirstDelivery(): void {
  recorder.react = ({ kind, timeNs }) => {
    if (kind === "delivered" && bus.isAttached(0)) bus.detach(0, timeNs);
  };
}

describe("a dominant last bit", () => {
  const hit: BitHit = { bit: LAST, stations: ALL, kind: "form" };

  it("gives every receiver the frame twice", () => {
    send(hit);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2, 3, 1, 2, 3]);
    expect(recorder.stations("transmitted")).toEqual([0]);
    expect(recorder.of("observed")).toHaveLength(2);
    expect(bus.errorState(0).tec).toBe(7);
    // Receivers have an overload condition there, which counts nothing.
    expect([1, 2, 3].map((station) => bus.errorState(station).rec)).toEqual([0, 0, 0]);
  });

  it("gives every receiver the frame once when the transmitter dies", () => {
    send(hit);
    dieAfterFirstDelivery();
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2, 3]);
    expect(recorder.stations("transmitted")).toEqual([]);
  });

  it("has a one-shot transmitter give up a frame that all have", () => {
    bus.setOneShot(0, true, 0);
    send(hit);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2, 3]);
    expect(recorder.stations("aborted")).toEqual([0]);
  });

  it("harms nothing when only receivers see it", () => {
    send({ ...hit, stations: ALL & ~SENDER });
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2, 3]);
    expect(recorder.stations("transmitted")).toEqual([0]);
    expect(recorder.errors).toEqual([]);
  });
});

describe("a dominant last-but-one bit at one receiver", () => {
  const hit: BitHit = { bit: LAST_BUT_ONE, stations: 0b1000, kind: "form" };

  it("gives the others the frame twice", () => {
    send(hit);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2, 1, 2, 3]);
    expect(recorder.stations("transmitted")).toEqual([0]);
  });

  it("omits that receiver when the transmitter dies", () => {
    send(hit);
    dieAfterFirstDelivery();
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2]);
    expect(recorder.stations("transmitted")).toEqual([]);
  });

  it("omits that receiver when the transmitter is in one-shot mode", () => {
    bus.setOneShot(0, true, 0);
    send(hit);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2]);
    expect(recorder.stations("aborted")).toEqual([0]);
  });

  it("omits it with a transmitter in good health that doesn't see the flag in its last bit", () => {
    send(hit, { bit: LAST, stations: SENDER, kind: "missed" });
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2]);
    expect(recorder.stations("transmitted")).toEqual([0]);
    expect(bus.errorState(0).tec).toBe(0);
  });

  it("omits it when it is error-passive, for its flag says nothing to the others", () => {
    bus.forceErrorCounters(3, 128, 0, 0);
    send(hit);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 2]);
    expect(recorder.stations("transmitted")).toEqual([0]);
  });
});
