/**
 * The timeline: a lane for each client and the processes that it has been, spans from invocation to
 * completion, faults shaded, the load of the bus below. Drawn on a canvas, so that 100,000
 * operations stay smooth.
 */

import { useEffect, useRef, useState } from "react";
import { busTroubles, controllerText } from "../core/run/bus-course.ts";
import type { Bus, Load } from "./live.ts";
import { type FaultSpan, faultsKey, type History, type Span, timeText } from "./operations.ts";
import { Cursor, type TimeCursor, timesWidth, useDrawing, useWidth } from "./time-axis.tsx";
import {
  drawTimeline,
  footOf,
  type Scene,
  spanAt,
  timeAt,
  type Window,
  xOf,
} from "./timeline-drawing.ts";

interface TimelineProps {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly bus: Bus;
  /** Indexes of operations to point out. */
  readonly marked: ReadonlySet<number>;
  readonly cursor: TimeCursor;
}

const LANE = 22;
/** Faults and states that are told in words. */
const TOLD = 5;

export function Timeline(props: TimelineProps) {
  const { history, faults, bus, marked, cursor } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const { whole, shown, show, zoom, shift, turn } = useWindow(history.endMs);
  const [chosen, setChosen] = useState<Span | null>(null);
  const troubles = busTroubles(bus.states);
  const height = Math.max(3, history.lanes.length) * LANE + footOf(troubles);
  const scene: Scene = {
    history,
    faults,
    loads: bus.loads,
    troubles,
    marked,
    window: shown,
    width,
    height,
  };

  const grown = `${history.version} ${faultsKey(faults)} ${bus.loads.length} ${troubles.length}`;
  useDrawing(() => {
    if (canvas.current !== null) drawTimeline(canvas.current, scene);
  }, [history, grown, marked, shown.fromMs, shown.toMs, width, height]);

  const step = (by: number) => {
    const at = chosen === null ? -1 : history.spans.indexOf(chosen);
    const next = history.spans[Math.max(0, at + by)];
    if (next === undefined) return;
    setChosen(next);
    cursor.move(next.startMs);
    const half = (shown.toMs - shown.fromMs) / 2;
    if (next.startMs >= shown.fromMs && next.startMs <= shown.toMs) return;
    show({ fromMs: next.startMs - half, toMs: next.startMs + half });
  };
  const point = (part: number) => {
    const atMs = (cursor.ms ?? shown.fromMs) + (shown.toMs - shown.fromMs) * part;
    cursor.move(Math.min(whole.toMs, atMs));
  };

  const pointing = usePointing(scene, { cursor, show, choose: setChosen });
  useWheel(canvas, (factor, x) => zoom(factor, timeAt(scene, x)));

  return (
    <section aria-label="Timeline">
      <Toolbar onZoom={zoom} onWhole={turn} hasErrors={bus.loads.some(isFaulty)} />
      <div className="canvas">
        <canvas
          ref={canvas}
          tabIndex={0}
          aria-label={labelOf(scene)}
          {...pointing}
          onKeyDown={(event) => {
            if (press(event, { zoom, shift, step, turn, point })) event.preventDefault();
          }}
        />
        <Cursor cursor={cursor} xOf={(ms) => xOf(scene, ms)} width={width} />
      </div>
      <Chosen
        text={
          chosen === null
            ? "Click an operation to see it; drag to pan, turn the wheel with Ctrl to zoom."
            : spanText(chosen)
        }
      />
    </section>
  );
}

interface Pointing {
  readonly cursor: TimeCursor;
  readonly show: (window: Window) => void;
  readonly choose: (span: Span | null) => void;
}

/** The pointer moves the cursor, drags the window, and chooses what it clicks. */
function usePointing(scene: Scene, { cursor, show, choose }: Pointing) {
  const drag = useRef<{ x: number; view: Window } | null>(null);
  const { window: shown, width } = scene;
  return {
    onPointerDown(event: React.PointerEvent) {
      drag.current = { x: event.clientX, view: shown };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: React.PointerEvent) {
      cursor.move(timeAt(scene, pointOf(event).x));
      const start = drag.current;
      if (start === null) return;
      const msPerPixel = (shown.toMs - shown.fromMs) / timesWidth(width);
      const by = (start.x - event.clientX) * msPerPixel;
      show({ fromMs: start.view.fromMs + by, toMs: start.view.toMs + by });
    },
    onPointerUp(event: React.PointerEvent) {
      const isClick = Math.abs((drag.current?.x ?? 0) - event.clientX) < 4;
      drag.current = null;
      if (isClick) choose(spanAt(scene, pointOf(event)));
    },
    onPointerCancel() {
      drag.current = null;
    },
  };
}

