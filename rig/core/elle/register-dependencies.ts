/**
 * The dependencies between transactions of a register history. A read comes after the write of
 * what it found (wr); a write comes after the writes (ww) and the reads (rw) of all versions that
 * are known to be earlier than its own. The quick form has two helper vertices per version, for
 * those who touched it and for those who wrote what comes after: all who read nil and all who
 * wrote would else be an edge for each pair.
 */

import { type HistoryTable, OK } from "../history/history-table.ts";
import type { EdgeList } from "./components.ts";
import type { ProveStep } from "./cycles.ts";
import type { Dependencies, EdgeSink, QuickGraph } from "./dependencies.ts";
import { type EarlierVersions, earlierVersions } from "./earlier-versions.ts";
import type { RegisterIndex, VersionRows } from "./register-index.ts";
import { proveRegisterStep } from "./register-proofs.ts";
import { REGISTER_RELATIONS, RW, WR, WW } from "./relations.ts";
import { NONE } from "./transactions.ts";
import type { VersionGraph } from "./version-graph.ts";
import { keyOfVersion } from "./versions.ts";

export class RegisterDependencies implements Dependencies {
  readonly table: HistoryTable;
  readonly type: Uint8Array;
  readonly explainedBy = REGISTER_RELATIONS;
  private readonly versions: VersionGraph;
  private known: EarlierVersions | undefined;

  constructor(versions: VersionGraph) {
    this.table = versions.table;
    this.type = versions.table.type;
    this.versions = versions;
  }

  readonly prove: ProveStep = (edge, nameOf) =>
    proveRegisterStep({ versions: this.versions, earlier: this.earlier, nameOf }, edge);

  /** Made when there is a cycle to look into. */
  private get earlier(): EarlierVersions {
    this.known ??= earlierVersions(this.versions.index.versions, this.versions.sources);
    return this.known;
  }

  addQuickEdges(list: EdgeList): QuickGraph {
    const { table } = this;
    const { index, sources } = this.versions;
    const touched = table.rows;
    const next = touched + index.versions;
    let isEmpty = true;
    eachWriterRead(index, (writer, reader) => {
      list.add(writer, reader);
      isEmpty = false;
    });
    for (const { start, rows } of [index.writers, index.readers]) {
      for (let version = 0; version < index.versions; version++) {
        const end = start[version + 1] as number;
        for (let at = start[version] as number; at < end; at++) {
          list.add(rows[at] as number, touched + version);
          if (rows === index.writers.rows) list.add(next + version, rows[at] as number);
        }
      }
    }
    for (const { pairs } of sources) {
      for (let i = 0; i < pairs.length; i++) {
        const from = pairs.from.array[i] as number;
        const to = pairs.to.array[i] as number;
        const isFromBarrier = from >= index.versions;
        // Barriers are numbered on after the versions, so they have the same vertex both ways.
        list.add((isFromBarrier ? next : touched) + from, next + to);
        if (isEmpty) isEmpty = !isRelation(index, from, to);
      }
    }
    return { nodes: next + 2 * index.versions, isEmpty };
  }

  addEdgesAmong(rows: readonly number[], sink: EdgeSink): void {
    const { index, sources } = this.versions;
    const group = new TouchedByGroup(this.table, index, rows);
    for (const [version, writers] of group.writers) {
      for (const reader of group.readers.get(version) ?? []) {
        for (const writer of writers) if (writer !== reader) sink.add(writer, reader, WR);
      }
    }
    const { start, version: before } = this.earlier;
    for (const version of group.writers.keys()) {
      const end = start[version + 1] as number;
      for (let at = start[version] as number; at < end; at++) {
        group.addEdges(before[at] as number, version, sink);
      }
    }
    for (const { exact } of sources) {
      if (exact === undefined) continue;
      for (const [key, versions] of group.versionsByKey()) {
        const pairs = exact.pairsAmong(key, versions);
        for (let i = 0; i < pairs.length; i++) {
          group.addEdges(pairs.from.array[i] as number, pairs.to.array[i] as number, sink);
        }
      }
    }
  }
}

/** A value that is read has one writer; the index has made sure of that. */
function eachWriterRead(index: RegisterIndex, visit: (writer: number, reader: number) => void) {
  const { writers, readers } = index;
  for (let version = 0; version < index.versions; version++) {
    const first = writers.start[version] as number;
    if (first === writers.start[version + 1]) continue;
    const writer = writers.rows[first] as number;
    const end = readers.start[version + 1] as number;
    for (let at = readers.start[version] as number; at < end; at++) {
      const reader = readers.rows[at] as number;
      if (reader !== writer) visit(writer, reader);
    }
  }
}

/**
 * Whether the pair of versions, or of barrier and version, puts one transaction before another.
 * One that reads and then writes counts, though it only comes before itself: so it does in Elle,
 * where its vertex stays when the edge is dropped.
 */
function isRelation(index: RegisterIndex, from: number, to: number): boolean {
  const { writers, readers, versions } = index;
  if (to >= versions || countOf(writers, to) === 0) return false;
  return from >= versions || countOf(writers, from) + countOf(readers, from) > 0;
}

function countOf({ start }: VersionRows, version: number): number {
  return (start[version + 1] as number) - (start[version] as number);
}

/** Which versions the transactions of a group have read and written. */
class TouchedByGroup {
  readonly writers = new Map<number, number[]>();
  readonly readers = new Map<number, number[]>();
  private readonly table: HistoryTable;

  constructor(table: HistoryTable, index: RegisterIndex, rows: readonly number[]) {
    this.table = table;
    const { touches } = index;
    for (const row of rows) {
      if (table.type[row] !== OK) continue;
      const end = touches.start[row + 1] as number;
      for (let touch = touches.start[row] as number; touch < end; touch++) {
        addTo(this.readers, touches.read[touch] as number, row);
        addTo(this.writers, touches.write[touch] as number, row);
      }
    }
  }

  versionsByKey(): Map<number, Set<number>> {
    const byKey = new Map<number, Set<number>>();
    for (const rows of [this.writers, this.readers]) {
      for (const version of rows.keys()) {
        const key = keyOfVersion(this.table, version);
        const versions = byKey.get(key);
        if (versions === undefined) byKey.set(key, new Set([version]));
        else versions.add(version);
      }
    }
    return byKey;
  }

  /** All edges that follow from the order of two versions. */
  addEdges(before: number, version: number, sink: EdgeSink): void {
    for (const writer of this.writers.get(version) ?? []) {
      if (sink.isFull) return;
      for (const other of this.writers.get(before) ?? []) {
        if (other !== writer) sink.add(other, writer, WW);
      }
      for (const reader of this.readers.get(before) ?? []) {
        if (reader !== writer) sink.add(reader, writer, RW);
      }
    }
  }
}

function addTo(rowsBy: Map<number, number[]>, version: number, row: number): void {
  if (version === NONE) return;
  const rows = rowsBy.get(version);
  if (rows === undefined) rowsBy.set(version, [row]);
  else rows.push(row);
}
