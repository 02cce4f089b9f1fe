/** Drawing of the timeline on a canvas, and finding of what is under the pointer. */

import { type BusTrouble, controllersOf, controllerText } from "../core/run/bus-course.ts";
import type { Load } from "./live.ts";
import { type FaultSpan, type History, type Row, type Span, timeText } from "./operations.ts";
import { MARK, stamp, stampOf } from "./stamps.ts";
import { contextOf, GUTTER, type Ink, inkOf, timesWidth } from "./time-axis.tsx";

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Scene {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly loads: readonly Load[];
  readonly troubles: readonly BusTrouble[];
  readonly marked: ReadonlySet<number>;
  readonly window: Window;
  readonly width: number;
  readonly height: number;
}

const LANE = 22;
/** Below the lanes: names of faults, load of the bus, strips of its controllers, times. */
const NAMES = 30;
const LOAD = 18;
const STRIP = 15;
const TIMES = 16;
const NS_PER_MS = 1e6;

/** Pixels below the lanes. */
export function footOf(troubles: Scene["troubles"]): number {
  return NAMES + busHeight(troubles);
}

function busHeight(troubles: Scene["troubles"]): number {
  return LOAD + controllersOf(troubles).length * STRIP + TIMES;
}

export function drawTimeline(canvas: HTMLCanvasElement, scene: Scene): void {
  const { width, height } = scene;
  const context = contextOf(canvas, width, height);
  if (context === null) return;
  const ink = inkOf(canvas);
  drawFaults(context, scene, ink);
  drawLanes(context, scene, ink);
  drawSpans(context, scene, ink);
  drawBus(context, scene, ink);
}

export function xOf(
  { window: { fromMs, toMs }, width }: Pick<Scene, "window" | "width">,
  ms: number,
): number {
  return GUTTER + ((ms - fromMs) / (toMs - fromMs)) * timesWidth(width);
}

/** The time at a place from the left, the other way round. */
export function timeAt({ window: { fromMs, toMs }, width }: Scene, x: number): number {
  return fromMs + ((x - GUTTER) / timesWidth(width)) * (toMs - fromMs);
}

function drawLanes(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const { history, width } = scene;
  context.strokeStyle = ink.line;
  context.fillStyle = ink.text;
  history.lanes.forEach(({ processes: [process = ""] }, lane) => {
    const y = middleOf(lane);
    context.beginPath();
    context.moveTo(GUTTER, y);
    context.lineTo(width, y);
    context.stroke();
    context.fillText(process, 4, y + 4);
  });
}

function drawFaults(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const bottom = scene.height - busHeight(scene.troubles);
  context.fillStyle = ink.fault;
  scene.faults.forEach((fault, index) => {
    const left = Math.max(GUTTER, xOf(scene, fault.startMs));
    const right = Math.min(scene.width, xOf(scene, fault.endMs ?? scene.window.toMs));
    if (right <= left) return;
    context.globalAlpha = 0.15;
    context.fillRect(left, 0, right - left, bottom);
    context.globalAlpha = 1;
    context.fillText(fault.kind, left + 4, bottom - 4 - 12 * (index % 2));
  });
}

/** Spans from their invocation to their end, and what is worth pointing out over the rest. */
function drawSpans(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const { history, window: view, marked } = scene;
  const pen: Pen = { context, scene, ink, hasRoom: hasRoom(scene) };
  for (const [lane, { all }] of history.lanes.entries()) drawUsual(pen, all, lane);
  for (const { rare } of history.lanes) drawRare(pen, rare);
  for (const span of history.open) {
    if (span.startMs <= view.toMs) drawOne(pen, span, rightOf(scene, span));
  }
  for (const index of marked) {
    const span = history.spanOf(index);
    if (span === undefined || span.startMs > view.toMs) continue;
    const right = rightOf(scene, span);
    if (right >= GUTTER) drawOne({ ...pen, hasRoom: true }, span, right, MARKED_HIGH);
  }
}

interface Pen {
  readonly context: CanvasRenderingContext2D;
  readonly scene: Scene;
  readonly ink: Ink;
  /** Whether rings and discs of neighbours would be apart; else they tell nothing and cost most. */
  readonly hasRoom: boolean;
}

const HIGH = 3;
const MARKED_HIGH = 5;

function hasRoom({ history, window: { fromMs, toMs }, width }: Scene): boolean {
  const most = timesWidth(width) / (3 * MARK);
  return history.lanes.every(({ all }) => all.until(toMs) - all.until(fromMs) <= most);
}

/** Bars that touch are one: however many spans, no more is drawn than there are pixels. */
function drawUsual({ context, scene, ink, hasRoom }: Pen, row: Row, lane: number): void {
  const y = middleOf(lane);
  let [from, until] = [GUTTER, GUTTER - 2];
  const flush = () => {
    if (until >= from) context.fillRect(from, y - HIGH / 2, Math.max(1, until - from), HIGH);
  };
  context.fillStyle = ink.good;
  eachSeen(row, scene, ({ type }, left, right) => {
    if (type !== "ok") return;
    if (left > until + 1) {
      flush();
      from = Math.max(GUTTER, left);
    }
    until = right;
  });
  flush();
  if (!hasRoom) return;
  const [ring, disc] = [stampOf("ring", ink.link), stampOf("disc", ink.good)];
  eachSeen(row, scene, ({ type }, left, right) => {
    if (type !== "ok") return;
    stamp(context, ring, left, y);
    stamp(context, disc, right, y);
  });
}

