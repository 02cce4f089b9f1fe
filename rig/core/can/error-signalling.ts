/**
 * What follows on the wire when stations see an error in a frame, bit by bit: who notices it when,
 * error and overload flags, who still accepts the frame, who has to repeat it, and when the bus is
 * free again (ISO 11898-1, 10.4.4, 10.4.5, 10.9, 12.1.4). Pure: a situation gives an outcome.
 *
 * Does not model: flags that reach a station in its own delimiter, and what one with a late error
 * frame counts for those of others; a flag on BRS or on the length code that has receivers read
 * another frame for the few bits until they see the error; FD acknowledge slots of two bits; bit
 * timing finer than a sample point at 80 % of each bit.
 */

import type { StationMask } from "./acceptance.ts";
import { type BitRates, INTERMISSION_BITS } from "./bit-count.ts";
import { ackSlotBit, bitEndNs, lastBit, lastButOneBit } from "./bit-position.ts";
import type { ErrorEvent } from "./error-confinement.ts";
import { ErrorFlags } from "./error-flags.ts";
import type { ErrorKind } from "./error-frame.ts";
import { lowestStation } from "./station-mask.ts";
import { DOMINANT, RECESSIVE, type WireBits } from "./wire-bits.ts";

/**
 * What some stations see of one bit of a frame, counted from start of frame. `missed`: they read it
 * as it was sent, whatever is on the bus. `crc`: these receivers find at the end that the check
 * sequence is wrong; `bit` says nothing. Else receivers see an error of that kind, and a sender
 * reads the opposite of what it sends, which is lost arbitration, a missing acknowledgement or a
 * bit error by its place. In the last bit of end of frame it is an overload condition to receivers.
 */
export interface BitHit {
  readonly bit: number;
  readonly stations: StationMask;
  readonly kind: "bit" | "stuff" | "form" | "crc" | "missed";
}

/** A frame on the wire, undisturbed up to `firstBit`. */
export interface WireSituation {
  /** Packed count of the frame that sets the pace. */
  readonly bits: number;
  /** By sender, what it sends. */
  readonly wires: readonly (WireBits | undefined)[];
  /** What receivers take it for: of several frames the one with the first dominant bit. */
  readonly layout: WireBits;
  readonly senders: StationMask;
  /** Stations that have followed the frame so far. */
  readonly receivers: StationMask;
  /** Error-passive stations: their error flags are recessive. */
  readonly passive: StationMask;
  /** Those of them that the next good reception makes error-active again. */
  readonly passiveByReception: StationMask;
  /** Listen-only stations: they never drive the bus and count nothing. */
  readonly silent: StationMask;
  readonly hits: readonly BitHit[];
  readonly firstBit: number;
  readonly startNs: number;
  readonly rates: BitRates;
}

export interface CountedEvent {
  readonly station: number;
  readonly event: ErrorEvent;
}

/** The error that was seen first. */
export interface FirstError {
  readonly station: number;
  readonly isTransmitter: boolean;
  readonly kind: ErrorKind;
  readonly bit: number;
}

export interface ErrorOutcome {
  /** A sender goes on as if nothing had happened: only passive or silent stations dropped out. */
  readonly goesOn: boolean;
  /** The last bit that was looked at. */
  readonly lastBit: number;
  readonly first: FirstError | null;
  readonly events: readonly CountedEvent[];
  /** Senders whose frame is not sent. */
  readonly failed: StationMask;
  /** Those of them that stopped without an error: a flag looked like a better frame. */
  readonly outvoted: StationMask;
  /** Senders whose frame is sent, for all they know. */
  readonly succeeded: StationMask;
  /** Receivers that don't get the frame. */
  readonly rejected: StationMask;
  /** Receivers that get it, at `acceptNs`. */
  readonly accepted: StationMask;
  readonly acceptNs: number;
  /** When the first stations are ready for another frame; no meaning when this one goes on. */
  readonly idleNs: number;
  /** Stations with an error frame of their own, and when its delimiter ends. */
  readonly ready: readonly { readonly station: number; readonly readyNs: number }[];
}

const DELIMITER_BITS = 8;
const PASSIVE_FLAG_AND_DELIMITER_BITS = 6 + DELIMITER_BITS;
const STUFF_RUN = 6;

