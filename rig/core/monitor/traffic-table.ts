/** What is on a bus now: one row for each identifier, with how often and what last. */

import type { CanFrame } from "../can/frame.ts";

export interface TrafficRow {
  readonly bus: string;
  readonly id: number;
  readonly extended: boolean;
  readonly count: number;
  /** Frames since the rows were taken before. */
  readonly fresh: number;
  /** Mean of the last intervals, the newest counting most; null until there were two frames. */
  readonly periodNs: number | null;
  /** The last one. */
  readonly frame: CanFrame;
  /** For each byte of the last frame, whether it took another value since the rows were taken. */
  readonly changed: readonly boolean[];
}

interface Entry {
  readonly bus: string;
  count: number;
  fresh: number;
  periodNs: number | null;
  lastNs: number;
  frame: CanFrame;
  changed: boolean[];
}

/** Share of the newest interval in the period. */
const NEWEST = 1 / 4;
/** A flood of identifiers must not fill memory. */
const ROWS_MAX = 4096;

export class TrafficTable {
  readonly #entries = new Map<string, Entry>();
  #unlisted = 0;

  /** Frames whose identifiers were too many for the table. */
  get unlisted(): number {
    return this.#unlisted;
  }

  observe(bus: string, frame: CanFrame, timeNs: number): void {
    const key = `${bus} ${frame.extended ? "x" : ""}${frame.id}`;
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#add(key, { bus, frame, timeNs });
    else update(entry, frame, timeNs);
  }

  /** Rows by bus and identifier, base format first; what changed counts anew from here. */
  takeRows(): TrafficRow[] {
    const rows = [...this.#entries.values()].map((entry) => {
      const { bus, count, fresh, periodNs, frame, changed } = entry;
      const { id, extended } = frame;
      entry.fresh = 0;
      entry.changed = frame.remote ? [] : Array.from(frame.data, () => false);
      return { bus, id, extended, count, fresh, periodNs, frame, changed };
    });
    return rows.sort(
      (a, b) =>
        (a.bus < b.bus ? -1 : a.bus > b.bus ? 1 : 0) ||
        Number(a.extended) - Number(b.extended) ||
        a.id - b.id,
    );
  }

  #add(key: string, { bus, frame, timeNs }: { bus: string; frame: CanFrame; timeNs: number }) {
    if (this.#entries.size >= ROWS_MAX) {
      this.#unlisted++;
      return;
    }
    const changed = Array.from(frame.data, () => true);
    const first = { count: 1, fresh: 1, periodNs: null, lastNs: timeNs };
    this.#entries.set(key, { bus, frame, changed, ...first });
  }
}

function update(entry: Entry, frame: CanFrame, timeNs: number): void {
  const before = entry.frame.data;
  const intervalNs = Math.max(0, timeNs - entry.lastNs);
  entry.changed = Array.from(
    frame.data,
    (byte, at) => entry.changed[at] === true || byte !== before[at],
  );
  entry.periodNs =
    entry.periodNs === null ? intervalNs : entry.periodNs + NEWEST * (intervalNs - entry.periodNs);
  entry.count++;
  entry.fresh++;
  entry.lastNs = timeNs;
  entry.frame = frame;
}
