/**
 * The signals of a frame. Multiplexed ones come only when the frame selects them, and none is
 * made up: one whose bits the frame doesn't have is missing.
 */

import { type RawValue, readRaw } from "./bits.ts";
import type { DbcMessage, DbcSignal, Selector } from "./dbc.ts";
import { floatText, scaledNumber, scaledText, shortestSingle } from "./decimal.ts";

export interface SignalValue {
  readonly signal: DbcSignal;
  readonly raw: RawValue;
}

export interface DecodedMessage {
  readonly message: DbcMessage;
  /** In the order of the file. */
  readonly values: readonly SignalValue[];
  /** Bytes that the message has beyond those of the frame; 0 when it has them all. */
  readonly missingBytes: number;
}

/** `wanted` leaves out other signals. */
export function decodeMessage(
  message: DbcMessage,
  data: Uint8Array,
  wanted?: ReadonlySet<DbcSignal>,
): DecodedMessage {
  const values: SignalValue[] = [];
  for (const signal of message.signals) {
    if (signal.place.lastByte >= data.length) continue;
    if (wanted !== undefined && !wanted.has(signal)) continue;
    if (signal.selector !== null && !isSelected(signal.selector, data)) continue;
    values.push({ signal, raw: readRaw(signal.place, data) });
  }
  return { message, values, missingBytes: Math.max(0, message.length - data.length) };
}

function isSelected({ signal, ranges }: Selector, data: Uint8Array): boolean {
  if (signal.place.lastByte >= data.length) return false;
  if (signal.selector !== null && !isSelected(signal.selector, data)) return false;
  const raw = Number(readRaw(signal.place, data));
  for (const [least, greatest] of ranges) if (raw >= least && raw <= greatest) return true;
  return false;
}

/** The physical value as a double: of whole raw values the one next to the exact value. */
export function physicalOf({ signal, raw }: SignalValue): number {
  const { form, scale, factor, offset } = signal;
  if (form !== "single" && form !== "double") return scaledNumber(scale, raw);
  return scale.isIdentity ? Number(raw) : Number(raw) * factor + offset;
}

/**
 * The physical value with all of its digits and none too many. Floating-point raw values stand for
 * the shortest decimal that gives them, so that 9.98 in 32 bits, times 0.1, is 0.998; NaN, Infinity
 * and -Infinity are written so.
 */
export function physicalText({ signal, raw }: SignalValue): string {
  const { form, scale } = signal;
  if (form !== "single" && form !== "double") return scaledText(scale, raw);
  const shortest = form === "single" ? shortestSingle(Number(raw)) : Number(raw);
  return floatText(scale, shortest);
}

/** What the file calls this value, if it does. */
export function labelOf({ signal, raw }: SignalValue): string | undefined {
  return signal.values.size === 0 ? undefined : signal.values.get(raw);
}