/** Follows the frame from the first bit in which stations differ to the end of what comes of it. */
export function signalErrors(situation: WireSituation): ErrorOutcome {
  return new ErrorPhase(situation).run();
}

class ErrorPhase {
  private readonly situation: WireSituation;
  private readonly bitNs: number;
  private readonly ackSlot: number;
  private readonly lastButOne: number;
  private readonly last: number;
  private readonly flags: ErrorFlags;
  /** Stations still following the frame. */
  private senders: StationMask;
  private receivers: StationMask;
  private failed: StationMask = 0;
  private outvoted: StationMask = 0;
  private succeeded: StationMask = 0;
  private accepted: StationMask = 0;
  private acknowledged: StationMask = 0;
  private badCrc: StationMask = 0;
  private passive: StationMask;
  private first: FirstError | null = null;
  /** What the receivers saw last, and how often in a row. */
  private lastLevel = RECESSIVE;
  private levelRun = 0;

  constructor(situation: WireSituation) {
    this.situation = situation;
    this.bitNs = 1e9 / situation.rates.nominalBitrateBps;
    this.flags = new ErrorFlags(this.bitNs);
    this.ackSlot = ackSlotBit(situation.bits);
    this.lastButOne = lastButOneBit(situation.bits);
    this.last = lastBit(situation.bits);
    this.senders = situation.senders;
    this.receivers = situation.receivers;
    this.passive = situation.passive;
    for (const { kind, stations } of situation.hits) {
      if (kind === "crc") this.badCrc |= stations & situation.receivers;
    }
  }

  run(): ErrorOutcome {
    const { firstBit, layout } = this.situation;
    for (let bit = 0; bit < firstBit; bit++) this.remember(layout.levels[bit] as number);
    if (firstBit > this.ackSlot) this.acknowledge();
    if (firstBit > this.lastButOne) this.accepted = this.receivers;
    let bit = firstBit;
    let startNs = this.endOf(bit - 1);
    for (;;) {
      const endNs = this.endOf(bit);
      this.step(bit, this.levelOf(bit, startNs, endNs), endNs);
      if (this.isOver(bit, endNs)) return this.outcome(bit);
      startNs = endNs;
      bit++;
    }
  }

  private endOf(bit: number): number {
    const { bits, rates, startNs } = this.situation;
    return startNs + bitEndNs(bits, bit, rates);
  }

  private remember(level: number): void {
    this.levelRun = level === this.lastLevel ? this.levelRun + 1 : 1;
    this.lastLevel = level;
  }

  /** Receptions count when they are acknowledged (ISO 11898-1, 12.1.4.2 h). */
  private acknowledge(): void {
    this.acknowledged = this.receivers & ~this.badCrc & ~this.situation.silent;
    this.passive &= ~(this.acknowledged & this.situation.passiveByReception);
  }

  private levelOf(bit: number, startNs: number, endNs: number): number {
    if (bit === this.ackSlot) this.acknowledge();
    if (this.flags.isDominant(startNs, endNs)) return DOMINANT;
    let isDominant = bit === this.ackSlot && this.acknowledged !== 0;
    for (let rest = this.senders; rest !== 0; rest &= rest - 1) {
      isDominant ||= this.sentLevel(lowestStation(rest), bit) === DOMINANT;
    }
    if (!isDominant) return RECESSIVE;
    this.flags.note(startNs, endNs);
    return DOMINANT;
  }

  private sentLevel(station: number, bit: number): number {
    return this.situation.wires[station]?.levels[bit] ?? RECESSIVE;
  }

  private step(bit: number, level: number, endNs: number): void {
    const { receivers } = this;
    for (let rest = this.senders; rest !== 0; rest &= rest - 1) {
      this.send(lowestStation(rest), bit, level, endNs);
    }
    this.remember(level);
    const kind = this.receiveError(bit, level);
    const isOverload = level === DOMINANT && bit >= this.last;
    for (let rest = receivers; rest !== 0; rest &= rest - 1) {
      this.receive(lowestStation(rest), { bit, kind, isOverload }, endNs);
    }
    if (bit === this.lastButOne) this.accepted = this.receivers;
  }

