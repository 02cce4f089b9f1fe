/** The two sides of a comparison, and words that its reports have in common. */

import type { FrameKey, TraceContent } from "../../core/trace-diff/index.ts";
import { idText } from "../decode/decoded-frame.ts";

export interface ComparedTrace {
  readonly name: string;
  /** Of the trace format. */
  readonly format: string;
  readonly content: TraceContent;
}

/** `123`, `123 R` for remote frames, `error`. */
export function keyText({ kind, id, extended }: FrameKey): string {
  if (kind === "error") return "error";
  return kind === "remote" ? `${idText(id, extended)} R` : idText(id, extended);
}
