/** What the views over time share: their width, their margin, the ink, and the cursor. */

import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { timeText } from "./operations.ts";

/** Left of what is drawn, for names and numbers. */
export const GUTTER = 52;

/** Right of it, for marks at the very end. */
const MARGIN = 6;

/** Pixels that a canvas of this width has for times. */
export function timesWidth(width: number): number {
  return width - GUTTER - MARGIN;
}

/** Of the place that the canvas is in, in pixels. */
export function useWidth(canvas: React.RefObject<HTMLCanvasElement | null>): number {
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

/** The time that all views point at. It moves with the pointer, and draws nothing else anew. */
export class TimeCursor {
  ms: number | null = null;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): number | null => this.ms;

  move(ms: number): void {
    this.ms = Math.max(0, ms);
    for (const listener of this.#listeners) listener();
  }
}

interface CursorProps {
  readonly cursor: TimeCursor;
  /** Pixels from the left. */
  readonly xOf: (ms: number) => number;
  readonly width: number;
}

export function Cursor({ cursor, xOf, width }: CursorProps) {
  const ms = useSyncExternalStore(cursor.subscribe, cursor.snapshot);
  const x = ms === null ? -1 : xOf(ms);
  if (ms === null || x < GUTTER || x > width) return null;
  const isRight = x > width - 70;
  return (
    <div className={isRight ? "cursor right" : "cursor"} style={{ left: x }} aria-hidden="true">
      <span>{timeText(ms)}</span>
    </div>
  );
}

/** Draws when a reason has changed, or the theme, and once in a frame at most. */
export function useDrawing(draw: () => void, reasons: readonly unknown[]): void {
  const latest = useRef(draw);
  const frame = useRef(0);
  const soon = useCallback(() => {
    frame.current ||= window.requestAnimationFrame(() => {
      frame.current = 0;
      latest.current();
    });
  }, []);
  useEffect(() => {
    latest.current = draw;
    soon();
    // biome-ignore lint/correctness/useExhaustiveDependencies: the caller knows the reasons
  }, reasons);
  useEffect(() => {
    const theme = window.matchMedia("(prefers-color-scheme: dark)");
    theme.addEventListener("change", soon);
    return () => {
      theme.removeEventListener("change", soon);
      window.cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [soon]);
}

/** A value that changes often, at most so often: for what costs much to show. */
export function useSlowly<Value>(value: Value, everyMs: number): Value {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  const timer = useRef(0);
  useEffect(() => {
    latest.current = value;
    timer.current ||= window.setTimeout(() => {
      timer.current = 0;
      setShown(latest.current);
    }, everyMs);
  }, [value, everyMs]);
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
      timer.current = 0;
    },
    [],
  );
  return shown;
}

export type Ink = Readonly<
  Record<"text" | "strong" | "line" | "link" | "good" | "bad" | "info" | "fault", string>
>;

export function inkOf(canvas: HTMLCanvasElement): Ink {
  const style = window.getComputedStyle(canvas);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: color("muted"),
    strong: color("text"),
    line: color("grid"),
    link: color("ok"),
    good: color("good"),
    bad: color("bad"),
    info: color("info"),
    fault: color("fault"),
  };
}

/** The drawing place of a canvas of this size, sharp on every screen. */
export function contextOf(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const scale = window.devicePixelRatio || 1;
  const [wide, high] = [Math.floor(width * scale), Math.floor(height * scale)];
  const context = canvas.getContext("2d");
  if (context === null) return null;
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.height = `${height}px`;
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  return context;
}