/** With Ctrl, as two fingers on a pad do it too; the wheel alone scrolls the page. */
function useWheel(
  canvas: React.RefObject<HTMLCanvasElement | null>,
  turn: (factor: number, x: number) => void,
): void {
  const latest = useRef(turn);
  useEffect(() => {
    latest.current = turn;
  });
  useEffect(() => {
    const place = canvas.current;
    const listener = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      latest.current(event.deltaY > 0 ? 1.25 : 0.8, event.offsetX);
    };
    place?.addEventListener("wheel", listener, { passive: false });
    return () => place?.removeEventListener("wheel", listener);
  }, [canvas]);
}

/** The part of time that is seen, until it is turned back to the whole. */
function useWindow(endMs: number) {
  const [view, setView] = useState<Window | null>(null);
  const whole: Window = { fromMs: 0, toMs: Math.max(0.001, endMs) };
  const shown = view ?? whole;
  const show = (next: Window) => setView(within(whole, next));
  const zoom = (factor: number, atMs = (shown.fromMs + shown.toMs) / 2) =>
    show(zoomed(shown, factor, atMs));
  const shift = (part: number) => {
    const by = (shown.toMs - shown.fromMs) * part;
    show({ fromMs: shown.fromMs + by, toMs: shown.toMs + by });
  };
  return { whole, shown, show, zoom, shift, turn: () => setView(null) };
}

interface Hands {
  readonly zoom: (factor: number) => void;
  readonly shift: (part: number) => void;
  readonly step: (by: number) => void;
  readonly turn: () => void;
  readonly point: (part: number) => void;
}

/** Whether the key means something here. */
function press({ key, shiftKey }: React.KeyboardEvent, hands: Hands): boolean {
  const { zoom, shift, step, turn, point } = hands;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const way = key === "ArrowLeft" ? -1 : 1;
    if (shiftKey) point(way * 0.01);
    else shift(way * 0.2);
  } else if (key === "+" || key === "-") zoom(key === "+" ? 0.5 : 2);
  else if (key === "n" || key === "p") step(key === "n" ? 1 : -1);
  else if (key === "0") turn();
  else return false;
  return true;
}

function Chosen({ text }: { readonly text: string }) {
  return (
    <p className="muted" aria-live="polite">
      {text}
    </p>
  );
}

function isFaulty({ errorFrames }: Load): boolean {
  return errorFrames > 0;
}

interface ToolbarProps {
  readonly onZoom: (factor: number) => void;
  readonly onWhole: () => void;
  readonly hasErrors: boolean;
}

function Toolbar(props: ToolbarProps) {
  return (
    <div className="bar">
      <button type="button" onClick={() => props.onZoom(0.5)}>
        Zoom in
      </button>
      <button type="button" onClick={() => props.onZoom(2)}>
        Zoom out
      </button>
      <button type="button" onClick={props.onWhole}>
        Whole
      </button>
      <Legend hasErrors={props.hasErrors} />
    </div>
  );
}

function Legend({ hasErrors }: Pick<ToolbarProps, "hasErrors">) {
  return (
    <ul className="legend">
      <li className="invoke">invoke</li>
      <li className="ok">ok</li>
      <li className="fail">fail</li>
      <li className="info">info or open</li>
      <li className="fault">fault</li>
      {hasErrors ? <li className="fail">error frames on the bus</li> : null}
    </ul>
  );
}

/** Within the canvas. */
function pointOf(event: React.PointerEvent): { readonly x: number; readonly y: number } {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function zoomed({ fromMs, toMs }: Window, factor: number, atMs: number): Window {
  return { fromMs: atMs - (atMs - fromMs) * factor, toMs: atMs + (toMs - atMs) * factor };
}

/** Never outside the whole, and never narrower than a microsecond. */
function within(whole: Window, { fromMs, toMs }: Window): Window {
  const length = Math.min(whole.toMs, Math.max(0.001, toMs - fromMs));
  const from = Math.min(Math.max(0, fromMs), whole.toMs - length);
  return { fromMs: from, toMs: from + length };
}

/** What is seen, and what keys do. */
function labelOf({ history: { spans, lanes }, faults, troubles }: Scene): string {
  const struck = faults.slice(0, TOLD).map(({ kind, startMs }) => {
    return `${kind} from ${timeText(startMs)}`;
  });
  const states = troubles.slice(0, TOLD).map(({ node, state }) => {
    return `${controllerText(node)} ${state}`;
  });
  return [
    `${spans.length} operations of ${lanes.length} clients`,
    ...(struck.length === 0 ? [] : [`faults: ${struck.join(", ")}`]),
    ...(states.length === 0 ? [] : [`bus: ${states.join(", ")}`]),
    "arrow keys pan, plus and minus zoom, n and p step, shift and arrows move the cursor",
  ].join("; ");
}

function spanText(span: Span): string {
  const node = span.node === "" ? "" : ` at node ${span.node}`;
  const end = span.type === "open" ? "never completed" : `${span.type} at ${timeText(span.endMs)}`;
  const start = timeText(span.startMs);
  return `Process ${span.process}${node}: ${span.text}. Invoked at ${start}, ${end}.`;
}
