/**
 * A frame as the levels on the wire, bit by bit, with what each bit is (ISO 11898-1, 10.4 and
 * 10.5). Only made when an error has to be followed through a frame: clean frames are counted by
 * `bit-count.ts` and never laid out.
 *
 * Levels are those that the transmitter sends: the acknowledge slot is recessive in them.
 */

import { dlcOfFrame } from "./dlc.ts";
import type { CanFrame } from "./frame.ts";
import { CRC_17_MAX_LENGTH, classicCrc, fdCheck, stuffCountField } from "./frame-crc.ts";
import {
  baseClassicHead,
  baseFdHead,
  extendedClassicHeadRest,
  extendedFdHeadRest,
  extendedHeadStart,
} from "./frame-head.ts";

export const DOMINANT = 0;
export const RECESSIVE = 1;

export interface WireBits {
  /** From start of frame to the end of intermission. */
  readonly levels: Uint8Array;
  /** What each bit belongs to, as SocketCAN's location codes say it. */
  readonly fields: Uint8Array;
  /** 1 for stuff bits, the fixed ones of FD frames included. */
  readonly isStuff: Uint8Array;
  /** Bits from start of frame to the end of the arbitration field. */
  readonly arbitrationBits: number;
  /** Bits up to which six equal ones are an error. */
  readonly dynamicBits: number;
  /** Place of the delimiter of the check sequence. */
  readonly crcDelimiter: number;
}

/** Location codes of SocketCAN (`linux/can/error.h`, data byte 3). */
export const BIT_FIELD = {
  startOfFrame: 0x03,
  id28To21: 0x02,
  id20To18: 0x06,
  rtrOrSrr: 0x04,
  ide: 0x05,
  id17To13: 0x07,
  id12To5: 0x0f,
  id4To0: 0x0e,
  rtr: 0x0c,
  reserved1: 0x0d,
  reserved0: 0x09,
  dlc: 0x0b,
  data: 0x0a,
  crc: 0x08,
  crcDelimiter: 0x18,
  ackSlot: 0x19,
  ackDelimiter: 0x1b,
  endOfFrame: 0x1a,
  intermission: 0x12,
} as const;

const STUFF_RUN = 5;
const FIXED_STUFF_GROUP = 4;
/** More than the longest frame has, stuffed in every place. */
const BITS_MAX = 1024;

/** Lays out a frame. About as costly as sending ten. */
export function wireBits(frame: CanFrame): WireBits {
  const writer = new BitWriter();
  writer.add(DOMINANT, 1, BIT_FIELD.startOfFrame);
  const first = frame.extended ? extendedHeadStart(frame) >>> 8 : frame.id;
  writer.add(first >>> 3, 8, BIT_FIELD.id28To21);
  writer.add(first & 7, 3, BIT_FIELD.id20To18);
  const arbitrationBits = frame.extended ? addExtendedHead(writer, frame) : addHead(writer, frame);
  if (frame.fd) writer.add(frame.esi ? 1 : 0, 1, BIT_FIELD.reserved0);
  writer.add(dlcOfFrame(frame), 4, BIT_FIELD.dlc);
  if (!frame.remote) for (const byte of frame.data) writer.add(byte, 8, BIT_FIELD.data);
  if (frame.fd) {
    const { crc, stuffBits } = fdCheck(frame);
    writer.endDynamic();
    writer.addFixed(stuffCountField(stuffBits), 4);
    writer.addFixed(crc, frame.data.length <= CRC_17_MAX_LENGTH ? 17 : 21);
  } else {
    writer.add(classicCrc(frame), 15, BIT_FIELD.crc);
    writer.stuffIfDue(BIT_FIELD.crc);
    writer.endDynamic();
  }
  return writer.end(arbitrationBits);
}

