/** What `rig check --lint` prints of one history: each mistake with its place, and what to do. */

import { LINT_KINDS, type LintKind, type LintReport } from "../core/lint/findings.ts";
import type { Style } from "./style.ts";
import { plural, printable, wrap } from "./text.ts";

export function lintText(
  file: string,
  { operations, findings, counts }: LintReport,
  { width, style }: { readonly width: number; readonly style: Style },
): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const word = total === 0 ? style.paint("good", "CLEAN") : style.paint("warn", "MISTAKES");
  const found = total === 0 ? "" : `${plural(total, "finding")} in `;
  const lines = [`${word}  ${printable(file)}  ${found}${plural(operations, "operation")}`];
  const kinds = new Set<LintKind>();
  for (const { kind, line, text } of findings) {
    lines.push(`  ${printable(file)}:${line === 0 ? "" : `${line}:`} ${kind}: ${printable(text)}`);
    kinds.add(kind);
  }
  for (const kind of kinds) {
    const shown = findings.filter((finding) => finding.kind === kind).length;
    const left = (counts[kind] ?? 0) - shown;
    const more = left === 0 ? "" : ` (${left} more not shown)`;
    const advice = `${kind}${more}: ${LINT_KINDS[kind]}`;
    for (const line of wrap(advice, Math.max(40, width - 2))) lines.push(`  ${line}`);
  }
  return `${lines.join("\n")}\n`;
}