  private send(station: number, bit: number, level: number, endNs: number): void {
    const { wires } = this.situation;
    const own = this.sentLevel(station, bit);
    const hit = this.hitAt(station, bit);
    const seen = hit === "missed" ? own : level;
    if (bit > this.last) {
      if (seen === DOMINANT) this.overload(station, true, endNs);
      return;
    }
    if (bit === this.ackSlot) {
      if (hit !== "missed" && (seen === RECESSIVE || hit !== undefined)) {
        this.fail(station, { bit, kind: "ack", event: "acknowledge-error" }, endNs);
      }
      return;
    }
    const wire = wires[station];
    const isFlipped = hit !== undefined && hit !== "missed";
    if (isFlipped || seen !== own) {
      const isArbitrating = bit < (wire?.arbitrationBits ?? 0) && own === RECESSIVE;
      if (!isArbitrating) {
        const kind = own === DOMINANT ? "bit0" : "bit1";
        this.fail(station, { bit, kind, event: "transmit-error" }, endNs);
      } else if (wire?.isStuff[bit] === 1) {
        this.fail(station, { bit, kind: "stuff", event: "arbitration-stuff-error" }, endNs);
      } else {
        this.loseArbitration(station);
      }
    } else if (bit === this.last) {
      this.succeeded |= 1 << station;
    }
  }

  /** A flag over a recessive identifier bit looks like a better frame (ISO 11898-1, 12.1.4.2 c). */
  private loseArbitration(station: number): void {
    this.senders &= ~(1 << station);
    this.failed |= 1 << station;
    this.outvoted |= 1 << station;
    this.receivers |= 1 << station;
  }

  /** The error that a bit is to every receiver, or null. */
  private receiveError(bit: number, level: number): ErrorKind | null {
    const { crcDelimiter, dynamicBits, isStuff, levels } = this.situation.layout;
    if (bit < crcDelimiter) {
      if (level !== levels[bit]) this.badCrc |= this.receivers;
      if (bit < dynamicBits) return this.levelRun >= STUFF_RUN ? "stuff" : null;
      // A fixed stuff bit has to differ from the bit before it.
      return isStuff[bit] === 1 && this.levelRun > 1 ? "stuff" : null;
    }
    if (bit === this.ackSlot || bit >= this.last) return null;
    return level === DOMINANT ? "form" : null;
  }

  private receive(
    station: number,
    seen: { readonly bit: number; readonly kind: ErrorKind | null; readonly isOverload: boolean },
    endNs: number,
  ): void {
    const { bit } = seen;
    const hit = this.hitAt(station, bit);
    if (hit === "missed" && !this.isBadAt(station, bit)) return;
    if (seen.isOverload || (bit >= this.last && hit !== undefined)) {
      this.overload(station, false, endNs);
      return;
    }
    const kind = this.isBadAt(station, bit) ? "crc" : (hit ?? seen.kind);
    if (kind === null || kind === "missed" || bit >= this.last) return;
    this.fail(station, { bit, kind, event: "receive-error" }, endNs);
  }

  /** A wrong check sequence is signalled after the acknowledge delimiter (10.9.3 d). */
  private isBadAt(station: number, bit: number): boolean {
    return bit === this.ackSlot + 1 && (this.badCrc & (1 << station)) !== 0;
  }

  private hitAt(station: number, bit: number): Exclude<BitHit["kind"], "crc"> | undefined {
    for (const hit of this.situation.hits) {
      if (hit.bit !== bit || hit.kind === "crc") continue;
      if ((hit.stations & (1 << station)) !== 0) return hit.kind;
    }
    return undefined;
  }

  private fail(
    station: number,
    seen: { readonly bit: number; readonly kind: ErrorKind; readonly event: ErrorEvent },
    endNs: number,
  ): void {
    const mask = 1 << station;
    const isTransmitter = (this.senders & mask) !== 0;
    if (isTransmitter) this.failed |= mask;
    this.senders &= ~mask;
    this.receivers &= ~mask;
    const { bit, kind, event } = seen;
    const isPassive = (this.passive & mask) !== 0;
    const isSilent = (this.situation.silent & mask) !== 0;
    const level = isSilent ? "inside" : isPassive ? "recessive" : "dominant";
    const counted = isSilent ? undefined : event;
    if (!isSilent) this.first ??= { station, isTransmitter, kind, bit };
    this.flags.add({ station, startNs: endNs, level, event: counted, isTransmitter });
  }

