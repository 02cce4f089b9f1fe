/** What the terminal can show, and the progress line on it. */

import { type Progress, progressText } from "../report/progress.ts";
import { COLOUR_STYLE, PLAIN_STYLE, type Style } from "../report/style.ts";

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function styleFor(stream: Screen): Style {
  const wantsColour = process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb";
  return stream.isTTY === true && wantsColour ? COLOUR_STYLE : PLAIN_STYLE;
}

export function widthOf(stream: Screen): number {
  return stream.columns ?? 80;
}

const REDRAW_MS = 100;

/** Draws over one line of stderr when that is a terminal; is silent in a pipe. */
export class ProgressLine {
  readonly #isShown: boolean;
  #drawnMs = 0;

  constructor(isQuiet: boolean) {
    this.#isShown = !isQuiet && process.stderr.isTTY === true;
  }

  draw(progress: Progress): void {
    this.drawText((width, style) => progressText(progress, width, style));
  }

  /** The text is only made when it is time to draw again. */
  drawText(makeText: (width: number, style: Style) => string): void {
    if (!this.#isShown) return;
    const nowMs = performance.now();
    if (nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    const text = makeText(widthOf(process.stderr) - 1, styleFor(process.stderr));
    process.stderr.write(`\r\u001b[K${text}`);
  }

  erase(): void {
    if (this.#isShown && this.#drawnMs > 0) process.stderr.write("\r\u001b[K");
  }
}
