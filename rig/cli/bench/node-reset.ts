/** How a node is reset, as its bench file says: by whoever has its port, its unit and its line. */

import type { BenchNode, LineStep } from "../../core/bench/bench.ts";

type Reset = (signal: AbortSignal) => Promise<unknown>;

export interface ResetWays {
  /** Modem lines of the console's port, whose device may be mute. */
  readonly lines: (steps: readonly LineStep[], signal: AbortSignal) => Promise<unknown>;
  /** An output of a unit. */
  readonly unit: Reset;
  /** The command of the control line. */
  readonly command: Reset;
}

/** Null where the bench file does not say. */
export function resetOf({ reset }: Pick<BenchNode, "reset">, ways: ResetWays): Reset | null {
  switch (reset?.by) {
    case undefined:
      return null;
    case "lines":
      return (signal) => ways.lines(reset.steps, signal);
    case "unit":
      return ways.unit;
    case "control-line":
      return ways.command;
  }
}
