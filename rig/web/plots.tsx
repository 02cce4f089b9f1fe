/** Latency of each operation and rate of completions over time, with faults shaded. */

import { useRef } from "react";
import { type FaultSpan, faultsKey, type History } from "./operations.ts";
import { drawLatency, drawRate, type PlotScene } from "./plot-drawing.ts";
import {
  Cursor,
  GUTTER,
  type TimeCursor,
  timesWidth,
  useDrawing,
  useSlowly,
  useWidth,
} from "./time-axis.tsx";

/** Of a live run; each looks at every operation. */
const REDRAWN_MS = 250;

interface PlotsProps {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly cursor: TimeCursor;
}

export function Plots(props: PlotsProps) {
  return (
    <section aria-label="Plots">
      <h3>Latency</h3>
      <Plot {...props} draw={drawLatency} height={150} />
      <h3>Completed per second</h3>
      <Plot {...props} draw={drawRate} height={110} />
    </section>
  );
}

interface PlotProps extends PlotsProps {
  readonly draw: (canvas: HTMLCanvasElement, scene: PlotScene) => string;
  readonly height: number;
}

function Plot({ history, faults, cursor, draw, height }: PlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const untilMs = Math.max(0.001, history.endMs);
  const version = useSlowly(history.version, REDRAWN_MS);
  useDrawing(() => {
    if (canvas.current === null) return;
    const label = draw(canvas.current, { history, faults, width, height });
    canvas.current.setAttribute("aria-label", label);
  }, [history, version, faultsKey(faults), width, height, draw]);
  const xOf = (ms: number) => GUTTER + (ms / untilMs) * timesWidth(width);
  return (
    <div className="canvas">
      <canvas
        ref={canvas}
        role="img"
        onPointerMove={(event) => {
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
          cursor.move(((left - GUTTER) / timesWidth(width)) * untilMs);
        }}
      />
      <Cursor cursor={cursor} xOf={xOf} width={width} />
    </div>
  );
}
