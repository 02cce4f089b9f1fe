/**
 * The timeline: a lane for each client and the processes that it has been, spans from invocation to
 * completion, faults shaded, the load of the bus below. Drawn on a canvas, so that 100,000
 * operations stay smooth.
 */

import { useEffect, useRef, useState } from "react";
import type { Load } from "./live.ts";
import { type FaultSpan, type History, type Span, timeText } from "./operations.ts";
import { drawTimeline, GUTTER, type Scene, spanAt, type Window } from "./timeline-drawing.ts";

interface TimelineProps {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly loads: readonly Load[];
  /** Indexes of operations to point out. */
  readonly marked: ReadonlySet<number>;
  readonly cursorMs: number | null;
  readonly onCursor: (ms: number | null) => void;
}

const LANE = 22;
const FOOT = 64;

export function Timeline(props: TimelineProps) {
  const { history, faults, loads, marked, cursorMs, onCursor } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const [view, setView] = useState<Window | null>(null);
  const [chosen, setChosen] = useState<Span | null>(null);
  const drag = useRef<{ x: number; view: Window } | null>(null);
  const whole: Window = { fromMs: 0, toMs: Math.max(0.001, history.endMs) };
  const shown = view ?? whole;
  const height = Math.max(3, history.lanes.length) * LANE + FOOT;
  const scene: Scene = { history, faults, loads, marked, cursorMs, window: shown, width, height };

  // After each rendering: the history grows in place.
  useEffect(() => {
    if (canvas.current !== null) drawTimeline(canvas.current, scene);
  });

  const zoom = (factor: number, atMs = (shown.fromMs + shown.toMs) / 2) =>
    setView(within(whole, zoomed(shown, factor, atMs)));
  const shift = (part: number) => {
    const by = (shown.toMs - shown.fromMs) * part;
    setView(within(whole, { fromMs: shown.fromMs + by, toMs: shown.toMs + by }));
  };
  const timeAt = (x: number) =>
    shown.fromMs + ((x - GUTTER) / (width - GUTTER)) * (shown.toMs - shown.fromMs);

  return (
    <section aria-label="Timeline">
      <Toolbar onZoom={zoom} onWhole={() => setView(null)} />
      <div className="canvas">
        <canvas
          ref={canvas}
          tabIndex={0}
          aria-label={labelOf(history)}
          onWheel={(event) => zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(offsetX(event)))}
          onPointerDown={(event) => {
            drag.current = { x: event.clientX, view: shown };
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => {
            onCursor(Math.max(0, timeAt(offsetX(event))));
            const start = drag.current;
            if (start === null) return;
            const msPerPixel = (shown.toMs - shown.fromMs) / (width - GUTTER);
            const by = (start.x - event.clientX) * msPerPixel;
            const moved = { fromMs: start.view.fromMs + by, toMs: start.view.toMs + by };
            setView(within(whole, moved));
          }}
          onPointerUp={(event) => {
            const isClick = Math.abs((drag.current?.x ?? 0) - event.clientX) < 4;
            drag.current = null;
            const box = event.currentTarget.getBoundingClientRect();
            const point = { x: event.clientX - box.left, y: event.clientY - box.top };
            if (isClick) setChosen(spanAt(scene, point));
          }}
          onPointerLeave={() => onCursor(null)}
          onKeyDown={(event) => {
            if (event.key === "ArrowLeft") shift(-0.2);
            else if (event.key === "ArrowRight") shift(0.2);
            else if (event.key === "+") zoom(0.5);
            else if (event.key === "-") zoom(2);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <Chosen text={chosen === null ? "Click an operation to see it." : spanText(chosen)} />
    </section>
  );
}

function Chosen({ text }: { readonly text: string }) {
  return (
    <p className="muted" aria-live="polite">
      {text}
    </p>
  );
}

function Toolbar(props: { onZoom: (factor: number) => void; onWhole: () => void }) {
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
      <Legend />
    </div>
  );
}

/** Of the place that the canvas is in, in pixels. */
function useWidth(canvas: React.RefObject<HTMLCanvasElement | null>): number {
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.max(280, Math.floor(entry.contentRect.width)));
    });
    const place = canvas.current?.parentElement;
    if (place) watcher.observe(place);
    return () => watcher.disconnect();
  }, [canvas]);

  return width;
}

function Legend() {
  return (
    <ul className="legend">
      <li className="invoke">invoke</li>
      <li className="ok">ok</li>
      <li className="fail">fail</li>
      <li className="info">info or open</li>
      <li className="fault">fault</li>
    </ul>
  );
}

function offsetX(event: { clientX: number; currentTarget: Element }): number {
  return event.clientX - event.currentTarget.getBoundingClientRect().left;
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

function labelOf({ spans, lanes }: History): string {
  const what = `${spans.length} operations of ${lanes.length} clients`;
  return `${what}; arrow keys pan, plus and minus zoom`;
}

function spanText(span: Span): string {
  const node = span.node === "" ? "" : ` at node ${span.node}`;
  const end = span.type === "open" ? "never completed" : `${span.type} at ${timeText(span.endMs)}`;
  const start = timeText(span.startMs);
  return `Process ${span.process}${node}: ${span.text}. Invoked at ${start}, ${end}.`;
}
