/**
 * One history out of those that the nodes keep. Order comes from the markers on the bus alone: an
 * operation begins when its invocation's marker is on the bus, since its request leaves only then,
 * and it has ended before the marker of its completion is. Where a marker is missing the interval
 * is widened, so that every realtime edge that is left is a true one.
 */

import type { MarkerKind } from "../wire/marker.ts";
import type { NodeHistoryRecord, SeenMarker } from "./node-history.ts";
import type { Operation } from "./operation.ts";

export interface MergedHistory {
  /** Indices, processes and times (of the host's clock) are given here. */
  readonly operations: readonly Operation[];
  /** Records that came in, and those among them whose marker is missing. */
  readonly records: number;
  readonly widened: number;
  /** Records that are missing by their number, or that only a marker tells of. */
  readonly lost: number;
}

/** Beside a marker: a widened completion stands before it, a widened invocation behind it. */
const RANK = { before: 0, marker: 1, behind: 2 } as const;

interface Place {
  /** Position among the markers: -1 is before all of them, their number is behind all. */
  readonly at: number;
  readonly rank: number;
}

interface Placed {
  readonly record: NodeHistoryRecord;
  /** Position of its own marker; null where that is missing. */
  readonly position: number | null;
  /** Latest position among earlier records of the boot, earliest among all later ones. */
  after: number;
  before: number;
}

interface Event extends Place {
  readonly operation: MergedOperation;
  readonly isInvoke: boolean;
  /** Breaks ties: node, then the order in its history. */
  readonly node: number;
  readonly order: number;
}

interface MergedOperation {
  readonly invoke: Placed;
  /** Null while open: nobody knows what became of it. */
  completion: Placed | null;
  process: number;
}

/** `markers` in the order of the bus; `records` in any order, also where one came in twice. */
export function mergeNodeHistories(
  records: readonly NodeHistoryRecord[],
  markers: readonly SeenMarker[],
): MergedHistory {
  const histories = inOrder(records);
  const positions = positionsOf(histories.flat(), markers);
  const events: Event[] = [];
  const counts = { records: 0, widened: 0, lost: positions.unmatched };
  for (const history of histories) {
    counts.records += history.length;
    counts.lost += gapsIn(history);
    const placed = placesOf(history, positions.of, markers.length);
    counts.widened += placed.filter(({ position }) => position === null).length;
    addEvents(events, placed, markers.length);
  }
  events.sort(compareEvents);
  return { operations: numbered(events, markers), ...counts };
}

/** Where each record's marker is; a repeated marker counts where it came first. */
function positionsOf(records: readonly NodeHistoryRecord[], markers: readonly SeenMarker[]) {
  const byName = new Map<string, NodeHistoryRecord | null>();
  for (const record of records) {
    const name = nameOf(record);
    const known = byName.get(name);
    // Two boots that are 256 apart look alike: then the markers say nothing.
    const isAmbiguous = known === null || (known !== undefined && known.boot !== record.boot);
    byName.set(name, isAmbiguous ? null : record);
  }
  const of = new Map<NodeHistoryRecord, number>();
  const orphans = new Set<string>();
  markers.forEach((marker, position) => {
    const record = byName.get(nameOf(marker));
    if (record === undefined) orphans.add(nameOf(marker));
    else if (record === null || of.has(record)) return;
    else if (isOf(record, marker)) of.set(record, position);
    else orphans.add(nameOf(marker));
  });
  return { of, unmatched: orphans.size };
}

function nameOf({ node, boot, number }: Pick<SeenMarker, "node" | "boot" | "number">): string {
  return `${node}/${boot & 255}/${number}`;
}

function isOf({ kind, process }: NodeHistoryRecord, marker: SeenMarker): boolean {
  return marker.kind === kind && marker.process === (process & 0xffff);
}

/** The history of each node, lowest node first, without repeats. */
function inOrder(records: readonly NodeHistoryRecord[]): readonly (readonly NodeHistoryRecord[])[] {
  const histories: NodeHistoryRecord[][] = [];
  let last: NodeHistoryRecord | null = null;
  for (const record of [...records].sort(compareRecords)) {
    if (last !== null && compareRecords(last, record) === 0) continue;
    if (last?.node === record.node) histories.at(-1)?.push(record);
    else histories.push([record]);
    last = record;
  }
  return histories;
}

function compareRecords(a: NodeHistoryRecord, b: NodeHistoryRecord): number {
  return a.node - b.node || a.boot - b.boot || a.number - b.number;
}

