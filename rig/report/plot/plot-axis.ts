/** The vertical axis of a panel: round numbers, or the texts of the values that came. */

import type { PlotSeries } from "./plot-series.ts";

export interface PlotTick {
  /** 0 at the bottom of the panel, 1 at its top. */
  readonly at: number;
  readonly label: string;
}

export interface PlotAxis {
  readonly ticks: readonly PlotTick[];
  /** 0 at the bottom, 1 at the top. */
  readonly place: (value: number) => number;
  /** Whether a value holds until the next one. */
  readonly isStepped: boolean;
}

/** Each value in a row of its own, from below; so no odd one presses the others together. */
export function rowsAxis(values: readonly number[], textOf: (value: number) => string): PlotAxis {
  const rows = new Map(values.map((value, at) => [value, (at + 0.5) / values.length]));
  return {
    ticks: values.map((value) => ({ at: rows.get(value) ?? 0, label: textOf(value) })),
    place: (value) => rows.get(value) ?? 0,
    isStepped: true,
  };
}

/** Room above and below the extremes, as a share of the height. */
const ROOM = 0.06;
const TICKS_MAX = 5;

export function numbersAxis({ least, greatest }: PlotSeries, isStepped: boolean): PlotAxis {
  const isFlat = least === greatest;
  // Halves, since the range of doubles exceeds a double.
  const [low, high] = isFlat ? aroundValue(least) : [least, greatest];
  const half = high / 2 - low / 2;
  const place = (value: number) => {
    const share = half === 0 ? 0.5 : (value / 2 - low / 2) / half;
    return ROOM + share * (1 - 2 * ROOM);
  };
  const ticks = roundNumbers(low, high).map((value) => ({ at: place(value), label: text(value) }));
  return { ticks, place, isStepped };
}

function aroundValue(value: number): readonly [number, number] {
  const by = value === 0 ? 1 : Math.abs(value) * 0.1;
  return [value - by, value + by];
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function roundNumbers(low: number, high: number): number[] {
  const step = roundStep((high - low) / (TICKS_MAX - 1));
  if (!Number.isFinite(step) || step <= 0) return [low, high];
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  if (last - first > 2 * TICKS_MAX || first > last) return [low, high];
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

function roundStep(least: number): number {
  const [digits = "1", power = "0"] = least.toExponential().split("e");
  const mantissa = Number(digits);
  const round = [1, 2, 5, 10].find((each) => each >= mantissa) ?? 10;
  return Number(`${round}e${power}`);
}

function text(value: number): string {
  return String(Number(value.toPrecision(6)));
}
