/** Drawing of latency and rate on a canvas; 100,000 operations share the pixels that there are. */

import { type FaultSpan, type History, type SpanType, timeText } from "./operations.ts";
import { contextOf, GUTTER, type Ink, inkOf, timesWidth } from "./time-axis.tsx";

export interface PlotScene {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly width: number;
  readonly height: number;
}

/** Below what is drawn, for times. */
const FOOT = 18;
/** The rare ones over the frequent ones. */
const KINDS: readonly SpanType[] = ["ok", "info", "fail"];

interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly ink: Ink;
  readonly width: number;
}

function colorOf(kind: SpanType, ink: Ink): string {
  return kind === "ok" ? ink.good : kind === "fail" ? ink.bad : ink.info;
}

function begun(canvas: HTMLCanvasElement, scene: PlotScene) {
  const { width, height, history, faults } = scene;
  const context = contextOf(canvas, width, height);
  if (context === null) return null;
  const ink = inkOf(canvas);
  const untilMs = Math.max(0.001, history.endMs);
  const xOf = (ms: number) => GUTTER + (ms / untilMs) * timesWidth(width);
  for (const fault of faults) {
    context.fillStyle = ink.fault;
    context.globalAlpha = 0.15;
    const left = xOf(fault.startMs);
    context.fillRect(left, 0, Math.max(1, xOf(fault.endMs ?? untilMs) - left), height - FOOT);
    context.globalAlpha = 1;
  }
  context.fillStyle = ink.text;
  for (const part of width < 500 ? [0, 0.5] : [0, 0.25, 0.5, 0.75]) {
    context.fillText(timeText(untilMs * part), xOf(untilMs * part) + 2, height - 4);
  }
  return { context, ink, width, xOf, untilMs };
}

/** A number left of what is drawn, and a line. */
function tick({ context, ink, width }: Drawing, text: string, y: number): void {
  context.strokeStyle = ink.line;
  context.beginPath();
  context.moveTo(GUTTER, y);
  context.lineTo(width, y);
  context.stroke();
  context.fillStyle = ink.text;
  context.textAlign = "right";
  context.fillText(text, GUTTER - 5, y + 4);
  context.textAlign = "left";
}

/** One point for each operation, at its invocation, on a logarithmic scale. Says what is seen. */
export function drawLatency(canvas: HTMLCanvasElement, scene: PlotScene): string {
  const made = begun(canvas, scene);
  if (made === null) return "";
  const { context, ink, xOf } = made;
  const { history, width, height } = scene;
  const bottom = height - FOOT;
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const { type, startMs, endMs } of history.spans) {
    const ms = endMs - startMs;
    if (type === "open" || ms <= 0) continue;
    least = Math.min(least, ms);
    most = Math.max(most, ms);
  }
  if (most === 0) return "Latency: nothing completed yet";
  const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most) + 1e-9)];
  const yOf = (ms: number) =>
    bottom - 4 - ((Math.log10(ms) - low) / Math.max(1, high - low)) * (bottom - 12);
  for (let power = low; power <= high; power++) {
    tick(made, timeText(10 ** power).replace(/\.0+ /, " "), yOf(10 ** power));
  }
  for (const kind of KINDS) {
    context.fillStyle = colorOf(kind, ink);
    const taken = new Uint8Array(Math.ceil(width) * height);
    for (const { type, startMs, endMs } of history.spans) {
      if (type !== kind || endMs <= startMs) continue;
      const [x, y] = [Math.round(xOf(startMs)), Math.round(yOf(endMs - startMs))];
      const pixel = y * Math.ceil(width) + x;
      if (taken[pixel] === 1) continue;
      taken[pixel] = 1;
      context.fillRect(x - 1, y - 1, 3, 3);
    }
  }
  return `Latency of ${history.spans.length} operations, ${timeText(least)} to ${timeText(most)}`;
}

/** Completions in each of some hundred windows, one line for each outcome. Says what is seen. */
export function drawRate(canvas: HTMLCanvasElement, scene: PlotScene): string {
  const made = begun(canvas, scene);
  if (made === null) return "";
  const { context, ink, xOf, untilMs } = made;
  const { history, width, height } = scene;
  const windows = Math.max(20, Math.min(120, Math.floor(timesWidth(width) / 6)));
  const windowMs = untilMs / windows;
  const counts = new Map(KINDS.map((kind) => [kind, new Float64Array(windows)]));
  let most = 0;
  for (const { type, endMs } of history.spans) {
    const row = counts.get(type);
    if (row === undefined) continue;
    const at = Math.min(windows - 1, Math.floor(endMs / windowMs));
    const count = (row[at] ?? 0) + 1;
    row[at] = count;
    most = Math.max(most, count);
  }
  const perSecond = 1000 / windowMs;
  const bottom = height - FOOT;
  const yOf = (count: number) => bottom - (count / Math.max(1, most)) * (bottom - 10);
  for (const part of [0, 0.5, 1]) {
    tick(made, String(Math.round(most * part * perSecond)), yOf(most * part));
  }
  context.lineWidth = 1.5;
  for (const kind of KINDS) {
    const row = counts.get(kind);
    if (row === undefined || row.every((count) => count === 0)) continue;
    context.strokeStyle = colorOf(kind, ink);
    context.beginPath();
    row.forEach((count, at) => {
      context.lineTo(xOf(at * windowMs), yOf(count));
      context.lineTo(xOf((at + 1) * windowMs), yOf(count));
    });
    context.stroke();
  }
  return `Completed per second, at most ${Math.round(most * perSecond)}`;
}
