/** Frames out of values of signals: the way back from decoding. */

import { RigError } from "../verdict/rig-error.ts";
import { type RawValue, rangeOf, readRaw, writeRaw } from "./bits.ts";
import type { DbcMessage, DbcSignal } from "./dbc.ts";
import { parseDecimal, rawOfScaled } from "./decimal.ts";

/** A physical value as number or digits, or a text of the signal's value table. */
export type PhysicalValue = number | bigint | string;

/**
 * The bytes of a message with these signals; bits of others are zero, or as `before` has them.
 * Throws `input.malformed` for a signal that the message doesn't have, a value that it can't
 * hold, or a multiplexed signal that the values don't select.
 */
export function encodeMessage(
  message: DbcMessage,
  values: Readonly<Record<string, PhysicalValue>>,
  before?: Uint8Array,
): Uint8Array {
  const data = new Uint8Array(message.length);
  if (before !== undefined) data.set(before.subarray(0, message.length));
  const given = Object.entries(values).map(([name, value]) => {
    const signal = message.signals.find((each) => each.name === name);
    if (signal === undefined) return refuse(message, `it has no signal ${name}`);
    writeChecked(message, signal, { data, raw: rawOfPhysical(signal, value) });
    return signal;
  });
  for (const signal of given) checkSelected(message, signal, data);
  return data;
}

/** The nearest raw value; throws `input.malformed` for what is no value of the signal. */
export function rawOfPhysical(signal: DbcSignal, value: PhysicalValue): RawValue {
  for (const [raw, text] of signal.values) if (text === value) return raw;
  if (signal.form === "single" || signal.form === "double") {
    return (Number(value) - signal.offset) / signal.factor;
  }
  const decimal = parseDecimal(String(value));
  const raw = decimal === null ? null : rawOfScaled(signal.scale, decimal);
  if (raw === null) {
    const text = `${signal.name} is ${JSON.stringify(String(value))}: expected a number`;
    throw new RigError("input.malformed", text);
  }
  const [least, greatest] = rangeOf(signal.place);
  if (raw < least || raw > greatest) {
    const bits = `${signal.length} ${signal.form} bits`;
    throw new RigError("input.malformed", `${signal.name} is ${value}, beyond its ${bits}`);
  }
  return Number.isSafeInteger(Number(raw)) ? Number(raw) : raw;
}

function writeChecked(
  message: DbcMessage,
  signal: DbcSignal,
  { data, raw }: { readonly data: Uint8Array; readonly raw: RawValue },
): void {
  if (signal.place.lastByte >= data.length) {
    refuse(message, `signal ${signal.name} reaches beyond its ${message.length} bytes`);
  }
  writeRaw(signal.place, data, raw);
}

function checkSelected(message: DbcMessage, signal: DbcSignal, data: Uint8Array): void {
  for (let each = signal; each.selector !== null; each = each.selector.signal) {
    const { selector } = each;
    const raw = Number(readRaw(selector.signal.place, data));
    if (selector.ranges.some(([least, greatest]) => raw >= least && raw <= greatest)) continue;
    refuse(message, `signal ${signal.name} is not there when ${selector.signal.name} is ${raw}`);
  }
}

function refuse(message: DbcMessage, problem: string): never {
  throw new RigError("input.malformed", `message ${message.name}: ${problem}`);
}
