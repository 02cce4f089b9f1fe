/** Gathers the signals of a plot while the trace is read. */

import { type DbcSignal, labelOf, physicalOf, type SignalValue } from "../../core/dbc/index.ts";
import { civilOfTime, type TraceInfo, type TraceTime } from "../../core/trace/index.ts";
import { nanosecondsOf, subtractTimes, zeroPadded } from "../../core/trace/trace-time.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { DecodedFrame } from "../../report/decode/decoded-frame.ts";
import { PlotSeries } from "../../report/plot/plot-series.ts";
import { type PlottedSignal, plotSvg } from "../../report/plot/plot-svg.ts";
import type { FrameSink } from "./decode-trace.ts";

/** More panels than these are no picture. */
const SIGNALS_MAX = 64;
/** Texts of a signal that are kept for its axis. */
const LABELS_MAX = 64;

interface Gathered {
  readonly channel: string;
  readonly message: string;
  readonly signal: DbcSignal;
  readonly series: PlotSeries;
  readonly labels: Map<number, string>;
}

export class PlotSink implements FrameSink {
  readonly #trace: string;
  readonly #gathered = new Map<string, Map<DbcSignal, Gathered>>();
  #signals = 0;
  #first: TraceTime | null = null;
  #leastNs = 0;
  #greatestNs = 0;

  /** `trace` is the name of the file. */
  constructor(trace: string) {
    this.#trace = trace;
  }

  /** Throws `input.malformed` for a frame without a time. */
  frame({ record, decoded }: DecodedFrame): void {
    if (record.time === null) {
      const text = "its frames have no time stamps, so nothing can be drawn over time";
      throw new RigError("input.malformed", `${this.#trace}: ${text}`);
    }
    this.#first ??= record.time;
    const timeNs = Number(nanosecondsOf(subtractTimes(record.time, this.#first)));
    this.#leastNs = Math.min(this.#leastNs, timeNs);
    this.#greatestNs = Math.max(this.#greatestNs, timeNs);
    for (const value of decoded.values) {
      this.#add(this.#of(record.channel, decoded.message.name, value.signal), value, timeNs);
    }
  }

  async flush(): Promise<void> {}

  svg(info: TraceInfo): string {
    const all = [...this.#gathered.values()].flatMap((signals) => [...signals.values()]);
    const hasChannels = this.#gathered.size > 1;
    return plotSvg({
      title: this.#trace,
      timeText: `time since the first frame shown${startText(info, this.#first)}`,
      untilNs: this.#greatestNs - this.#leastNs,
      startNs: this.#leastNs,
      signals: all.map((gathered) => plotted(gathered, hasChannels)),
    });
  }

  #of(channel: string, message: string, signal: DbcSignal): Gathered {
    const signals = this.#gathered.get(channel) ?? new Map<DbcSignal, Gathered>();
    const known = signals.get(signal);
    if (known !== undefined) return known;
    if (++this.#signals > SIGNALS_MAX) {
      const text = `--signals names more than ${SIGNALS_MAX} signals: expected fewer for a plot`;
      throw new RigError("usage.option", text);
    }
    const gathered = { channel, message, signal, series: new PlotSeries(), labels: new Map() };
    signals.set(signal, gathered);
    this.#gathered.set(channel, signals);
    return gathered;
  }

  #add({ series, labels }: Gathered, value: SignalValue, timeNs: number): void {
    const number = physicalOf(value);
    series.add(timeNs, number);
    if (labels.size >= LABELS_MAX || labels.has(number)) return;
    const label = labelOf(value);
    if (label !== undefined) labels.set(number, label);
  }
}

function plotted(gathered: Gathered, hasChannels: boolean): PlottedSignal {
  const { channel, message, signal, series, labels } = gathered;
  const name = `${message}.${signal.name}`;
  return {
    name: hasChannels ? `${channel} ${name}` : name,
    unit: signal.unit,
    series,
    labelOf: (value) => labels.get(value),
    isState: signal.length === 1,
  };
}

function startText({ clock }: TraceInfo, first: TraceTime | null): string {
  if (clock !== "epoch" || first === null) return "";
  const { year, month, day, hour, minute, second } = civilOfTime(first);
  const date = [year, month, day].map((part) => zeroPadded(part, 2)).join("-");
  const time = [hour, minute, second].map((part) => zeroPadded(part, 2)).join(":");
  return `: ${date} ${time} UTC`;
}
