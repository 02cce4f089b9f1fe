/** What holds for every bus, whatever errors, resets and losses of power it goes through. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameBits } from "../../../rig/core/can/bit-count.ts";
import { lastBit } from "../../../rig/core/can/bit-position.ts";
import { BusModel } from "../../../rig/core/can/bus.ts";
import type { BitHit } from "../../../rig/core/can/error-signalling.ts";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import { BusRecorder } from "../../support/bus-recorder.ts";

const RATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000 };
const STATIONS = [0, 1, 2, 3];
/** No run of these is longer: commands end after 10 ms, frames within a second. */
const STEPS_MAX = 60_000;

type Command =
  | { readonly kind: "send"; readonly station: number; readonly id: number }
  | { readonly kind: "power"; readonly station: number }
  | { readonly kind: "reset"; readonly station: number }
  | { readonly kind: "one-shot"; readonly station: number; readonly on: boolean }
  | { readonly kind: "stuck"; readonly level: "dominant" | "recessive" | null };

const station = fc.nat(3);
const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant("send"), station, id: fc.nat(0x3f) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("power"), station }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reset"), station }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("one-shot"), station, on: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("stuck"),
      level: fc.constantFrom("dominant", "recessive", null),
    }),
  },
) as fc.Arbitrary<Command>;

const hits = fc.record({
  place: fc.oneof(fc.nat(15), fc.nat(2000)),
  stations: fc.integer({ min: 1, max: 15 }),
  kind: fc.constantFrom<BitHit["kind"]>("bit", "stuff", "form", "crc", "missed"),
});

const runs = fc.record({
  commands: fc.array(fc.tuple(fc.nat(200_000), commands), { maxLength: 50, size: "max" }),
  hits: fc.array(fc.option(hits, { freq: 2 }), { maxLength: 60, size: "max" }),
  mailboxes: fc.constantFrom(1, 3, undefined),
});

/** Frames by token, and what became of each. */
class Account {
  readonly open = new Map<number, number>();
  readonly closed = new Set<number>();
  delivered = 0;
  lastNs = 0;

  close(token: number | undefined): void {
    if (token === undefined || !this.open.delete(token)) throw new Error(`no such frame: ${token}`);
    this.closed.add(token);
  }

  /** Reset or power loss: all of a station's frames. */
  drop(of: number, count: number): void {
    const tokens = [...this.open].filter(([, owner]) => owner === of).map(([token]) => token);
    if (tokens.length !== count) throw new Error(`${count} dropped of ${tokens.length}`);
    for (const token of tokens) this.open.delete(token);
  }
}

describe("a bus with errors", () => {
  it("loses no frame, keeps counters legal, tells nothing of the past", () => {
    fc.assert(
      fc.property(runs, (run) => {
        const recorder = new BusRecorder();
        const account = new Account();
        const { mailboxes } = run;
        const options = { ...RATES, stations: STATIONS, busOffRestartNs: 1e6 };
        const bus = new BusModel(
          mailboxes === undefined ? options : { ...options, mailboxes },
          recorder,
        );
        recorder.react = ({ kind, token, timeNs }) => {
          expect(timeNs).toBeGreaterThanOrEqual(account.lastNs);
          account.lastNs = timeNs;
          if (kind === "transmitted" || kind === "aborted") account.close(token);
        };
        let attempt = 0;
        bus.setErrorSource((_senders, frame) => {
          const hit = run.hits[attempt++];
          if (hit === undefined || hit === null) return null;
          const last = lastBit(frameBits(frame));
          const { place, stations, kind } = hit;
          const bit = place < 16 ? last - place : place % (last + 1);
          return [{ bit, stations, kind }];
        });
        let nowNs = 0;
        run.commands.forEach(([afterNs, command], token) => {
          const untilNs = nowNs + afterNs;
          step(bus, untilNs);
          nowNs = untilNs;
          account.lastNs = Math.max(account.lastNs, nowNs);
          perform(bus, account, { command, token, nowNs });
        });
        bus.setStuck(null, nowNs);
        for (const each of STATIONS) bus.attach(each, nowNs);
        step(bus, nowNs + 2e9);
        // With all back on a good bus, whatever was not given up is sent.
        expect([...account.open]).toEqual([]);
        expect(STATIONS.map((each) => bus.waitingFrames(each))).toEqual([0, 0, 0, 0]);
        for (const each of STATIONS) {
          const { state, tec, rec } = bus.errorState(each);
          const isPassive = tec > 127 || rec > 127;
          expect(tec).toBeLessThanOrEqual(263);
          expect(rec).toBeLessThanOrEqual(255);
          expect(state).toBe(isPassive ? "error-passive" : "error-active");
        }
        const good = new Set(
          [...recorder.of("delivered"), ...recorder.of("transmitted")].map(({ timeNs }) => timeNs),
        );
        expect(new Set(recorder.of("observed").map(({ timeNs }) => timeNs))).toEqual(good);
      }),
      { numRuns: 300, seed: 101 },
    );
  });

  it("delivers each frame that it sends to all who listen, if hits spare its last two bits", () => {
    const early = fc.array(fc.option(fc.record({ place: fc.nat(2000), stations: fc.nat(15) })));
    fc.assert(
      fc.property(early, fc.array(fc.nat(0x3f), { maxLength: 20 }), (list, ids) => {
        const recorder = new BusRecorder();
        const bus = new BusModel({ ...RATES, stations: STATIONS }, recorder);
        let attempt = 0;
        bus.setErrorSource((_senders, frame) => {
          const hit = list[attempt++];
          if (hit === undefined || hit === null) return null;
          const bit = hit.place % (lastBit(frameBits(frame)) - 1);
          return [{ bit, stations: hit.stations, kind: "stuff" }];
        });
        ids.forEach((id, i) => {
          bus.send(i % 4, fdFrame(id * 4 + (i % 4), Uint8Array.of(i)), i, 0);
        });
        step(bus, 2e9);
        const isActive = recorder.states.length === 0;
        expect(recorder.of("transmitted")).toHaveLength(ids.length);
        if (isActive) expect(recorder.of("delivered")).toHaveLength(3 * ids.length);
        expect(recorder.of("observed")).toHaveLength(ids.length);
      }),
      { numRuns: 200, seed: 102 },
    );
  });
});

function step(bus: BusModel, untilNs: number): void {
  let steps = 0;
  while (bus.nextNs() <= untilNs) {
    bus.advance(bus.nextNs());
    if (++steps > STEPS_MAX) throw new Error("the bus does not come to rest");
  }
  bus.advance(untilNs);
}

function perform(
  bus: BusModel,
  account: Account,
  what: { readonly command: Command; readonly token: number; readonly nowNs: number },
): void {
  const { command, token, nowNs } = what;
  switch (command.kind) {
    case "send": {
      const { station: from, id } = command;
      if (bus.send(from, fdFrame(id, Uint8Array.of(from)), token, nowNs)) {
        account.open.set(token, from);
      }
      break;
    }
    case "power":
      if (!bus.isAttached(command.station)) bus.attach(command.station, nowNs);
      else account.drop(command.station, bus.detach(command.station, nowNs));
      break;
    case "reset":
      account.drop(command.station, bus.clear(command.station, nowNs));
      break;
    case "one-shot":
      bus.setOneShot(command.station, command.on, nowNs);
      break;
    case "stuck":
      bus.setStuck(command.level, nowNs);
      break;
  }
}
