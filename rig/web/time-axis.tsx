/** What the views over time share: their width, their margin, the ink, and the cursor. */

import { useEffect, useState } from "react";
import { timeText } from "./operations.ts";

/** Left of what is drawn, for names and numbers. */
export const GUTTER = 52;

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

interface CursorProps {
  /** Pixels from the left. */
  readonly x: number | null;
  readonly width: number;
  readonly ms: number | null;
}

/** Over the canvas, so that moving it draws nothing anew. */
export function Cursor({ x, width, ms }: CursorProps) {
  if (x === null || ms === null || x < GUTTER || x > width) return null;
  const isRight = x > width - 70;
  return (
    <div className={isRight ? "cursor right" : "cursor"} style={{ left: x }} aria-hidden="true">
      <span>{timeText(ms)}</span>
    </div>
  );
}

export type Ink = Readonly<
  Record<"text" | "line" | "link" | "good" | "bad" | "info" | "fault", string>
>;

export function inkOf(canvas: HTMLCanvasElement): Ink {
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

/** The drawing place of a canvas of this size, sharp on every screen. */
export function contextOf(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.scale(scale, scale);
  context.font = "12px system-ui, sans-serif";
  return context;
}
