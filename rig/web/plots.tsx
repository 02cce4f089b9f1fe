/** Latency of each operation and rate of completions over time, with faults shaded. */

import { useEffect, useRef } from "react";
import { type FaultSpan, faultsKey, type History } from "./operations.ts";
import { drawLatency, drawRate, type PlotScene } from "./plot-drawing.ts";
import { Cursor, GUTTER, useWidth } from "./time-axis.tsx";

interface PlotsProps {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly cursorMs: number | null;
  readonly onCursor: (ms: number) => void;
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

function Plot({ history, faults, cursorMs, onCursor, draw, height }: PlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const untilMs = Math.max(0.001, history.endMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: history and faults grow in place
  useEffect(() => {
    if (canvas.current === null) return;
    const label = draw(canvas.current, { history, faults, width, height });
    canvas.current.setAttribute("aria-label", label);
  }, [history, history.version, faultsKey(faults), width, height, draw]);
  const x = cursorMs === null ? null : GUTTER + (cursorMs / untilMs) * (width - GUTTER);
  return (
    <div className="canvas">
      <canvas
        ref={canvas}
        role="img"
        onPointerMove={(event) => {
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
          onCursor(Math.max(0, ((left - GUTTER) / (width - GUTTER)) * untilMs));
        }}
      />
      <Cursor x={x} width={width} ms={cursorMs} />
    </div>
  );
}
