/**
 * Processes: who is a client, one operation open at a time, completions that belong to their
 * invocations and repeat what they asked for, a new process after an unknown outcome.
 */

import { canonicalText, type Value } from "../history/general-operation.ts";
import type { LintFindings } from "./findings.ts";
import { isList, type LintMop, type LintOperation, mopsOf, shown } from "./lint-operation.ts";

interface OpenInvocation {
  readonly line: number;
  readonly f: string;
  readonly value: Value;
}

interface Unpaired {
  readonly lines: number[];
  count: number;
  isInfoOnly: boolean;
}

const KEPT_LINES = 8;

/** What nemeses do; clients' functions have other names. */
const FAULTS =
  /^(start|stop|kill|crash|restart|pause|resume|partition|heal|bump|strobe|bus-off|power)(-.*)?$/;

const UNCERTAIN = /time[sd]?[- ]?out|no (reply|response|answer)|indeterminate|unknown outcome/i;

export class ProcessRules {
  private readonly findings: LintFindings;
  private readonly open = new Map<number, OpenInvocation>();
  private readonly invoked = new Set<number>();
  private readonly retired = new Map<number, number>();
  private readonly unpaired = new Map<number, Unpaired>();

  constructor(findings: LintFindings) {
    this.findings = findings;
  }

  /** Whether the operation is one of a client. */
  take(operation: LintOperation): boolean {
    const { process, type, line, f, value } = operation;
    if (typeof process !== "number") {
      this.notClient(operation);
      return false;
    }
    if (type === null) {
      const text = () => `type ${operation.typeText}`;
      this.findings.add("unknown-type", line, text);
      return false;
    }
    if (FAULTS.test(f) && mopsOf(value) === null) {
      this.findings.add("nemesis-as-client", line, () => `process ${process} does ${f}`);
    }
    if (type === "invoke") this.invoke(process, operation);
    else this.complete(process, operation);
    return true;
  }

  finish(): void {
    for (const [process, { line }] of this.open) {
      this.findings.add("open-at-end", line, () => `process ${process} has no completion of it`);
    }
    let count = 0;
    for (const [process, unpaired] of this.unpaired) {
      count += unpaired.count;
      if (this.invoked.size > 0) this.tellUnpaired(process, unpaired);
    }
    if (this.invoked.size === 0 && count > 0) {
      this.findings.add("no-invocations", 0, () => `${count} completions and no invocation`);
    }
  }

  private notClient({ process, value, line }: LintOperation): void {
    if (process === null) {
      this.findings.add("missing-process", line, () => "no process");
    } else if (typeof process === "string" && /^"?[+-]?\d/.test(process)) {
      this.findings.add("odd-process", line, () => `process ${shown(process)}`);
    } else if (mopsOf(value) !== null) {
      const text = () => `process ${shown(process)} has micro-operations`;
      this.findings.add("client-without-number", line, text);
    }
  }

  private invoke(process: number, { line, f, value }: LintOperation): void {
    const open = this.open.get(process);
    if (open !== undefined) {
      const text = () => `process ${process} has the operation of line ${open.line} open`;
      this.findings.add("double-invoke", line, text);
    }
    const retired = this.retired.get(process);
    if (retired !== undefined) {
      const text = () => `process ${process} ended with info on line ${retired}`;
      this.findings.add("reuse-after-info", line, text);
      this.retired.delete(process);
    }
    this.open.set(process, { line, f, value });
    this.invoked.add(process);
  }

  private complete(process: number, operation: LintOperation): void {
    const { type, line, error } = operation;
    if (type === "fail" && UNCERTAIN.test(error)) {
      this.findings.add("timeout-as-fail", line, () => `fail with error ${error.slice(0, 60)}`);
    }
    const open = this.open.get(process);
    if (open === undefined) {
      this.keepUnpaired(process, operation);
      return;
    }
    this.open.delete(process);
    if (type === "info") this.retired.set(process, line);
    this.compare(open, operation);
  }

  private keepUnpaired(process: number, { line, type }: LintOperation): void {
    const known = this.unpaired.get(process) ?? { lines: [], count: 0, isInfoOnly: true };
    if (known.count++ < KEPT_LINES) known.lines.push(line);
    known.isInfoOnly &&= type === "info";
    this.unpaired.set(process, known);
  }

  private tellUnpaired(process: number, { lines, count, isInfoOnly }: Unpaired): void {
    if (isInfoOnly && !this.invoked.has(process)) {
      const text = () => `process ${process} has info alone, ${count} times, and no invocation`;
      this.findings.add("nemesis-as-client", lines[0] as number, text);
      return;
    }
    for (let at = 0; at < count; at++) {
      const text = () => `process ${process} completes what it did not invoke`;
      this.findings.add(
        "completion-without-invoke",
        lines[Math.min(at, KEPT_LINES - 1)] ?? 0,
        text,
      );
    }
  }

  private compare(open: OpenInvocation, { type, line, f, value }: LintOperation): void {
    if (f !== open.f) {
      const text = () => `${f || "no f"}, but ${open.f || "no f"} on line ${open.line}`;
      this.findings.add("function-changed", line, text);
    }
    const asked = mopsOf(open.value);
    if (asked === null) {
      if (type !== "ok" && isOther(open, value)) this.tellChange(open, value, line);
      return;
    }
    const done = mopsOf(value);
    if (done !== null) {
      if (!isSame(asked, done)) this.tellChange(open, value, line);
    } else if (asked.some(({ name }) => name !== "r")) {
      const text = () => `${shown(value)}, but line ${open.line} has ${shown(open.value)}`;
      this.findings.add("value-lost", line, text);
    }
  }

  private tellChange(open: OpenInvocation, value: Value, line: number): void {
    const text = () => `${shown(value)}, but line ${open.line} has ${shown(open.value)}`;
    this.findings.add("value-changed", line, text);
  }
}

/** Reads may come with an answer, and a value may be left out. */
function isOther({ f, value }: OpenInvocation, found: Value): boolean {
  if (value === null || found === null || f === "read" || isList(value)) return false;
  return canonicalText(value) !== canonicalText(found);
}

/** Whether the same is done, in the same order; what is read is left aside. */
function isSame(asked: readonly LintMop[], done: readonly LintMop[]): boolean {
  if (asked.length !== done.length) return false;
  return asked.every(({ name, key, value }, at) => {
    const other = done[at] as LintMop;
    if (name !== other.name || canonicalText(key) !== canonicalText(other.key)) return false;
    return name === "r" || canonicalText(value) === canonicalText(other.value);
  });
}
