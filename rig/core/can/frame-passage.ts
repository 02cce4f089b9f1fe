/**
 * The way of a frame over the bus: who starts, and what is done at its end. All frames come through
 * here; those that something disturbs leave for `frame-errors.ts`. The hot path of the bus model:
 * a clean frame costs no look at its bits, and none at counters that are all zero.
 */

import type { StationMask } from "./acceptance.ts";
import { isSameFrame } from "./arbitration.ts";
import { type BusState, NEVER } from "./bus-state.ts";
import type { CanFrame } from "./frame.ts";
import { confirm, resolveErrors } from "./frame-errors.ts";
import { lowestStation } from "./station-mask.ts";
import { failRecessive } from "./stuck-bus.ts";

/** How much later than the others a passive station has its error delimiter behind it. */
const LATE_DELIMITER_BITS = 3;

/** Arbitrations lost in a row that are worth a count: more than eight. */
const OUTBID_LOSSES = 9;

/** The bus is free at `dueNs`: the best of the waiting frames starts. */
export function arbitrate(bus: BusState): void {
  const { queues, holds } = bus;
  const timeNs = bus.dueNs;
  bus.dueNs = NEVER;
  let candidates = queues.waiting & bus.present() & ~bus.silent;
  if (holds.held !== 0) candidates = holds.free(candidates, timeNs);
  if (candidates === 0) {
    bus.wake(timeNs);
    return;
  }
  if (bus.stuck === "recessive") {
    // Nobody sees the others, so all start.
    for (let rest = candidates; rest !== 0; rest &= rest - 1) queues.take(lowestStation(rest));
    failRecessive(bus, candidates, 0, timeNs);
    return;
  }
  let best = NEVER;
  let winners = 0;
  for (let rest = candidates; rest !== 0; rest &= rest - 1) {
    const station = lowestStation(rest);
    const key = queues.headKey(station);
    if (key > best) continue;
    winners = key < best ? 1 << station : winners | (1 << station);
    best = key;
  }
  countLosses(bus, candidates, winners);
  start(bus, winners, timeNs);
}

/**
 * Notes who came to compete and who won after how many arbitrations. Nothing is done for those who
 * wait on, so that it costs the same however many they are.
 */
function countLosses(bus: BusState, candidates: StationMask, winners: StationMask): void {
  const turn = ++bus.arbitrations;
  for (let rest = candidates & ~bus.competing; rest !== 0; rest &= rest - 1) {
    bus.competingSince[lowestStation(rest)] = turn;
  }
  bus.competing = candidates & ~winners;
  const losses = turn - (bus.competingSince[lowestStation(winners)] as number);
  if (losses >= OUTBID_LOSSES) bus.counters.outbid++;
}

function start(bus: BusState, senders: StationMask, timeNs: number): void {
  const { wire, errors, holds, recovery } = bus;
  const missing = (holds.held | holds.deaf) === 0 ? 0 : holds.begin(timeNs);
  const isCounting = recovery.recovering !== 0;
  if (isCounting) recovery.quietUntil(timeNs, true);
  const first = bus.take(lowestStation(senders));
  if ((senders & (senders - 1)) === 0) wire.begin(first, senders, timeNs);
  else startTogether(bus, first, senders, timeNs);
  wire.listeners = bus.present() & ~senders & ~missing;
  const { errorSource } = bus;
  const isHeard = (wire.listeners & ~bus.silent) !== 0;
  if (errorSource === undefined && isHeard && !wire.isContested()) {
    bus.dueNs = wire.endNs();
  } else {
    if (errorSource !== undefined) wire.setHits(errorSource(senders, first, wire.bits, timeNs));
    bus.dueNs = wire.plan(bus.silent);
  }
  for (let rest = missing; rest !== 0; rest &= rest - 1) {
    // Dominant in its delimiter: a form error, and its flag lasts to the end of this frame.
    const station = lowestStation(rest);
    const readyNs = wire.idleNs + wire.nominalNs(LATE_DELIMITER_BITS);
    if ((bus.silent & (1 << station)) === 0) errors.record(station, "receive-error");
    holds.deafen(station, readyNs);
    holds.hold(station, readyNs + wire.nominalNs(LATE_DELIMITER_BITS));
  }
  if (missing !== 0 || isCounting) bus.tell(timeNs);
}

/** Several stations with one arbitration field: the same frame, or a collision. */
function startTogether(bus: BusState, first: CanFrame, senders: StationMask, timeNs: number): void {
  const frames: (CanFrame | undefined)[] = [];
  frames[lowestStation(senders)] = first;
  let isSame = true;
  for (let rest = senders & (senders - 1); rest !== 0; rest &= rest - 1) {
    const frame = bus.take(lowestStation(rest));
    frames[lowestStation(rest)] = frame;
    isSame &&= isSameFrame(first, frame);
  }
  if (isSame) {
    bus.wire.begin(first, senders, timeNs);
    return;
  }
  bus.counters.collisions++;
  bus.wire.beginContest(frames, senders, timeNs);
}

/** The last bit of a frame that nothing disturbed, or a bit of it that something did. */
export function endFrame(bus: BusState): void {
  const { wire, errors, recovery, queues, counters } = bus;
  if (wire.errorBit !== NEVER) {
    resolveErrors(bus);
    return;
  }
  const timeNs = bus.dueNs;
  const { senders, listeners } = wire;
  const frame = wire.frame as CanFrame;
  const hasNews = ((senders | listeners) & errors.raised) !== 0 || recovery.recovering !== 0;
  if (hasNews) countGood(bus, senders, listeners & ~bus.silent);
  counters.frames++;
  counters.bits += wire.bitCount();
  bus.freeWire(wire.idleNs);
  for (let rest = senders; rest !== 0; rest &= rest - 1) queues.release(lowestStation(rest));
  if ((senders & errors.passive) !== 0) bus.suspend(senders, wire.idleNs);
  bus.wake(timeNs);
  bus.listener.observed(lowestStation(senders), frame, timeNs);
  bus.delivery.deliver(frame, senders, listeners, timeNs);
  confirm(bus, senders, frame, timeNs);
  if (hasNews) bus.tell(timeNs);
}

function countGood(bus: BusState, senders: StationMask, receivers: StationMask): void {
  for (let rest = senders; rest !== 0; rest &= rest - 1) {
    bus.errors.record(lowestStation(rest), "transmitted");
  }
  for (let rest = receivers; rest !== 0; rest &= rest - 1) {
    bus.errors.record(lowestStation(rest), "received");
  }
}
