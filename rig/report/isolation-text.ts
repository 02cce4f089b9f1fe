/** What `rig check` prints of weak isolation levels: a section below the verdict, apart from it. */

import type { Isolation } from "../core/awdit/index.ts";
import type { Style } from "./style.ts";
import { printable, wrap } from "./text.ts";

const STEPS_SHOWN = 8;

export function isolationText(
  isolation: Isolation,
  { width, style }: { readonly width: number; readonly style: Style },
): string {
  const lines = ["  isolation levels, besides the verdict:"];
  for (const [level, { valid, witness }] of Object.entries(isolation)) {
    const word = valid === "unknown" ? "unknown" : valid ? "holds" : "does not hold";
    const tone = valid === "unknown" ? "warn" : valid ? "good" : "bad";
    lines.push(`    ${level}: ${style.paint(tone, word)}`);
    const sentences = witness ?? [];
    for (const sentence of sentences.slice(0, STEPS_SHOWN)) {
      for (const line of wrap(printable(sentence), Math.max(40, width - 6))) {
        lines.push(`      ${line}`);
      }
    }
    const left = sentences.length - STEPS_SHOWN;
    if (left > 0) lines.push(`      ... and ${left} more steps`);
  }
  return `${lines.join("\n")}\n`;
}
