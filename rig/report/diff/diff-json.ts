/** Two traces compared, for scripts: one object. */

import { labelOf, physicalText, type SignalValue } from "../../core/dbc/index.ts";
import { formatBytes } from "../../core/trace/text/hex.ts";
import {
  type FrameSample,
  flagsText,
  isKeyDifferent,
  type KeyDiff,
  type TraceDiff,
} from "../../core/trace-diff/index.ts";
import { idText } from "../decode/decoded-frame.ts";
import type { ComparedTrace } from "./compared-trace.ts";

export function diffJson(
  diff: TraceDiff,
  [a, b]: readonly [a: ComparedTrace, b: ComparedTrace],
  notes: readonly string[],
): string {
  const { isDifferent, channels, keys, time, uncompared } = diff;
  const object = {
    different: isDifferent,
    a: sideJson(a),
    b: sideJson(b),
    channels,
    identifiers: keys.map(keyJson),
    time,
    uncompared,
    notes,
  };
  return `${JSON.stringify(object)}\n`;
}

function sideJson({ name, format, content }: ComparedTrace) {
  const { frames, first, lastNs, holes, overloads } = content;
  return { file: name, format, frames, spanNs: first === null ? null : lastNs, holes, overloads };
}

function keyJson(key: KeyDiff) {
  const { kind, id, extended, channels, name, signals, ...figures } = key;
  const { firstMissing, firstExtra, firstChange, isByPosition, isPeriodOff, ...counts } = figures;
  const [changedA, changedB] = firstChange ?? [null, null];
  return {
    kind,
    id: kind === "error" ? null : idText(id, extended),
    extended,
    channelA: channels.a,
    channelB: channels.b,
    message: name,
    different: isKeyDifferent(key),
    ...counts,
    pairedByPosition: isByPosition,
    periodOff: isPeriodOff,
    firstMissing: sampleJson(firstMissing),
    firstExtra: sampleJson(firstExtra),
    firstChange: firstChange === null ? null : [sampleJson(changedA), sampleJson(changedB)],
    signals: signals.map(({ signal, unit, changed, greatest, first }) => ({
      signal,
      unit,
      changed,
      greatest,
      firstA: { at: first.placeA, ...valueJson(first.a) },
      firstB: { at: first.placeB, ...valueJson(first.b) },
    })),
  };
}

function sampleJson(sample: FrameSample | null) {
  if (sample === null) return null;
  const { place, flags, data } = sample;
  return { at: place, format: flagsText(flags), data: formatBytes(data, "") };
}

/** Values as texts, with all of their digits. */
function valueJson(value: SignalValue | null) {
  if (value === null) return { value: null, label: null };
  return { value: physicalText(value), label: labelOf(value) ?? null };
}
