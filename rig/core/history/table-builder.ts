/**
 * Builds a history table operation by operation, and holds the rules that a history must keep:
 * indexes ascend, a process has one operation open at a time, a completion has its invocation.
 * Breaking one is an error with the line. A history of completions only is accepted.
 */

import { GrowableFloat64, GrowableInt32, GrowableUint8 } from "./growable.ts";
import { type HistoryTable, INVOKE, malformed } from "./history-table.ts";
import { MopColumns } from "./mop-columns.ts";
import { NodeColumn } from "./node-column.ts";

const SMALL_PROCESSES = 1 << 20;
const NONE = -1;

export interface RowFields {
  type: number;
  /** `null` where the operation has none. */
  index: number | null;
  /** `null` where it is not an integer: no client. */
  process: number | null;
  /** No client, but no name of anything else either: missing, nil, a fraction. */
  isNameless: boolean;
  time: number;
  line: number;
  /** Name of the node; `null` where the operation has none. */
  node: string | null;
}

export class HistoryTableBuilder {
  readonly mops = new MopColumns();
  private readonly type = new GrowableUint8();
  private readonly index = new GrowableFloat64();
  private readonly process = new GrowableFloat64();
  private readonly time = new GrowableFloat64();
  private readonly line = new GrowableInt32();
  private readonly partner = new GrowableInt32();
  private readonly mopStart = new GrowableInt32();
  private readonly nodes = new NodeColumn();
  private readonly open = new OpenOperations();

  private operations = 0;
  private skipped = 0;
  private nameless = 0;
  private hasIndexes = false;
  private lastIndex = Number.NEGATIVE_INFINITY;
  private invocations = 0;
  private firstUnpaired = NONE;

  /** Takes the micro-operations added since the last row; `fields` may be reused by the caller. */
  addRow(fields: RowFields): void {
    const index = this.checkedIndex(fields);
    this.operations++;
    if (fields.process === null) {
      this.skipped++;
      if (fields.isNameless) this.nameless++;
      return;
    }
    const row = this.type.length;
    const previous = this.open.take(fields.process);
    let partner = NONE;
    if (fields.type === INVOKE) {
      if (previous !== NONE) throw this.doubleInvoke(fields, previous);
      this.invocations++;
      this.open.put(fields.process, row);
    } else if (previous === NONE) {
      if (this.firstUnpaired === NONE) this.firstUnpaired = row;
    } else {
      partner = previous;
      this.partner.array[previous] = row;
    }
    this.type.push(fields.type);
    this.index.push(index);
    this.process.push(fields.process);
    this.time.push(fields.time);
    this.line.push(fields.line);
    this.partner.push(partner);
    if (fields.node !== null) this.nodes.put(row, fields.node);
    this.mopStart.push(this.mops.count);
  }

  finish(): HistoryTable {
    if (this.invocations > 0 && this.firstUnpaired !== NONE) throw this.unpaired();
    const rows = this.type.length;
    const mops = this.mops.finish();
    // Until here each row holds where its micro-operations end.
    const mopStart = new Int32Array(rows + 1);
    mopStart.set(this.mopStart.array.subarray(0, rows), 1);
    const { keyNumbers, elementNumbers } = this.mops;
    return {
      rows,
      type: this.type.finish(),
      index: this.index.finish(),
      process: this.process.finish(),
      time: this.time.finish(),
      line: this.line.finish(),
      partner: this.partner.finish(),
      mopStart,
      ...mops,
      keys: keyNumbers.count,
      elements: elementNumbers.count,
      elementKey: elementNumbers.keys.finish(),
      names: {
        key: (key) => keyNumbers.text(key),
        element: (element) => elementNumbers.text(element),
        longElements: () => elementNumbers.longOnes(),
        node: this.nodes.finish(),
      },
      skipped: this.skipped,
      nameless: this.nameless,
    };
  }

  private checkedIndex(fields: RowFields): number {
    const { index, line } = fields;
    if (this.operations === 0) this.hasIndexes = index !== null;
    if (!this.hasIndexes) {
      if (index !== null && index !== this.operations) {
        throw malformed(
          line,
          `index ${index} after operations without one; expected ${this.operations} or none`,
        );
      }
      return this.operations;
    }
    if (index === null) throw malformed(line, "an operation without index; the first one has one");
    if (index <= this.lastIndex) {
      throw malformed(line, `index ${index} follows ${this.lastIndex}; expected a greater one`);
    }
    this.lastIndex = index;
    return index;
  }

  private doubleInvoke(fields: RowFields, previous: number): Error {
    const where = `its operation of line ${this.line.array[previous]} is still open`;
    const text = `process ${fields.process} invokes while ${where}; expected its completion`;
    return malformed(fields.line, text);
  }

  private unpaired(): Error {
    const row = this.firstUnpaired;
    const process = this.process.array[row];
    const text = `process ${process} completes an operation it did not invoke`;
    return malformed(
      this.line.array[row] as number,
      `${text}; expected an invoke of this process before it`,
    );
  }
}

/** Row of the open invocation of each process. */
class OpenOperations {
  private small = new Int32Array(256).fill(NONE);
  private readonly others = new Map<number, number>();

  take(process: number): number {
    if (process >= 0 && process < SMALL_PROCESSES) {
      if (process >= this.small.length) return NONE;
      const row = this.small[process] as number;
      this.small[process] = NONE;
      return row;
    }
    const row = this.others.get(process) ?? NONE;
    this.others.delete(process);
    return row;
  }

  put(process: number, row: number): void {
    if (process < 0 || process >= SMALL_PROCESSES) {
      this.others.set(process, row);
      return;
    }
    if (process >= this.small.length) {
      let length = this.small.length;
      while (length <= process) length *= 2;
      const larger = new Int32Array(length).fill(NONE);
      larger.set(this.small);
      this.small = larger;
    }
    this.small[process] = row;
  }
}
