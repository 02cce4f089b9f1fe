/** Bytes and identifiers as digits: what the text formats have in common. */

import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../can/frame.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  (0x100 | byte).toString(16).slice(1).toUpperCase(),
);

/** Two digits for each byte, upper case. */
export function formatBytes(data: Uint8Array, separator: string): string {
  let text = "";
  for (let i = 0; i < data.length; i++) {
    if (i > 0) text += separator;
    text += PAIRS[data[i] as number] as string;
  }
  return text;
}

export function formatHex(value: number, width = 1): string {
  return value.toString(16).toUpperCase().padStart(width, "0");
}

/** The value of each hexadecimal digit by its character code; -1 for other characters. */
const NIBBLES = Int8Array.from({ length: 128 }, (_, code) => {
  const value = "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase());
  return value;
});

/** The hexadecimal digit at this place of a text; -1 where there is none. */
export function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (NIBBLES[code] as number) : -1;
}

export type NumberBase = 2 | 10 | 16;

const DIGITS_MAX: Readonly<Record<NumberBase, number>> = { 2: 8, 10: 10, 16: 8 };

/** A whole number in this base; -1 where the text is none. */
export function parseDigits(text: string | undefined, base: NumberBase): number {
  if (text === undefined || text === "" || text.length > DIGITS_MAX[base]) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = digitAt(text, at);
    if (digit < 0 || digit >= base) return -1;
    value = value * base + digit;
  }
  return value;
}

export interface BytesText {
  readonly tokens: readonly string[];
  /** Which token is the first byte. */
  readonly from: number;
  readonly count: number;
  readonly base: NumberBase;
}

/** So many bytes out of a line that was cut at its blanks. */
export function parseBytes({ tokens, from, count, base }: BytesText, line: number): Uint8Array {
  const data = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const token = tokens[from + i];
    const byte = parseDigits(token, base);
    if (byte < 0 || byte > 255) {
      const found = token === undefined ? "the line ends" : `"${token.slice(0, 20)}" stands`;
      refuseLine(line, `${found} where byte ${i + 1} of ${count} is expected`);
    }
    data[i] = byte;
  }
  return data;
}

/** Bytes without anything between them. */
export function parsePairs(digits: string, line: number): Uint8Array {
  const data = pairsAt(digits, 0, digits.length);
  if (data === null) refuseLine(line, `data "${digits.slice(0, 40)}" are not pairs of digits`);
  return data;
}

/** The same from one place of a text to another; null where these are no pairs of digits. */
export function pairsAt(text: string, from: number, to: number): Uint8Array | null {
  if ((to - from) % 2 !== 0) return null;
  const data = new Uint8Array((to - from) / 2);
  for (let i = 0, at = from; at < to; i++, at += 2) {
    const high = digitAt(text, at);
    const low = digitAt(text, at + 1);
    if (high < 0 || low < 0) return null;
    data[i] = 16 * high + low;
  }
  return data;
}

/** Checks an identifier; one that needs 29 bits has them, whatever the file says of its format. */
export function checkId(
  given: { readonly id: number; readonly extended: boolean },
  line: number,
  output: TraceOutput,
): { id: number; extended: boolean } {
  const { id, extended } = given;
  if (id < 0 || id > EXTENDED_ID_MAX) {
    refuseLine(line, "no identifier of up to 29 bits where one is expected");
  }
  if (extended || id <= BASE_ID_MAX) return { id, extended };
  output.assumed.add("identifiers above 7FF that are not marked as extended: extended", line);
  return { id, extended: true };
}
