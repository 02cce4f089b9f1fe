/** Drawing of the timeline on a canvas, and finding of what is under the pointer. */

import type { Load } from "./live.ts";
import { type FaultSpan, type History, type Span, timeText } from "./operations.ts";

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Scene {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly loads: readonly Load[];
  readonly marked: ReadonlySet<number>;
  readonly cursorMs: number | null;
  readonly window: Window;
  readonly width: number;
  readonly height: number;
}

/** Left of the lanes, for the names of processes. */
export const GUTTER = 52;
const LANE = 22;
const BUS = 34;
const MARK = 4;

type Ink = Readonly<Record<"text" | "line" | "link" | "good" | "bad" | "info" | "fault", string>>;

function inkOf(canvas: HTMLCanvasElement): Ink {
  const style = window.getComputedStyle(canvas);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: color("muted"),
    line: color("grid"),
    link: color("ok"),
    good: color("good"),
    bad: color("bad"),
    info: color("info"),
    fault: color("fault"),
  };
}

export function drawTimeline(canvas: HTMLCanvasElement, scene: Scene): void {
  const { width, height } = scene;
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  context.font = "12px system-ui, sans-serif";
  const ink = inkOf(canvas);
  drawFaults(context, scene, ink);
  drawLanes(context, scene, ink);
  drawSpans(context, scene, ink);
  drawBus(context, scene, ink);
  drawCursor(context, scene, ink);
}

function xOf({ window: { fromMs, toMs }, width }: Scene, ms: number): number {
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

/** Spans that begin behind the window are found by a binary search; those before may reach in. */
function drawSpans(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const { history, marked, window: view } = scene;
  const colors = { ok: ink.good, fail: ink.bad, info: ink.info, open: ink.info } as const;
  /** Of each lane and kind, the pixel that was painted last: thousands may share one. */
  const painted = new Map<string, number>();
  for (let index = 0; index < firstAfter(history.spans, view.toMs); index++) {
    const span = history.spans[index];
    if (span === undefined) continue;
    const isMarked = marked.has(span.invoke) || marked.has(span.complete);
    const endMs = span.type === "open" ? history.endMs : span.endMs;
    if (endMs < view.fromMs) continue;
    const [left, right] = [xOf(scene, span.startMs), xOf(scene, endMs)];
    const key = `${span.process} ${span.type}`;
    if (!isMarked && right - (painted.get(key) ?? -9) < 0.5) continue;
    painted.set(key, right);
    const y = history.laneOf(span.process) * LANE + LANE / 2;
    const color = colors[span.type];
    context.strokeStyle = isMarked ? ink.bad : color;
    context.lineWidth = isMarked ? 5 : 3;
    context.globalAlpha = span.type === "info" || span.type === "open" ? 0.5 : 1;
    context.beginPath();
    context.moveTo(Math.max(GUTTER, left), y);
    context.lineTo(Math.max(GUTTER, right), y);
    context.stroke();
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    ring(context, left, y, ink.link);
    if (span.type !== "open") disc(context, xOf(scene, span.endMs), y, color);
  }
  context.lineWidth = 1;
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

function drawCursor(context: CanvasRenderingContext2D, scene: Scene, ink: Ink): void {
  const { cursorMs } = scene;
  if (cursorMs === null) return;
  const x = xOf(scene, cursorMs);
  if (x < GUTTER || x > scene.width) return;
  context.strokeStyle = ink.text;
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, scene.height - BUS);
  context.stroke();
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
    if (span === undefined || history.laneOf(span.process) !== lane) continue;
    const endMs = span.type === "open" ? history.endMs : span.endMs;
    if (x >= xOf(scene, span.startMs) - MARK && x <= xOf(scene, endMs) + MARK) return span;
  }
  return null;
}
