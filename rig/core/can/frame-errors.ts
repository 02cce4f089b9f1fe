/**
 * How frames end that something disturbed: errors in one of their bits, a sender that fell silent.
 * What the rules make of it comes from `error-signalling.ts`; here it is done to the bus.
 */

import type { StationMask } from "./acceptance.ts";
import { INTERMISSION_BITS } from "./bit-count.ts";
import type { BusState } from "./bus-state.ts";
import { errorDetail } from "./error-frame.ts";
import { type ErrorOutcome, type FirstError, signalErrors } from "./error-signalling.ts";
import type { CanFrame } from "./frame.ts";
import { parkLoneSender } from "./lone-sender.ts";
import { lowestStation } from "./station-mask.ts";

/** Recessive bits until the others see a stuff error, error flags, delimiter, intermission. */
const CUT_OFF_BITS = 6 + 6 + 8 + INTERMISSION_BITS;
/** A dominant bit in so many bits of intermission is an overload condition, later a new frame. */
const OVERLOAD_BITS = 2;

/** A bit of the frame on the wire is over in which not all stations saw the same. */
export function resolveErrors(bus: BusState): void {
  const timeNs = bus.dueNs;
  const { wire, errors } = bus;
  const wasPassive = errors.passive;
  const passiveByReception = errors.passiveByReception();
  const states = { passive: wasPassive, passiveByReception, silent: bus.silent };
  const outcome = signalErrors(wire.situation(states));
  for (const { station, event } of outcome.events) errors.record(station, event);
  if (!outcome.goesOn) {
    endInError(bus, outcome, wasPassive);
    return;
  }
  wire.goOn(outcome.lastBit, outcome.failed, outcome.rejected);
  const givenUp = bus.repeat(outcome.failed);
  holdBack(bus, outcome, wire.idleNs);
  bus.dueNs = wire.plan(bus.silent);
  bus.tell(timeNs, givenUp);
}

function endInError(bus: BusState, outcome: ErrorOutcome, wasPassive: StationMask): void {
  const timeNs = bus.dueNs;
  const { wire, queues } = bus;
  const frame = wire.frame as CanFrame;
  const { senders } = wire;
  const { first, failed, succeeded, accepted, idleNs } = outcome;
  const bits = wire.bitCount();
  const { startNs } = wire;
  const ackNs = wire.ackSlotEndNs() - startNs;
  bus.freeWire(idleNs);
  if (first !== null) bus.counters.errorFrames++;
  if (first?.kind === "ack") bus.counters.unacknowledged++;
  const givenUp = bus.repeat(failed);
  for (let rest = succeeded; rest !== 0; rest &= rest - 1) queues.release(lowestStation(rest));
  bus.holds.forgetAll();
  holdBack(bus, outcome, idleNs);
  bus.wake(timeNs);
  if ((accepted | succeeded) !== 0) {
    const atNs = Math.max(outcome.acceptNs, timeNs);
    bus.closing = { atNs, frame, bits, senders, receivers: accepted, succeeded };
    if (atNs <= timeNs) closeFrame(bus);
  } else if (first?.kind === "ack") {
    parkLoneSender(bus, { senders, wasPassive, startNs, ackNs });
  }
  if (first !== null) tellErrorFrame(bus, first, frame, timeNs);
  bus.tell(timeNs, givenUp);
}

/** Stations whose error frame ends late, and passive senders, have to wait beyond `idleNs`. */
function holdBack(bus: BusState, outcome: ErrorOutcome, idleNs: number): void {
  const { wire, holds } = bus;
  const transmitters = (outcome.failed & ~outcome.outvoted) | outcome.succeeded;
  const toleranceNs = wire.nominalNs(1) / 2;
  bus.suspend(transmitters, idleNs);
  for (const { station, readyNs } of outcome.ready) {
    const freeNs = readyNs + wire.nominalNs(INTERMISSION_BITS);
    // To a dominant bit in its intermission a listen-only station has only an overload flag.
    const isSilent = (bus.silent & (1 << station)) !== 0;
    const deafUntilNs = isSilent ? readyNs + wire.nominalNs(OVERLOAD_BITS) : readyNs;
    if (deafUntilNs > idleNs + toleranceNs) holds.deafen(station, deafUntilNs);
    if (freeNs <= idleNs + toleranceNs) continue;
    holds.hold(station, freeNs);
    bus.suspend(transmitters & (1 << station), freeNs);
  }
}

/** The accepting receivers get the frame that failed for others. */
export function closeFrame(bus: BusState): void {
  const { closing } = bus;
  if (closing === undefined) return;
  bus.closing = undefined;
  bus.setTimer();
  const { atNs, frame, bits, senders, receivers, succeeded } = closing;
  // All of them may have lost power meanwhile.
  if ((receivers | succeeded) === 0) return;
  bus.counters.frames++;
  bus.counters.bits += bits;
  bus.listener.observed(lowestStation(senders), frame, atNs);
  bus.delivery.deliver(frame, senders, receivers, atNs);
  confirm(bus, succeeded, frame, atNs);
}

/** Tells senders that their frame is sent, those that still have power. */
export function confirm(
  bus: BusState,
  senders: StationMask,
  frame: CanFrame,
  timeNs: number,
): void {
  for (let rest = senders & bus.delivery.attached; rest !== 0; rest &= rest - 1) {
    const sender = lowestStation(rest);
    bus.listener.transmitted(sender, bus.queues.wireToken(sender), frame, timeNs);
  }
}

function tellErrorFrame(bus: BusState, first: FirstError, frame: CanFrame, timeNs: number): void {
  const field = bus.wire.layoutOf(frame).fields[first.bit] ?? 0;
  const counters = bus.errors.of(first.station);
  bus.listener.errorFrame(timeNs, errorDetail({ ...first, field, counters }));
}

/** The sender fell silent in mid-frame: the others see a stuff error and signal it. */
export function destroyFrame(bus: BusState, nowNs: number): void {
  const { wire, errors } = bus;
  const frame = wire.frame as CanFrame;
  const witnesses = wire.listeners & ~bus.silent;
  bus.counters.destroyed++;
  bus.freeWire(nowNs + wire.nominalNs(CUT_OFF_BITS));
  bus.holds.forgetAll();
  bus.wake(nowNs);
  if (witnesses === 0) {
    bus.tell(nowNs);
    return;
  }
  bus.counters.errorFrames++;
  for (let rest = witnesses; rest !== 0; rest &= rest - 1) {
    errors.record(lowestStation(rest), "receive-error");
  }
  const station = lowestStation(witnesses);
  const first = { station, isTransmitter: false, kind: "stuff", bit: -1 } as const;
  tellErrorFrame(bus, first, frame, nowNs);
  bus.tell(nowNs);
}
