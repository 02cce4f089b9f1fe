/** Which signals make the data of two frames differ. */

import {
  type DbcMessage,
  type DecodedMessage,
  decodeMessage,
  physicalOf,
  type SignalValue,
} from "../dbc/index.ts";

export interface SignalDiff {
  readonly message: string;
  readonly signal: string;
  readonly unit: string;
  /** Frames of the same place in which it differs, or only one of the two has it. */
  changed: number;
  /** The greatest distance of two values; null where none can be said. */
  greatest: number | null;
  readonly first: SignalChange;
}

/** A value is null where the frame does not have that signal. */
export interface SignalChange {
  readonly a: SignalValue | null;
  readonly b: SignalValue | null;
  readonly placeA: number;
  readonly placeB: number;
}

export interface ChangedFrame {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  readonly placeA: number;
  readonly placeB: number;
}

/** Gathers the differences of one message, frame by frame. */
export class SignalDiffs {
  readonly #message: DbcMessage;
  readonly #diffs = new Map<string, SignalDiff>();

  constructor(message: DbcMessage) {
    this.#message = message;
  }

  add(changed: ChangedFrame): void {
    const a = valuesOf(decodeMessage(this.#message, changed.a));
    const b = valuesOf(decodeMessage(this.#message, changed.b));
    for (const { name, unit } of this.#message.signals) {
      const change = { a: a.get(name) ?? null, b: b.get(name) ?? null };
      if (isChange(change)) this.#count({ name, unit }, { ...change, ...placesOf(changed) });
    }
  }

  /** In the order of the message. */
  get diffs(): SignalDiff[] {
    const names = this.#message.signals.map(({ name }) => name);
    return names.flatMap((name) => this.#diffs.get(name) ?? []);
  }

  #count({ name, unit }: { name: string; unit: string }, change: SignalChange): void {
    const distance = distanceOf(change);
    const known = this.#diffs.get(name);
    if (known === undefined) {
      const head = { message: this.#message.name, signal: name, unit };
      this.#diffs.set(name, { ...head, changed: 1, greatest: distance, first: change });
      return;
    }
    known.changed++;
    if (distance !== null) known.greatest = Math.max(known.greatest ?? 0, distance);
  }
}

function valuesOf({ values }: DecodedMessage): Map<string, SignalValue> {
  return new Map(values.map((value) => [value.signal.name, value]));
}

function isChange({ a, b }: Pick<SignalChange, "a" | "b">): boolean {
  if (a === null || b === null) return a !== b;
  return !Object.is(a.raw, b.raw);
}

function placesOf({ placeA, placeB }: ChangedFrame): Pick<SignalChange, "placeA" | "placeB"> {
  return { placeA, placeB };
}

function distanceOf({ a, b }: SignalChange): number | null {
  if (a === null || b === null) return null;
  const distance = Math.abs(physicalOf(a) - physicalOf(b));
  return Number.isFinite(distance) ? distance : null;
}
