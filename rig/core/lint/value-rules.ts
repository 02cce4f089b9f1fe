/**
 * Values: what was written and by whom, what was read, and whether anything was. An element that
 * was read but written only by a failed operation, or by nobody, was recorded wrongly.
 */

import { canonicalText, type Value } from "../history/general-operation.ts";
import { GrowableInt32 } from "../history/growable.ts";
import { ElementNumbers, KeyNumbers } from "../history/value-numbers.ts";
import type { LintFindings } from "./findings.ts";
import { isList, type LintMop, type LintOperation, mopsOf, shown } from "./lint-operation.ts";

/** Lines, by element; 0 for none. */
class Lines {
  private readonly column = new GrowableInt32();

  of(element: number): number {
    return element < this.column.length ? (this.column.array[element] as number) : 0;
  }

  /** Keeps the first line. */
  set(element: number, line: number): void {
    while (this.column.length <= element) this.column.push(0);
    if (this.column.array[element] === 0) this.column.array[element] = line;
  }
}

export class ValueRules {
  private readonly findings: LintFindings;
  private readonly keys = new KeyNumbers();
  private readonly elements = new ElementNumbers();
  private readonly invoked = new Lines();
  private readonly failed = new Lines();
  /** By what happened, surely or possibly. */
  private readonly written = new Lines();
  private readonly read = new Lines();
  private firstKey: Value = null;
  private hasKeys = false;
  private hasMixedKeys = false;
  private nilReadLine = 0;
  private emptyReadLine = 0;

  constructor(findings: LintFindings) {
    this.findings = findings;
  }

  /** Takes operations of clients. */
  take(operation: LintOperation): void {
    const mops = mopsOf(operation.value);
    for (const mop of mops ?? []) this.takeMop(mop, operation);
  }

  finish(): void {
    for (let element = 0; element < this.elements.count; element++) this.checkElement(element);
    if (this.nilReadLine > 0 && this.emptyReadLine > 0) {
      const [nil, empty] = [this.nilReadLine, this.emptyReadLine];
      const text = () => `a read of [], but a read of nil on line ${nil}`;
      this.findings.add("mixed-empty", empty, text);
    }
  }

  private takeMop({ name, key, value }: LintMop, operation: LintOperation): void {
    const { type, line } = operation;
    if (name === null) {
      const text = () => `${shown(operation.value)} has another micro-operation`;
      this.findings.add("odd-micro-op", line, text);
      return;
    }
    this.checkKey(key, line);
    const number = this.numberOf(key);
    if (name !== "r") {
      if (value === null) {
        this.findings.add("nil-written", line, () => `nil is written to key ${shown(key)}`);
      } else {
        this.write(this.elementOf(number, value), operation);
      }
    } else if (type === "ok") {
      if (value === null) this.nilReadLine ||= line;
      else if (!isList(value)) this.read.set(this.elementOf(number, value), line);
      else if (value.items.length === 0) this.emptyReadLine ||= line;
      else for (const item of value.items) this.read.set(this.elementOf(number, item), line);
    }
  }

  private write(element: number, { type, line }: LintOperation): void {
    if (type === "fail") {
      this.failed.set(element, line);
    } else if (type === "invoke") {
      const first = this.invoked.of(element);
      if (first > 0) this.tellDuplicate(element, line, first);
      this.invoked.set(element, line);
    } else {
      const first = this.written.of(element);
      if (first > 0 && this.invoked.of(element) === 0) this.tellDuplicate(element, line, first);
      this.written.set(element, line);
    }
  }

  private tellDuplicate(element: number, line: number, first: number): void {
    const text = () => `${this.textOf(element)} is written a second time, first on line ${first}`;
    this.findings.add("duplicate-write", line, text);
  }

  private checkElement(element: number): void {
    const line = this.read.of(element);
    if (line === 0 || this.written.of(element) > 0) return;
    const failed = this.failed.of(element);
    if (failed > 0) {
      const text = () =>
        `${this.textOf(element)}, read on line ${line}, is by this failed operation`;
      this.findings.add("failed-effect-read", failed, text);
    } else if (this.invoked.of(element) === 0) {
      const text = () => `${this.textOf(element)} was read, but nobody wrote it`;
      this.findings.add("unwritten-read", line, text);
    }
  }

  private checkKey(key: Value, line: number): void {
    if (!this.hasKeys) {
      this.hasKeys = true;
      this.firstKey = key;
    }
    if (this.hasMixedKeys || kindOf(key) === kindOf(this.firstKey)) return;
    this.hasMixedKeys = true;
    const text = () => `key ${shown(key)}, but key ${shown(this.firstKey)} before it`;
    this.findings.add("mixed-keys", line, text);
  }

  private numberOf(key: Value): number {
    return typeof key === "number"
      ? this.keys.ofInteger(key)
      : this.keys.ofText(canonicalText(key));
  }

  private elementOf(key: number, value: Value): number {
    if (typeof value === "number") return this.elements.ofInteger(key, value);
    return this.elements.ofText(key, canonicalText(value));
  }

  private textOf(element: number): string {
    const key = this.keys.text(this.elements.keys.array[element] as number);
    return `${this.elements.text(element).slice(0, 60)} of key ${key.slice(0, 60)}`;
  }
}

function kindOf(value: Value): string {
  if (typeof value !== "string") return value === null ? "nil" : typeof value;
  const [first = ""] = value;
  return /[:"]/.test(first) ? first : /[\d+-]/.test(first) ? "number of another kind" : "word";
}
