/** Drawing of the timeline on a canvas, and finding of what is under the pointer. */

import type { Load } from "./live.ts";
import { type FaultSpan, type History, type Span, timeText } from "./operations.ts";
import { contextOf, GUTTER, type Ink, inkOf } from "./time-axis.tsx";

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Scene {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly loads: readonly Load[];
  readonly marked: ReadonlySet<number>;
  readonly window: Window;
  readonly width: number;
  readonly height: number;
}

const LANE = 22;
const BUS = 34;
const MARK = 4;

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
  return GUTTER + ((ms - fromMs) / (toMs - fromMs)) * (width - GUTTER);
}

function drawLanes(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const { history, width } = scene;
  context.strokeStyle = ink.line;
  context.fillStyle = ink.text;
  history.lanes.forEach(([process = ""], lane) => {
    const y = lane * LANE + LANE / 2;
    context.beginPath();
    context.moveTo(GUTTER, y);
    context.lineTo(width, y);
    context.stroke();
    context.fillText(process, 4, y + 4);
  });
}

function drawFaults(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const bottom = scene.height - BUS;
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

/**
 * Those that are completed and reach into the window begin at most the longest of all before it;
 * those that are open are drawn by themselves, as they reach to the end.
 */
function drawSpans(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const { history, window: view } = scene;
  const painter = new SpanPainter(context, scene, ink);
  const from = firstAfter(history.spans, view.fromMs - history.longestMs - 1e-6);
  const until = firstAfter(history.spans, view.toMs);
  for (let index = from; index < until; index++) {
    const span = history.spans[index];
    if (span !== undefined && span.type !== "open" && span.endMs >= view.fromMs)
      painter.paint(span);
  }
  for (const span of history.open) if (span.startMs <= view.toMs) painter.paint(span);
  context.lineWidth = 1;
}

const KINDS = ["ok", "fail", "info", "open"] as const;

class SpanPainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #scene: Scene;
  readonly #ink: Ink;
  /** Of each lane and kind, the pixel that was painted last: thousands may share one. */
  readonly #painted: Float64Array;

  constructor(context: CanvasRenderingContext2D, scene: Scene, ink: Ink) {
    this.#context = context;
    this.#scene = scene;
    this.#ink = ink;
    this.#painted = new Float64Array(scene.history.lanes.length * KINDS.length).fill(-9);
  }

  paint(span: Span): void {
    const { history, marked } = this.#scene;
    const isMarked = marked.size > 0 && (marked.has(span.invoke) || marked.has(span.complete));
    const isOpen = span.type === "open";
    const right = xOf(this.#scene, isOpen ? history.endMs : span.endMs);
    const place = span.lane * KINDS.length + KINDS.indexOf(span.type);
    const further = right - (this.#painted[place] ?? 0);
    if (!isMarked && further < 1) return;
    this.#painted[place] = right;
    this.#line(span, right, isMarked);
    // Rings and discs that would hide each other cost most and tell nothing.
    if (!isMarked && further < MARK && span.type === "ok") return;
    const { link, good, bad, info } = this.#ink;
    const y = span.lane * LANE + LANE / 2;
    ring(this.#context, xOf(this.#scene, span.startMs), y, link);
    const color = span.type === "ok" ? good : span.type === "fail" ? bad : info;
    if (!isOpen) disc(this.#context, right, y, color);
  }

  #line(span: Span, right: number, isMarked: boolean): void {
    const { good, bad, info } = this.#ink;
    const context = this.#context;
    const isKnown = span.type === "ok" || span.type === "fail";
    const y = span.lane * LANE + LANE / 2;
    const high = isMarked ? 5 : 3;
    const left = Math.max(GUTTER, xOf(this.#scene, span.startMs));
    context.fillStyle = isMarked || span.type === "fail" ? bad : isKnown ? good : info;
    context.globalAlpha = isKnown ? 1 : 0.5;
    context.fillRect(left, y - high / 2, Math.max(GUTTER, right) - left, high);
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
  }
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  if (x < GUTTER) return;
  context.strokeStyle = color;
  context.beginPath();
  context.arc(x, y, MARK, 0, 2 * Math.PI);
  context.stroke();
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  if (x < GUTTER) return;
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, MARK - 1, 0, 2 * Math.PI);
  context.fill();
}

function drawBus(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const top = scene.height - BUS;
  context.fillStyle = ink.text;
  context.fillText("bus", 4, top + 14);
  let left = 0;
  for (const { timeMs, percent, errorFrames } of scene.loads) {
    const [from, to] = [Math.max(GUTTER, xOf(scene, left)), xOf(scene, timeMs)];
    left = timeMs;
    if (to <= GUTTER) continue;
    const high = (Math.min(100, percent) / 100) * 18;
    context.fillStyle = errorFrames > 0 ? ink.bad : ink.link;
    context.fillRect(from, top + 18 - high, Math.max(1, to - from), high);
  }
  context.fillStyle = ink.text;
  const { fromMs, toMs } = scene.window;
  for (const part of scene.width < 500 ? [0, 0.5] : [0, 0.25, 0.5, 0.75]) {
    const ms = fromMs + (toMs - fromMs) * part;
    context.fillText(timeText(ms), xOf(scene, ms) + 2, scene.height - 4);
  }
}

/** How many spans begin up to this time; they are in the order of their beginning. */
function firstAfter(spans: readonly Span[], ms: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The span at a point of the canvas. */
export function spanAt(scene: Scene, { x, y }: { x: number; y: number }): Span | null {
  const { history } = scene;
  const lane = Math.floor(y / LANE);
  for (let index = firstAfter(history.spans, scene.window.toMs) - 1; index >= 0; index--) {
    const span = history.spans[index];
    if (span === undefined || span.lane !== lane) continue;
    const endMs = span.type === "open" ? history.endMs : span.endMs;
    if (x >= xOf(scene, span.startMs) - MARK && x <= xOf(scene, endMs) + MARK) return span;
  }
  return null;
}