/** RTR to the last bit before ESI or length code; returns where the arbitration field ends. */
function addHead(writer: BitWriter, frame: CanFrame): number {
  const head = frame.fd ? baseFdHead(frame) : baseClassicHead(frame) >>> 4;
  // Behind the identifier: RRS IDE FDF res BRS, or RTR IDE r0.
  const rest = frame.fd ? head & 0x1f : (head & 7) << 2;
  writer.add((rest >>> 4) & 1, 1, BIT_FIELD.rtrOrSrr);
  const arbitrationBits = writer.length;
  writer.add((rest >>> 3) & 1, 1, BIT_FIELD.ide);
  if (!frame.fd) {
    writer.add((rest >>> 2) & 1, 1, BIT_FIELD.reserved0);
    return arbitrationBits;
  }
  writer.add((rest >>> 2) & 1, 1, BIT_FIELD.reserved1);
  writer.add(rest & 3, 2, BIT_FIELD.reserved0);
  return arbitrationBits;
}

function addExtendedHead(writer: BitWriter, frame: CanFrame): number {
  writer.add(1, 1, BIT_FIELD.rtrOrSrr);
  writer.add(1, 1, BIT_FIELD.ide);
  writer.add((frame.id >>> 13) & 0x1f, 5, BIT_FIELD.id17To13);
  writer.add((frame.id >>> 5) & 0xff, 8, BIT_FIELD.id12To5);
  writer.add(frame.id & 0x1f, 5, BIT_FIELD.id4To0);
  // RRS FDF res BRS, or RTR r1 r0.
  const rest = frame.fd
    ? extendedFdHeadRest(frame) & 15
    : (extendedClassicHeadRest(frame) >>> 3) & 14;
  writer.add(rest >>> 3, 1, BIT_FIELD.rtr);
  const arbitrationBits = writer.length;
  writer.add((rest >>> 2) & 1, 1, BIT_FIELD.reserved1);
  writer.add((rest >>> 1) & 1, 1, BIT_FIELD.reserved0);
  if (frame.fd) writer.add(rest & 1, 1, BIT_FIELD.reserved0);
  return arbitrationBits;
}

/** Writes bits and puts the stuff bits in. */
class BitWriter {
  private readonly levels = new Uint8Array(BITS_MAX);
  private readonly fields = new Uint8Array(BITS_MAX);
  private readonly stuff = new Uint8Array(BITS_MAX);
  length = 0;
  private run = 0;
  private dynamicBits = 0;
  private fixed = 0;

  /** The low `count` bits, highest first, with dynamic stuffing. */
  add(bits: number, count: number, field: number): void {
    for (let i = count - 1; i >= 0; i--) {
      this.stuffIfDue(field);
      this.push((bits >>> i) & 1, field, 0);
    }
  }

  stuffIfDue(field: number): void {
    if (this.run === STUFF_RUN) this.push(1 - this.last(), field, 1);
  }

  endDynamic(): void {
    this.dynamicBits = this.length;
  }

  /** As `add`, with a fixed stuff bit before each group of four. */
  addFixed(bits: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if (this.fixed % FIXED_STUFF_GROUP === 0) this.push(1 - this.last(), BIT_FIELD.crc, 1);
      this.fixed++;
      this.push((bits >>> i) & 1, BIT_FIELD.crc, 0);
    }
  }

  end(arbitrationBits: number): WireBits {
    const crcDelimiter = this.length;
    const trailer = [
      [BIT_FIELD.crcDelimiter, 1],
      [BIT_FIELD.ackSlot, 1],
      [BIT_FIELD.ackDelimiter, 1],
      [BIT_FIELD.endOfFrame, 7],
      [BIT_FIELD.intermission, 3],
    ] as const;
    for (const [field, count] of trailer) {
      for (let i = 0; i < count; i++) this.push(RECESSIVE, field, 0);
    }
    return {
      levels: this.levels.subarray(0, this.length),
      fields: this.fields.subarray(0, this.length),
      isStuff: this.stuff.subarray(0, this.length),
      arbitrationBits,
      dynamicBits: this.dynamicBits,
      crcDelimiter,
    };
  }

  private push(level: number, field: number, isStuff: number): void {
    this.run = level === this.last() ? this.run + 1 : 1;
    this.levels[this.length] = level;
    this.fields[this.length] = field;
    this.stuff[this.length] = isStuff;
    this.length++;
  }

  private last(): number {
    return this.levels[this.length - 1] ?? -1;
  }
}
