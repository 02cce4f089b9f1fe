/** Which frames an assertion is about: by identifier, first bytes, and the value of a signal. */

import {
  type DbcMessage,
  type DbcSignal,
  decodeMessage,
  labelOf,
  physicalOf,
} from "../dbc/index.ts";
import type { FrameRecord } from "../trace/index.ts";

/** A number with bounds included, or the text that a value table has for it. */
export type ExpectedValue =
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  | { readonly kind: "label"; readonly label: string };

export interface SignalPattern {
  readonly message: DbcMessage;
  readonly signal: DbcSignal;
  /** Null: any value, as long as the frame has the signal. */
  readonly value: ExpectedValue | null;
}

export interface FramePattern {
  /** As messages call it: `123`, `Motor.Speed from 0 to 100`. */
  readonly text: string;
  /** Null: on any channel. */
  readonly channel: string | null;
  readonly id: number;
  readonly extended: boolean;
  /** The first bytes; null for any. */
  readonly data: readonly (number | null)[];
  readonly signal: SignalPattern | null;
}

/** Remote frames carry nothing, so they never match. */
export function matches(pattern: FramePattern, record: FrameRecord): boolean {
  if (record.kind !== "data" || record.id !== pattern.id) return false;
  if (record.extended !== pattern.extended) return false;
  if (pattern.channel !== null && record.channel !== pattern.channel) return false;
  if (pattern.data.length > record.data.length) return false;
  for (const [index, byte] of pattern.data.entries()) {
    if (byte !== null && record.data[index] !== byte) return false;
  }
  return pattern.signal === null || hasValue(pattern.signal, record.data);
}

function hasValue({ message, signal, value }: SignalPattern, data: Uint8Array): boolean {
  const [found] = decodeMessage(message, data, new Set([signal])).values;
  if (found === undefined) return false;
  if (value === null) return true;
  if (value.kind === "label") return labelOf(found) === value.label;
  const physical = physicalOf(found);
  // What a scale makes of a whole number is off in the last digits.
  const slack = 1e-9 * Math.max(1, Math.abs(physical));
  return physical >= value.min - slack && physical <= value.max + slack;
}
