/** Error counters and states, rule by rule of ISO 11898-1, 12.1.4.2. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  confineErrors,
  type ErrorCounters,
  type ErrorEvent,
  isWarning,
  NO_ERRORS,
  RECOVERY_SEQUENCES,
} from "../../../rig/core/can/error-confinement.ts";

function countersAfter(start: ErrorCounters, event: ErrorEvent, times: number): ErrorCounters {
  let counters = start;
  for (let i = 0; i < times; i++) counters = confineErrors(counters, event);
  return counters;
}

const EVENTS: ErrorEvent[] = [
  "transmitted",
  "received",
  "transmit-error",
  "acknowledge-error",
  "arbitration-stuff-error",
  "receive-error",
  "receive-error-first",
  "transmitter-flag-error",
  "receiver-flag-error",
  "transmitter-dominant-run",
  "receiver-dominant-run",
  "restart",
  "recessive-sequence",
];

describe("confineErrors", () => {
  it.each([
    ["transmit-error", 8, 0],
    ["acknowledge-error", 8, 0],
    ["arbitration-stuff-error", 0, 0],
    ["receive-error", 0, 1],
    ["receive-error-first", 0, 8],
    ["transmitter-flag-error", 8, 0],
    ["receiver-flag-error", 0, 8],
    ["transmitter-dominant-run", 8, 0],
    ["receiver-dominant-run", 0, 8],
    ["transmitted", 0, 0],
    ["received", 0, 0],
  ] as const)("counts %s as TEC +%i, REC +%i", (event, tec, rec) => {
    expect(confineErrors(NO_ERRORS, event)).toMatchObject({ tec, rec, state: "error-active" });
  });

  it("warns from 96 on", () => {
    expect(isWarning(countersAfter(NO_ERRORS, "receive-error", 95))).toBe(false);
    expect(isWarning(countersAfter(NO_ERRORS, "receive-error", 96))).toBe(true);
    expect(isWarning(countersAfter(NO_ERRORS, "transmit-error", 12))).toBe(true);
  });

  it("is error passive from 128 on, by either counter", () => {
    expect(countersAfter(NO_ERRORS, "receive-error", 127).state).toBe("error-active");
    expect(countersAfter(NO_ERRORS, "receive-error", 128).state).toBe("error-passive");
    expect(countersAfter(NO_ERRORS, "transmit-error", 16)).toMatchObject({
      state: "error-passive",
      tec: 128,
    });
  });

  it("goes to bus-off with the 32nd transmit error in a row", () => {
    expect(countersAfter(NO_ERRORS, "transmit-error", 31).state).toBe("error-passive");
    expect(countersAfter(NO_ERRORS, "transmit-error", 32).state).toBe("bus-off");
  });

  it("never goes to bus-off for want of an acknowledgement", () => {
    const alone = countersAfter(NO_ERRORS, "acknowledge-error", 1000);
    expect(alone).toMatchObject({ state: "error-passive", tec: 128 });
  });

  it("never goes to bus-off by receive errors", () => {
    expect(countersAfter(NO_ERRORS, "receiver-dominant-run", 1000)).toMatchObject({
      state: "error-passive",
      rec: 255,
    });
  });

  it("returns from error passive by one good frame more than it is over", () => {
    const passive = countersAfter(NO_ERRORS, "transmit-error", 16);
    expect(confineErrors(passive, "transmitted")).toMatchObject({
      state: "error-active",
      tec: 127,
    });
    const deaf = countersAfter(NO_ERRORS, "receive-error-first", 20);
    expect(confineErrors(deaf, "received")).toMatchObject({ state: "error-active", rec: 127 });
  });

  it("leaves bus-off after a restart and 128 recessive sequences, with counters at zero", () => {
    const off = countersAfter(NO_ERRORS, "transmit-error", 32);
    expect(countersAfter(off, "recessive-sequence", 1000)).toBe(off);
    const asked = confineErrors(off, "restart");
    const almost = countersAfter(asked, "recessive-sequence", RECOVERY_SEQUENCES - 1);
    expect(almost.state).toBe("bus-off");
    expect(confineErrors(almost, "restart")).toBe(almost);
    expect(confineErrors(almost, "recessive-sequence")).toEqual(NO_ERRORS);
  });

  it("keeps state and counters consistent whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 400 }), (events) => {
        let counters = NO_ERRORS;
        for (const event of events) {
          const next = confineErrors(counters, event);
          const { tec, rec } = next;
          const expected =
            tec > 255 ? "bus-off" : tec > 127 || rec > 127 ? "error-passive" : "error-active";
          expect(next.state).toBe(expected);
          expect(Math.min(tec, rec)).toBeGreaterThanOrEqual(0);
          expect(rec).toBeLessThanOrEqual(255);
          expect(tec).toBeLessThanOrEqual(263);
          if (counters.state === "bus-off" && next.state !== "bus-off") {
            expect(next).toEqual(NO_ERRORS);
          }
          counters = next;
        }
      }),
      { numRuns: 200, seed: 31 },
    );
  });
});