  /** A dominant bit right behind a frame that was good: an overload flag, and nothing counts. */
  private overload(station: number, isTransmitter: boolean, endNs: number): void {
    const mask = 1 << station;
    this.senders &= ~mask;
    this.receivers &= ~mask;
    const level = (this.situation.silent & mask) !== 0 ? "inside" : "dominant";
    this.flags.add({ station, startNs: endNs, level, event: undefined, isTransmitter });
  }

  private isOver(bit: number, endNs: number): boolean {
    if ((this.senders | this.receivers) === 0) return true;
    const isLate = bit >= this.last + 3;
    if (this.flags.isDriven(endNs)) return isLate && bit > this.last + 16;
    // A wrong check sequence is signalled one bit after it wasn't acknowledged.
    if (bit === this.ackSlot && (this.badCrc & this.receivers) !== 0) return false;
    // While a sender goes on, whatever happens next is another situation.
    return this.senders !== 0 || isLate;
  }

  private outcome(bit: number): ErrorOutcome {
    const { receivers } = this.situation;
    const { senders, accepted, succeeded, failed, first } = this;
    const goesOn = senders !== 0 && bit < this.last;
    const ready = this.readyTimes(goesOn);
    return {
      goesOn,
      lastBit: bit,
      first,
      events: this.events(goesOn),
      failed,
      outvoted: this.outvoted,
      succeeded: goesOn ? 0 : succeeded,
      rejected: receivers & ~(goesOn ? this.receivers : accepted),
      accepted: goesOn ? 0 : accepted & receivers,
      acceptNs: this.endOf(Math.max(this.lastButOne, this.situation.firstBit)),
      idleNs: Math.round(this.idleNs(ready)),
      ready,
    };
  }

  private idleNs(ready: ErrorOutcome["ready"]): number {
    const isFollowed = (this.senders | this.receivers) !== 0;
    const frameEndNs = isFollowed ? this.endOf(this.last + INTERMISSION_BITS) : 0;
    const { dominantEndNs } = this.flags;
    if (dominantEndNs !== undefined) {
      const errorBits = DELIMITER_BITS + INTERMISSION_BITS;
      return Math.max(frameEndNs, dominantEndNs + errorBits * this.bitNs);
    }
    if (isFollowed) return frameEndNs;
    const firstNs = Math.min(...ready.map(({ readyNs }) => readyNs));
    return firstNs + INTERMISSION_BITS * this.bitNs;
  }

  private readyTimes(goesOn: boolean): { station: number; readyNs: number }[] {
    // While the frame goes on, a passive flag finds no six equal bits before its trailer.
    const trailerNs = this.endOf(this.ackSlot);
    return this.flags.list.map((flag) => {
      const readyNs = goesOn
        ? Math.max(flag.startNs, trailerNs) + PASSIVE_FLAG_AND_DELIMITER_BITS * this.bitNs
        : this.flags.complete(flag).readyNs;
      return { station: flag.station, readyNs: Math.round(readyNs) };
    });
  }

  private events(goesOn: boolean): CountedEvent[] {
    const events: CountedEvent[] = [];
    const done = goesOn ? this.acknowledged & ~this.receivers : this.acknowledged;
    for (let rest = done; rest !== 0; rest &= rest - 1) {
      events.push({ station: lowestStation(rest), event: "received" });
    }
    for (let rest = goesOn ? 0 : this.succeeded; rest !== 0; rest &= rest - 1) {
      events.push({ station: lowestStation(rest), event: "transmitted" });
    }
    for (const flag of this.flags.list) {
      const { station, event } = flag;
      if (event === undefined) continue;
      const { isFollowed, isMet } = this.flags.complete(flag);
      // Rule c, exception 1: only if no dominant bit met the passive flag.
      const isHeard = event === "acknowledge-error" && isMet;
      events.push({ station, event: isHeard ? "transmit-error" : event });
      if (!flag.isTransmitter && isFollowed) events.push({ station, event: "receive-error-first" });
    }
    return events;
  }
}
