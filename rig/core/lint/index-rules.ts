/** Indexes: all operations have one or none has; they ascend and none is there twice. Times too. */

import { GrowableFloat64 } from "../history/growable.ts";
import type { LintFindings } from "./findings.ts";
import { type LintOperation, shown } from "./lint-operation.ts";

export class IndexRules {
  private readonly findings: LintFindings;
  private readonly ascending = new GrowableFloat64();
  private readonly others = new Set<number>();
  private operations = 0;
  private hasIndexes = false;
  private lastTime = Number.NEGATIVE_INFINITY;

  constructor(findings: LintFindings) {
    this.findings = findings;
  }

  take(operation: LintOperation): void {
    this.checkIndex(operation);
    this.checkTime(operation);
    this.operations++;
  }

  private checkIndex({ index, line }: LintOperation): void {
    if (this.operations === 0) this.hasIndexes = index !== null;
    if (index === null) {
      if (this.hasIndexes) {
        this.findings.add("missing-index", line, () => "no index, but the first operation has one");
      }
      return;
    }
    if (typeof index !== "number") {
      this.findings.add("missing-index", line, () => `index ${shown(index)} is no integer`);
      return;
    }
    if (!this.hasIndexes && index !== this.operations) {
      const place = this.operations;
      const text = () => `index ${index} on operation ${place}, after operations without one`;
      this.findings.add("missing-index", line, text);
      return;
    }
    const { array, length } = this.ascending;
    const last = length === 0 ? Number.NEGATIVE_INFINITY : (array[length - 1] as number);
    if (index > last) {
      this.ascending.push(index);
    } else if (this.others.has(index) || isIn(array, length, index)) {
      this.findings.add("duplicate-index", line, () => `index ${index} was there before`);
    } else {
      this.others.add(index);
      this.findings.add("descending-index", line, () => `index ${index} follows ${last}`);
    }
  }

  private checkTime({ time, line }: LintOperation): void {
    if (Number.isNaN(time)) return;
    const last = this.lastTime;
    if (time < last) {
      this.findings.add("time-backwards", line, () => `time ${time} follows ${last}`);
    } else {
      this.lastTime = time;
    }
  }
}

/** Whether a number is among the first `length` of an ascending array. */
function isIn(array: Float64Array, length: number, value: number): boolean {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((array[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low < length && array[low] === value;
}
