/** Who gets a frame: acceptance filters, visibility, and the delivery policy. */

import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { AcceptanceTable, ALL_STATIONS } from "../../../rig/core/can/acceptance.ts";
import { BusModel, LOST } from "../../../rig/core/can/bus.ts";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import { BusRecorder, drain } from "../../support/bus-recorder.ts";
import { aFrame } from "../../support/can-frames.ts";

const EMPTY = new Uint8Array(0);

let recorder: BusRecorder;
let bus: BusModel;

beforeEach(() => {
  recorder = new BusRecorder();
  bus = new BusModel(
    { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000, stations: [0, 1, 2, 3] },
    recorder,
  );
});

describe("acceptance filters", () => {
  it("takes everything without filters, nothing with an empty list", () => {
    const table = new AcceptanceTable();
    table.set(3, []);
    table.set(4, []);
    table.set(4, undefined);
    for (const frame of [aFrame({ id: 5 }), aFrame({ id: 5, extended: true })]) {
      expect(table.acceptors(frame)).toBe(ALL_STATIONS & ~(1 << 3));
    }
  });

  it("takes the frames of which one filter of the format matches in its mask", () => {
    const filter = fc.record({
      extended: fc.boolean(),
      mask: fc.integer({ min: 0, max: 0x7ff }),
      match: fc.integer({ min: 0, max: 0x7ff }),
    });
    const filters = fc.array(filter, { maxLength: 3 });
    const ids = fc.integer({ min: 0, max: 0x7ff });
    fc.assert(
      fc.property(filters, filters, ids, fc.boolean(), (first, second, id, extended) => {
        const table = new AcceptanceTable();
        table.set(0, first);
        table.set(5, second);
        const mask = table.acceptors(aFrame({ id, extended }));
        [first, second].forEach((list, i) => {
          const isTaken = list.some(
            (each) => each.extended === extended && (id & each.mask) === (each.match & each.mask),
          );
          expect((mask & (i === 0 ? 1 : 1 << 5)) !== 0).toBe(isTaken);
        });
        expect(mask | 1 | (1 << 5)).toBe(ALL_STATIONS);
      }),
      { numRuns: 100, seed: 71 },
    );
  });

  it("doesn't keep a station from acknowledging", () => {
    for (const station of [1, 2, 3]) bus.setAcceptance(station, []);
    bus.send(0, fdFrame(0x100, EMPTY), 1, 0);
    drain(bus);
    expect(recorder.of("delivered")).toEqual([]);
    expect(recorder.stations("transmitted")).toEqual([0]);
  });
});

describe("visibility", () => {
  it("withholds frames from the other side, and says which", () => {
    bus.setVisible(0, 0b0011);
    bus.setAcceptance(3, []);
    bus.send(0, fdFrame(0x100, EMPTY), 1, 0);
    bus.send(1, fdFrame(0x101, EMPTY), 2, 0);
    drain(bus);
    expect(recorder.stations("withheld")).toEqual([2]);
    expect(recorder.stations("delivered")).toEqual([1, 0, 2]);
    bus.setVisible(0, ALL_STATIONS);
    bus.send(0, fdFrame(0x100, EMPTY), 3, 1e9);
    drain(bus);
    expect(recorder.stations("delivered")).toEqual([1, 0, 2, 1, 2]);
  });
});

describe("the delivery policy", () => {
  it("loses, delays or lets pass each delivery", () => {
    const asked: string[] = [];
    bus.setDeliveryPolicy((sender, receiver) => {
      asked.push(`${sender}>${receiver}`);
      return receiver === 1 ? LOST : receiver === 2 ? 777 : 0;
    });
    const frame = fdFrame(0x100, EMPTY);
    bus.send(0, frame, 1, 0);
    drain(bus);
    const endNs = recorder.of("observed")[0]?.timeNs ?? 0;
    expect(asked).toEqual(["0>1", "0>2", "0>3"]);
    expect(recorder.of("delivered")).toEqual([
      { kind: "delivered", station: 3, frame, timeNs: endNs },
    ]);
    expect(recorder.of("delayed")).toEqual([
      { kind: "delayed", station: 2, frame, timeNs: endNs + 777 },
    ]);
    bus.setDeliveryPolicy(undefined);
    bus.send(0, frame, 2, 1e9);
    drain(bus);
    expect(asked).toHaveLength(3);
    expect(recorder.stations("delivered")).toEqual([3, 1, 2, 3]);
  });
});