function drawRare(pen: Pen, row: Row): void {
  let last = Number.NEGATIVE_INFINITY;
  eachSeen(row, pen.scene, (span, _, right) => {
    if (right - last < MARK && !pen.hasRoom) return;
    last = right;
    drawOne(pen, span, right);
  });
}

function drawOne({ context, scene, ink, hasRoom }: Pen, span: Span, right: number, high = HIGH) {
  const { type, startMs, lane } = span;
  const y = middleOf(lane);
  const x = xOf(scene, startMs);
  const left = Math.max(GUTTER, x);
  const color = type === "fail" ? ink.bad : type === "ok" ? ink.good : ink.info;
  context.fillStyle = high === HIGH ? color : ink.bad;
  context.globalAlpha = type === "fail" || type === "ok" ? 1 : 0.5;
  context.fillRect(left, y - high / 2, Math.max(1, right - left), high);
  context.globalAlpha = 1;
  if (hasRoom || type === "open") stamp(context, stampOf("ring", ink.link), x, y);
  if (type !== "open") stamp(context, stampOf("disc", color), right, y);
}

/** Those of a row that reach into the window; of those within one pixel one alone. */
function eachSeen(
  row: Row,
  scene: Scene,
  see: (span: Span, left: number, right: number) => void,
): void {
  const { window: view, width } = scene;
  const msPerPixel = (view.toMs - view.fromMs) / timesWidth(width);
  const until = row.until(view.toMs);
  let at = Math.max(0, row.until(view.fromMs) - 1);
  for (let span = row.spans[at]; span !== undefined && at < until; span = row.spans[at]) {
    const right = rightOf(scene, span);
    if (right >= GUTTER) see(span, xOf(scene, span.startMs), right);
    const pixel = Math.max(0, Math.floor(right - GUTTER) + 1);
    at = Math.max(at + 1, row.until(view.fromMs + pixel * msPerPixel, at + 1) - 1);
  }
}

function middleOf(lane: number): number {
  return lane * LANE + LANE / 2;
}

function rightOf(scene: Scene, { type, endMs }: Span): number {
  return xOf(scene, type === "open" ? scene.history.endMs : endMs);
}

function drawBus(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const top = scene.height - busHeight(scene.troubles);
  context.fillStyle = ink.text;
  context.fillText("bus", 4, top + 14);
  let left = 0;
  for (const { timeMs, percent, errorFrames } of scene.loads) {
    const [from, to] = [Math.max(GUTTER, xOf(scene, left)), xOf(scene, timeMs)];
    left = timeMs;
    if (to <= GUTTER || from > scene.width) continue;
    const high = (Math.min(100, percent) / 100) * LOAD;
    context.fillStyle = errorFrames > 0 ? ink.bad : ink.link;
    const shown = errorFrames > 0 ? Math.max(3, high) : high;
    context.fillRect(from, top + LOAD - shown, Math.max(1, to - from), shown);
  }
  drawControllers(context, scene, ink);
  context.fillStyle = ink.text;
  const { fromMs, toMs } = scene.window;
  for (const part of scene.width < 500 ? [0, 0.5] : [0, 0.25, 0.5, 0.75]) {
    const ms = fromMs + (toMs - fromMs) * part;
    context.fillText(timeText(ms), xOf(scene, ms) + 2, scene.height - 4);
  }
}

/** A strip for each that was error-passive or bus-off. */
function drawControllers(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const top = scene.height - busHeight(scene.troubles) + LOAD;
  const controllers = controllersOf(scene.troubles);
  context.fillStyle = ink.text;
  controllers.forEach((node, at) => {
    context.fillText(controllerText(node), 4, top + at * STRIP + 12);
  });
  for (const { node, state, startNs, endNs } of scene.troubles) {
    const y = top + controllers.indexOf(node) * STRIP;
    const left = Math.max(GUTTER, xOf(scene, startNs / NS_PER_MS));
    const endMs = endNs === null ? scene.history.endMs : endNs / NS_PER_MS;
    const right = Math.min(scene.width, xOf(scene, endMs));
    if (right < GUTTER || left > scene.width) continue;
    context.fillStyle = state === "bus-off" ? ink.bad : ink.info;
    context.globalAlpha = 0.35;
    context.fillRect(left, y + 2, Math.max(2, right - left), STRIP - 4);
    context.globalAlpha = 1;
    context.fillStyle = ink.strong;
    if (right - left > 80) context.fillText(state, left + 4, y + 12);
  }
}

/** The span at a point of the canvas. */
export function spanAt(scene: Scene, { x, y }: { x: number; y: number }): Span | null {
  const lane = scene.history.lanes[Math.floor(y / LANE)];
  const span = lane?.all.spans[lane.all.until(timeAt(scene, x + MARK)) - 1];
  return span === undefined || x > rightOf(scene, span) + MARK ? null : span;
}
