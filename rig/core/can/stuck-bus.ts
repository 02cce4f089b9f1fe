/**
 * What error counters do while a bus is stuck at one level, in whole events instead of bits.
 * Dominant: each station flags, sees dominant after its flag, and counts eight more after each
 * further eight bits (ISO 11898-1, 12.1.4.2 b, f). Recessive: each bit of an active error flag
 * fails in its turn (d, e), until the station is error-passive and its flag can't fail any more.
 *
 * Does not model: that errors are seen up to six bits after the level sticks; transceivers that
 * release a bus which they hold dominant for milliseconds.
 */

import type { StationMask } from "./acceptance.ts";
import { INTERMISSION_BITS } from "./bit-count.ts";
import { RECESSIVE_SEQUENCE_BITS } from "./bus-off-recovery.ts";
import { type BusState, NEVER } from "./bus-state.ts";
import { type ErrorDetail, errorDetail } from "./error-frame.ts";
import type { ErrorLedger } from "./error-ledger.ts";
import { lowestStation } from "./station-mask.ts";

/** Bits until the first extra count: six to see it, a flag, eight dominant ones. */
const FIRST_RUN_BITS = 6 + 6 + 8;
const NEXT_RUN_BITS = 8;
const FLAG_BITS = 6;
const DELIMITER_BITS = 8;
const REC_MAX = 255;

/** The bus goes dominant for all, whatever is on it. */
export function stickDominant(bus: BusState, nowNs: number): void {
  const { wire, errors } = bus;
  const { senders } = wire;
  const receivers = bus.present() & ~bus.silent & ~senders;
  bus.stuckSinceNs = Math.max(nowNs, wire.idleNs);
  if (wire.bits !== 0) {
    bus.freeWire(nowNs);
    bus.stuckSinceNs = nowNs;
  }
  bus.holds.forgetAll();
  bus.recovery.quietUntil(nowNs, true);
  const givenUp = bus.repeat(senders);
  countDominantOnset(errors, senders, receivers);
  bus.stuckSenders = senders;
  bus.stuckRunNs = nowNs + wire.nominalNs(FIRST_RUN_BITS);
  bus.counters.errorFrames++;
  bus.wake(nowNs);
  tellStuck(bus, senders, receivers, nowNs);
  bus.tell(nowNs, givenUp);
}

/** Eight more dominant bits have gone by. */
export function runDominant(bus: BusState): void {
  const timeNs = bus.stuckRunNs;
  const senders = bus.stuckSenders & bus.delivery.attached;
  const receivers = bus.present() & ~bus.silent & ~senders;
  const goesOn = countDominantRun(bus.errors, senders, receivers);
  bus.stuckRunNs = goesOn ? timeNs + bus.wire.nominalNs(NEXT_RUN_BITS) : NEVER;
  bus.tell(timeNs);
}

/** The bus is recessive again: delimiter and intermission of all stations follow. */
export function releaseDominant(bus: BusState, nowNs: number): void {
  bus.wire.idleNs = nowNs + bus.wire.nominalNs(RECESSIVE_SEQUENCE_BITS);
  bus.counters.busyNs += Math.max(0, bus.wire.idleNs - bus.stuckSinceNs);
  bus.recovery.quietFrom(nowNs);
  bus.stuckSenders = 0;
  bus.stuckRunNs = NEVER;
}

/** `senders` find that their dominant bits don't come, and `receivers` that they fell silent. */
export function failRecessive(
  bus: BusState,
  senders: StationMask,
  receivers: StationMask,
  timeNs: number,
): void {
  const { wire, errors } = bus;
  const bits = 1 + countLostFlags(errors, senders, receivers) + DELIMITER_BITS + INTERMISSION_BITS;
  const idleNs = timeNs + wire.nominalNs(bits);
  if (wire.bits === 0) wire.idleNs = idleNs;
  else bus.freeWire(idleNs);
  const givenUp = bus.repeat(senders);
  bus.suspend(senders, idleNs);
  bus.counters.errorFrames++;
  bus.wake(timeNs);
  tellStuck(bus, senders, receivers, timeNs);
  bus.tell(timeNs, givenUp);
}

function tellStuck(
  bus: BusState,
  senders: StationMask,
  receivers: StationMask,
  timeNs: number,
): void {
  if ((senders | receivers) === 0) return;
  const isTransmitter = senders !== 0;
  const station = lowestStation(isTransmitter ? senders : receivers);
  let kind: ErrorDetail["kind"] = "stuff";
  if (isTransmitter) kind = bus.stuck === "dominant" ? "bit1" : "bit0";
  const counters = bus.errors.of(station);
  bus.listener.errorFrame(
    timeNs,
    errorDetail({ kind, station, isTransmitter, bit: -1, field: 0, counters }),
  );
}

/** All stations see the bus go dominant; `senders` are those whose frame it hits. */
function countDominantOnset(
  errors: ErrorLedger,
  senders: StationMask,
  receivers: StationMask,
): void {
  for (let rest = senders; rest !== 0; rest &= rest - 1) {
    errors.record(lowestStation(rest), "transmit-error");
  }
  for (let rest = receivers; rest !== 0; rest &= rest - 1) {
    errors.record(lowestStation(rest), "receive-error");
    errors.record(lowestStation(rest), "receive-error-first");
  }
}

/** Eight dominant bits more. True while further ones will count. */
function countDominantRun(
  errors: ErrorLedger,
  senders: StationMask,
  receivers: StationMask,
): boolean {
  let goesOn = false;
  for (let rest = senders & ~errors.off; rest !== 0; rest &= rest - 1) {
    errors.record(lowestStation(rest), "transmitter-dominant-run");
    goesOn = true;
  }
  for (let rest = receivers; rest !== 0; rest &= rest - 1) {
    const station = lowestStation(rest);
    errors.record(station, "receiver-dominant-run");
    goesOn ||= errors.of(station).rec < REC_MAX;
  }
  return goesOn;
}

/**
 * Senders whose dominant bit didn't come, and receivers to which they fell silent. Returns the bits
 * of the longest row of flags, one bit each that failed and a whole passive one.
 */
function countLostFlags(errors: ErrorLedger, senders: StationMask, receivers: StationMask): number {
  let longest = 0;
  for (let rest = senders | receivers; rest !== 0; rest &= rest - 1) {
    const station = lowestStation(rest);
    const isSender = (senders & (1 << station)) !== 0;
    let failedBits = 0;
    let isActive = errors.of(station).state === "error-active";
    errors.record(station, isSender ? "transmit-error" : "receive-error");
    while (isActive) {
      errors.record(station, isSender ? "transmitter-flag-error" : "receiver-flag-error");
      failedBits++;
      isActive = errors.of(station).state === "error-active";
    }
    longest = Math.max(longest, failedBits);
  }
  return longest + FLAG_BITS;
}
