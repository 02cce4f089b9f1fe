/** Whether enough succeeded that a verdict says anything: reads, each function, anything at all. */

import type { LintFindings } from "./findings.ts";
import { type LintOperation, mopsOf } from "./lint-operation.ts";

interface Use {
  line: number;
  tried: number;
  ok: number;
}

const READS: ReadonlySet<string> = new Set(["read", "r"]);
/** Functions of models in which something is read as well. */
const WRITES: ReadonlySet<string> = new Set(["add", "write", "w", "transfer", "cas"]);

export class CoverageRules {
  private readonly findings: LintFindings;
  private readonly functions = new Map<string, Use>();
  private readonly reads: Use = { line: 0, tried: 0, ok: 0 };
  private writes = 0;
  private operations = 0;
  private acknowledged = 0;

  constructor(findings: LintFindings) {
    this.findings = findings;
  }

  /** Takes operations of clients. */
  take(operation: LintOperation): void {
    this.operations++;
    if (operation.type === "ok") this.acknowledged++;
    const known = this.functions.get(operation.f) ?? { line: operation.line, tried: 0, ok: 0 };
    this.functions.set(operation.f, known);
    count(known, operation);
    const mops = mopsOf(operation.value);
    if (mops?.some(({ name }) => name === "r") ?? READS.has(operation.f)) {
      if (this.reads.line === 0) this.reads.line = operation.line;
      count(this.reads, operation);
    }
    if (mops?.some(({ name }) => name !== "r") ?? WRITES.has(operation.f)) this.writes++;
  }

  finish(): void {
    if (this.acknowledged === 0) {
      const text = () => `${this.operations} operations of clients, and none is ok`;
      this.findings.add("nothing-acknowledged", 0, text);
      return;
    }
    if (this.reads.line === 0) {
      const { writes } = this;
      if (writes > 0) this.findings.add("no-reads", 0, () => "something is written, nothing read");
    } else if (this.reads.ok === 0) {
      const { tried, line } = this.reads;
      const text = () => `none of ${tried} reads is ok; this is the first`;
      this.findings.add("reads-never-acknowledged", line, text);
    }
    for (const [f, { line, tried, ok }] of this.functions) {
      if (ok > 0 || READS.has(f)) continue;
      const text = () => `none of ${tried} operations ${f || "without f"} is ok; this is the first`;
      this.findings.add("function-never-ok", line, text);
    }
  }
}

function count(use: Use, { type }: LintOperation): void {
  if (type === "ok") use.ok++;
  if (type === "invoke") use.tried++;
}
