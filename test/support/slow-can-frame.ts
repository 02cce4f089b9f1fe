/**
 * A CAN frame as the string of its bits, built field by field as ISO 11898-1 draws them. It shares
 * no code and no method with `rig/core/can`: stuffing looks back over the bits sent, the check
 * sequences are polynomial long division. Slow, and meant to be: the fast code is held against it.
 */

import type { CanFrame } from "../../rig/core/can/frame.ts";

export interface SlowFrame {
  /** All bits from start of frame to the end of intermission. */
  readonly bits: string;
  readonly nominalBits: number;
  readonly dataBits: number;
  readonly dynamicStuffBits: number;
  /** The value in the check sequence field. */
  readonly crc: number;
  /** The four bits of the stuff count field with its parity; undefined in classic frames. */
  readonly stuffCount: number | undefined;
}

const TRAILER = `0${"1"}${"1111111"}${"111"}`; // acknowledged; delimiter; EOF; intermission
const FD_CODES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];

export function slowCanFrame(frame: CanFrame): SlowFrame {
  return frame.fd ? fdFrameBits(frame) : classicFrameBits(frame);
}

function classicFrameBits(frame: CanFrame): SlowFrame {
  const dlc = binary(frame.data.length, 4);
  const rtr = frame.remote ? "1" : "0";
  const id = binary(frame.id, frame.extended ? 29 : 11);
  const head = frame.extended
    ? `0${id.slice(0, 11)}11${id.slice(11)}${rtr}00${dlc}`
    : `0${id}${rtr}00${dlc}`;
  const covered = head + (frame.remote ? "" : bytes(frame.data));
  const crc = remainder(covered, "1100010110011001", "0".repeat(15));
  const plain = covered + crc;
  const stuffed = stuff(plain);
  const open = /(0{5}|1{5})$/.test(stuffed) ? (stuffed.endsWith("1") ? "0" : "1") : "";
  const bits = `${stuffed}${open}1${TRAILER}`;
  return {
    bits,
    nominalBits: bits.length,
    dataBits: 0,
    dynamicStuffBits: stuffed.length + open.length - plain.length,
    crc: Number.parseInt(crc, 2),
    stuffCount: undefined,
  };
}

function fdFrameBits(frame: CanFrame): SlowFrame {
  const id = binary(frame.id, frame.extended ? 29 : 11);
  const brs = frame.brs ? "1" : "0";
  const arbitration = frame.extended
    ? `0${id.slice(0, 11)}11${id.slice(11)}010${brs}`
    : `0${id}0010${brs}`;
  const control = `${frame.esi ? "1" : "0"}${binary(FD_CODES.indexOf(frame.data.length), 4)}`;
  const plain = arbitration + control + bytes(frame.data);
  const stuffed = stuff(plain);
  const dynamicStuffBits = stuffed.length - plain.length;
  const count = dynamicStuffBits % 8;
  const gray = ["000", "001", "011", "010", "110", "111", "101", "100"][count] as string;
  const parity = [...gray].filter((bit) => bit === "1").length % 2;
  const stuffCount = `${gray}${parity}`;
  const polynomial =
    frame.data.length > 16
      ? "1100000010100010011001" // x^21 + x^20 + x^13 + x^11 + x^7 + x^4 + x^3 + 1
      : "110110100001011011"; // x^17 + x^16 + x^14 + x^13 + x^11 + x^6 + x^4 + x^3 + x + 1
  const initial = `1${"0".repeat(polynomial.length - 2)}`;
  const crc = remainder(stuffed + stuffCount, polynomial, initial);
  const tail = withFixedStuffBits(stuffed, stuffCount + crc);
  const bits = `${stuffed}${tail}1${TRAILER}`;
  const slowStart = stuff(arbitration).length;
  const fast = stuffed.length - slowStart + tail.length + 1;
  return {
    bits,
    nominalBits: frame.brs ? bits.length - fast : bits.length,
    dataBits: frame.brs ? fast : 0,
    dynamicStuffBits,
    crc: Number.parseInt(crc, 2),
    stuffCount: Number.parseInt(stuffCount, 2),
  };
}

/** After five equal bits an opposite one, unless nothing follows. */
function stuff(plain: string): string {
  let out = "";
  for (const bit of plain) {
    if (out.endsWith("00000")) out += "1";
    else if (out.endsWith("11111")) out += "0";
    out += bit;
  }
  return out;
}

/** An inverse of the bit before, then four bits, and so on. */
function withFixedStuffBits(before: string, field: string): string {
  let out = "";
  for (let i = 0; i < field.length; i += 4) {
    const previous = (before + out).at(-1);
    out += (previous === "1" ? "0" : "1") + field.slice(i, i + 4);
  }
  return out;
}

/** Remainder of the bits, shifted by the width, divided by the polynomial (both as bits). */
function remainder(bits: string, polynomial: string, initial: string): string {
  const width = polynomial.length - 1;
  const work = [...bits, ..."0".repeat(width)].map(Number);
  for (let i = 0; i < width; i++) work[i] = (work[i] as number) ^ Number(initial[i]);
  for (let i = 0; i < bits.length; i++) {
    if (work[i] === 0) continue;
    for (let j = 0; j <= width; j++) work[i + j] = (work[i + j] as number) ^ Number(polynomial[j]);
  }
  return work.slice(bits.length).join("");
}

function bytes(data: Uint8Array): string {
  return [...data].map((byte) => binary(byte, 8)).join("");
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, "0");
}