function gapsIn(records: readonly NodeHistoryRecord[]): number {
  let gaps = 0;
  records.forEach(({ boot, number }, index) => {
    const last = records[index - 1];
    gaps += last === undefined || last.boot !== boot ? number : number - last.number - 1;
  });
  return gaps;
}

function placesOf(
  records: readonly NodeHistoryRecord[],
  positions: ReadonlyMap<NodeHistoryRecord, number>,
  end: number,
): readonly Placed[] {
  const placed = records.map((record): Placed => {
    const position = positions.get(record) ?? null;
    return { record, position, after: -1, before: end };
  });
  let latest = -1;
  placed.forEach((each, index) => {
    // A controller may send what it held from before a reset, later than the first new frame.
    if (each.record.boot !== placed[index - 1]?.record.boot) latest = -1;
    each.after = latest;
    if (each.position !== null) latest = Math.max(latest, each.position);
  });
  let earliest = end;
  for (const each of placed.toReversed()) {
    each.before = earliest;
    if (each.position !== null) earliest = Math.min(earliest, each.position);
  }
  return placed;
}

function addEvents(events: Event[], placed: readonly Placed[], end: number): void {
  const open = new Map<string, MergedOperation>();
  const operations: MergedOperation[] = [];
  for (const each of placed) {
    const { kind, boot, process } = each.record;
    const name = `${boot}/${process}`;
    if (kind === "boot") continue;
    if (kind === "invoke") {
      const operation = { invoke: each, completion: null, process: -1 };
      operations.push(operation);
      open.set(name, operation);
      continue;
    }
    const operation = open.get(name);
    // A completion whose invocation was lost is among the gaps.
    if (operation === undefined) continue;
    operation.completion = each;
    open.delete(name);
  }
  operations.forEach((operation, index) => {
    const { invoke, completion } = operation;
    const { node } = invoke.record;
    const last = completion === null ? { at: end, rank: RANK.behind } : completedAt(completion);
    const first = earlier(invokedAt(invoke), last);
    events.push({ ...first, operation, isInvoke: true, node, order: 2 * index });
    events.push({ ...last, operation, isInvoke: false, node, order: 2 * index + 1 });
  });
}

function invokedAt({ position, after }: Placed): Place {
  if (position !== null) return { at: position, rank: RANK.marker };
  return { at: after, rank: RANK.behind };
}

function completedAt({ position, before }: Placed): Place {
  if (position !== null) return { at: position, rank: RANK.marker };
  return { at: before, rank: RANK.before };
}

/** Markers in a wrong order must not turn an interval round: it may always begin earlier. */
function earlier(first: Place, last: Place): Place {
  const isBefore = first.at < last.at || (first.at === last.at && first.rank < last.rank);
  return isBefore ? first : { at: last.at - 1, rank: RANK.behind };
}

function compareEvents(a: Event, b: Event): number {
  return a.at - b.at || a.rank - b.rank || a.node - b.node || a.order - b.order;
}

/** Gives indices, and processes in the order in which they first speak. */
function numbered(events: readonly Event[], markers: readonly SeenMarker[]): Operation[] {
  const processes = new Map<string, { number: number; isOpen: boolean }>();
  let count = 0;
  return events.map(({ operation, isInvoke, at, node }, index): Operation => {
    const { invoke, completion } = operation;
    const name = `${node}/${invoke.record.boot}/${invoke.record.process}`;
    let process = processes.get(name);
    if (isInvoke && (process === undefined || process.isOpen)) {
      // Widened intervals of one process may overlap; a history has one open operation in each.
      process = { number: count++, isOpen: true };
      processes.set(name, process);
    }
    if (process !== undefined && (isInvoke || process.number === operation.process)) {
      process.isOpen = isInvoke;
    }
    if (isInvoke && process !== undefined) operation.process = process.number;
    const time = timeAt(at, markers);
    const base = { index, f: "txn", process: operation.process, time, node };
    if (isInvoke) return { ...base, type: "invoke", value: invoke.record.value };
    if (completion === null) {
      const { value } = invoke.record;
      return { ...base, type: "info", value, error: "the node's record ends" };
    }
    const { kind, value, error } = completion.record;
    const type = kind as Exclude<MarkerKind, "boot">;
    return { ...base, type, value, ...(error === undefined ? {} : { error }) };
  });
}

function timeAt(at: number, markers: readonly SeenMarker[]): number {
  if (at < 0) return 0;
  return (markers[at] ?? markers.at(-1))?.timeNs ?? 0;
}
