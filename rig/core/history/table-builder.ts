/**
 * Builds a history table operation by operation, and holds the rules that a history must keep:
 * indexes ascend, a process has one operation open at a time, a completion has its invocation.
 * Breaking one is an error with the line. A history of completions only is accepted.
 */

import { GrowableFloat64, GrowableInt32 } from "./growable.ts";
import { type HistoryTable, INVOKE, malformed } from "./history-table.ts";
import { MopColumns } from "./mop-columns.ts";
import { NodeColumn } from "./node-column.ts";

/** Entries of a row among the small numbers. */
const WIDTH = 4;
const TYPE = 0;
const LINE = 1;
const PARTNER = 2;
/** Where the micro-operations of the row end. */
const MOP_END = 3;

/** Entries of a row among the large numbers. */
const WIDTH_OF_LARGE = 3;
const INDEX = 0;
const PROCESS = 1;
const TIME = 2;

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
  private readonly small = new GrowableInt32();
  private readonly large = new GrowableFloat64();
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
    const at = this.small.room(WIDTH);
    const row = at / WIDTH;
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
      this.small.array[previous * WIDTH + PARTNER] = row;
    }
    const small = this.small.array;
    small[at + TYPE] = fields.type;
    small[at + LINE] = fields.line;
    small[at + PARTNER] = partner;
    small[at + MOP_END] = this.mops.count;
    const place = this.large.room(WIDTH_OF_LARGE);
    const large = this.large.array;
    large[place + INDEX] = index;
    large[place + PROCESS] = fields.process;
    large[place + TIME] = fields.time;
    if (fields.node !== null) this.nodes.put(row, fields.node);
  }

  finish(): HistoryTable {
    if (this.invocations > 0 && this.firstUnpaired !== NONE) throw this.unpaired();
    const { small, large } = this;
    const rows = small.length / WIDTH;
    const mops = this.mops.finish();
    const mopStart = new Int32Array(rows + 1);
    mopStart.set(small.column(WIDTH, MOP_END), 1);
    const { keyNumbers, elementNumbers } = this.mops;
    return {
      rows,
      type: new Uint8Array(small.column(WIDTH, TYPE)),
      index: large.column(WIDTH_OF_LARGE, INDEX),
      process: large.column(WIDTH_OF_LARGE, PROCESS),
      time: large.column(WIDTH_OF_LARGE, TIME),
      line: small.column(WIDTH, LINE),
      partner: small.column(WIDTH, PARTNER),
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

  private lineOf(row: number): number {
    return this.small.array[row * WIDTH + LINE] as number;
  }

  private doubleInvoke(fields: RowFields, previous: number): Error {
    const where = `its operation of line ${this.lineOf(previous)} is still open`;
    const text = `process ${fields.process} invokes while ${where}; expected its completion`;
    return malformed(fields.line, text);
  }

  private unpaired(): Error {
    const row = this.firstUnpaired;
    const process = this.large.array[row * WIDTH_OF_LARGE + PROCESS];
    const text = `process ${process} completes an operation it did not invoke`;
    return malformed(this.lineOf(row), `${text}; expected an invoke of this process before it`);
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
