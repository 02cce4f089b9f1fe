/**
 * Where the bits of a signal lie, and how they are read and written. DBC counts bits as byte times
 * eight plus the bit in the byte, from the least; a little-endian signal begins with its least bit
 * and goes up, a big-endian one begins with its most significant bit and goes down, then on to the
 * most significant bit of the next byte.
 */

/** Whole numbers beyond 53 bits come as bigint. */
export type RawValue = number | bigint;

export type NumberForm = "unsigned" | "signed" | "single" | "double";

/** Up to 32 bits that lie together. */
interface Part {
  readonly firstByte: number;
  readonly lastByte: number;
  /** Bits to the right of them, in the number that the bytes make. */
  readonly shift: number;
  readonly length: number;
}

export interface BitPlace {
  readonly isBigEndian: boolean;
  readonly form: NumberForm;
  /** 1 to 64 bits. */
  readonly length: number;
  /** A frame has the signal when it has this byte. */
  readonly lastByte: number;
  readonly low: Part;
  /** What exceeds the 32 bits of the low part. */
  readonly high: Part | null;
  /** Turns bits into floating-point numbers. */
  readonly scratch: DataView | null;
}

export interface BitField {
  readonly start: number;
  readonly length: number;
  readonly isBigEndian: boolean;
  readonly form: NumberForm;
}

const PART_BITS = 32;
const TWO_32 = 2 ** PART_BITS;

export function placeOf({ start, length, isBigEndian, form }: BitField): BitPlace {
  const parts: Part[] = [];
  for (let done = 0; done < length; done += PART_BITS) {
    const bits = Math.min(PART_BITS, length - done);
    parts.push(
      isBigEndian ? bigPart(start, length - done - bits, bits) : littlePart(start + done, bits),
    );
  }
  const [low, high] = parts as [Part, Part | undefined];
  const isFloat = form === "single" || form === "double";
  return {
    isBigEndian,
    form,
    length,
    lastByte: Math.max(low.lastByte, high?.lastByte ?? 0),
    low,
    high: high ?? null,
    scratch: isFloat ? new DataView(new ArrayBuffer(8)) : null,
  };
}

function littlePart(start: number, length: number): Part {
  const lastByte = Math.floor((start + length - 1) / 8);
  return { firstByte: Math.floor(start / 8), lastByte, shift: start % 8, length };
}

/** Bits that begin `skipped` bits after the most significant one of the signal. */
function bigPart(start: number, skipped: number, length: number): Part {
  // Counted from the most significant bit of the first byte, the bits of a signal lie in a row.
  const first = start - (start % 8) + 7 - (start % 8) + skipped;
  const last = first + length - 1;
  const lastByte = Math.floor(last / 8);
  return { firstByte: Math.floor(first / 8), lastByte, shift: 7 - (last % 8), length };
}

/** The raw value; the data must have the place's last byte. */
export function readRaw(place: BitPlace, data: Uint8Array): RawValue {
  const low = readPart(place.low, data, place.isBigEndian);
  if (place.scratch !== null) return readFloat(place, low, data);
  const { length } = place;
  const isSigned = place.form === "signed";
  if (place.high === null) {
    return isSigned && low >= 2 ** (length - 1) ? low - 2 ** length : low;
  }
  let high = readPart(place.high, data, place.isBigEndian);
  if (isSigned && high >= 2 ** (length - PART_BITS - 1)) high -= 2 ** (length - PART_BITS);
  const value = high * TWO_32 + low;
  if (Number.isSafeInteger(value)) return value;
  return BigInt(high) * BigInt(TWO_32) + BigInt(low);
}

function readFloat({ scratch, high, isBigEndian }: BitPlace, low: number, data: Uint8Array) {
  const view = scratch as DataView;
  view.setUint32(4, low);
  if (high === null) return view.getFloat32(4);
  view.setUint32(0, readPart(high, data, isBigEndian));
  return view.getFloat64(0);
}

function readPart(part: Part, data: Uint8Array, isBigEndian: boolean): number {
  const { firstByte, lastByte, shift, length } = part;
  if (lastByte - firstByte < 4) {
    let word = 0;
    if (isBigEndian)
      for (let i = firstByte; i <= lastByte; i++) word = (word << 8) | byteAt(data, i);
    else for (let i = lastByte; i >= firstByte; i--) word = (word << 8) | byteAt(data, i);
    const value = word >>> shift;
    return length === PART_BITS ? value : value & ((1 << length) - 1);
  }
  let value = 0;
  if (isBigEndian)
    for (let i = firstByte; i <= lastByte; i++) value = value * 256 + byteAt(data, i);
  else for (let i = lastByte; i >= firstByte; i--) value = value * 256 + byteAt(data, i);
  return Math.floor(value / 2 ** shift) % 2 ** length;
}

function byteAt(data: Uint8Array, index: number): number {
  return data[index] as number;
}

/** Writes a raw value that the place can hold; bits around it stay. */
export function writeRaw(place: BitPlace, data: Uint8Array, raw: RawValue): void {
  const bits = bitsOf(place, raw);
  writePart(place.low, data, { isBigEndian: place.isBigEndian, bits: Number(bits % 2n ** 32n) });
  if (place.high === null) return;
  writePart(place.high, data, { isBigEndian: place.isBigEndian, bits: Number(bits >> 32n) });
}

function bitsOf({ form, length, scratch }: BitPlace, raw: RawValue): bigint {
  if (scratch === null) return BigInt.asUintN(length, BigInt(raw));
  if (form === "single") {
    scratch.setFloat32(4, Number(raw));
    return BigInt(scratch.getUint32(4));
  }
  scratch.setFloat64(0, Number(raw));
  return scratch.getBigUint64(0);
}

function writePart(
  { firstByte, lastByte, shift, length }: Part,
  data: Uint8Array,
  { isBigEndian, bits }: { readonly isBigEndian: boolean; readonly bits: number },
): void {
  for (let i = 0; i < length; i++) {
    const at = shift + i;
    const byte = isBigEndian ? lastByte - Math.floor(at / 8) : firstByte + Math.floor(at / 8);
    const mask = 1 << (at % 8);
    const isSet = Math.floor(bits / 2 ** i) % 2 === 1;
    data[byte] = isSet ? byteAt(data, byte) | mask : byteAt(data, byte) & ~mask;
  }
}

/** The least and the greatest whole number that the place can hold. */
export function rangeOf({ form, length }: BitPlace): readonly [least: bigint, greatest: bigint] {
  if (form === "signed") return [-(2n ** BigInt(length - 1)), 2n ** BigInt(length - 1) - 1n];
  return [0n, 2n ** BigInt(length) - 1n];
}
