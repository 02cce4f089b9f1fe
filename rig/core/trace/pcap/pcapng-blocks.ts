/** Blocks and options of pcapng (draft-ietf-opsawg-pcapng), as far as captures of CAN use them. */

import { viewOf } from "../binary/byte-queue.ts";

export const BLOCK = {
  section: 0x0a0d_0d0a,
  interface: 1,
  packet: 2,
  simple: 3,
  enhanced: 6,
} as const;
export const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
/** Of interfaces. */
export const OPTION_NAME = 2;
export const OPTION_RESOLUTION = 9;
export const OPTION_OFFSET = 14;
/** Of enhanced packets: two bits of their flags tell the direction. */
export const OPTION_DIRECTION = 2;

const OPTIONS_MAX = 64;

/** The first option of each code; what is cut off or beyond counting is left out. */
export function readOptions(bytes: Uint8Array, isLittle: boolean): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  for (let at = 0; at + 4 <= bytes.length && options.size < OPTIONS_MAX; ) {
    const code = view.getUint16(at, isLittle);
    const length = view.getUint16(at + 2, isLittle);
    const end = at + 4 + length;
    if (code === 0 || end > bytes.length) break;
    if (!options.has(code)) options.set(code, bytes.slice(at + 4, end));
    at = end + ((4 - (length % 4)) % 4);
  }
  return options;
}

/** A little-endian block around this body, which is filled up to whole words. */
export function blockOf(type: number, body: Uint8Array): Uint8Array {
  const length = 12 + Math.ceil(body.length / 4) * 4;
  const bytes = new Uint8Array(length);
  const view = viewOf(bytes);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(body, 8);
  view.setUint32(length - 4, length, true);
  return bytes;
}

/** An option, filled up to whole words. */
export function optionOf(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + Math.ceil(value.length / 4) * 4);
  const view = viewOf(bytes);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}
