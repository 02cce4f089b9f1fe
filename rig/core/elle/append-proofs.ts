/**
 * Proves the edges between transactions of a list-append history: names the key and the elements
 * by which one transaction comes before another, and says so in words.
 */

import { APPEND, type HistoryTable, OK, READ_LIST, READ_NIL } from "../history/history-table.ts";
import type { AppendEdges } from "./append-edges.ts";
import type { CycleStep, Relation } from "./result.ts";
import {
  elementText,
  indexOf,
  keyText,
  type NameOf,
  orderStep,
  type RowEdge,
  readText,
} from "./texts.ts";
import { NONE } from "./transactions.ts";

interface Proof {
  readonly key: number;
  /** NONE for the initial state. */
  readonly element: number;
  readonly next: number;
  /** The read of one of the two that shows it, or NONE. */
  readonly mop: number;
}

export function proveAppendStep(edges: AppendEdges, edge: RowEdge, nameOf: NameOf): CycleStep {
  const { table } = edges;
  const { from, to, relation } = edge;
  const step = orderStep(table, edge, nameOf);
  const proof =
    relation === "wr" ? readProof(edges, from, to) : appendProof(edges, from, to, relation);
  if (proof === undefined) return step;
  const { key, element, next, mop } = proof;
  const witness = next === NONE ? NONE : witnessOf(edges, next);
  return {
    ...step,
    key: table.names.key(key),
    ...(element === NONE ? {} : { element: elementText(table, element) }),
    ...(next === NONE ? {} : { next: elementText(table, next) }),
    ...(mop === NONE ? {} : { read: readText(table, mop) }),
    ...(witness === NONE ? {} : { shownBy: indexOf(table, rowOfMop(table, witness)) }),
    because: dataText({ edges, edge, nameOf, witness }, proof),
  };
}

function readProof(edges: AppendEdges, from: number, to: number): Proof | undefined {
  const { table, index } = edges;
  for (const mop of mopsOf(table, to)) {
    const last = lastRead(table, mop);
    if (last !== NONE && index.writer[last] === from) {
      return { key: table.mopKey[mop] as number, element: last, next: NONE, mop };
    }
  }
  return undefined;
}

function appendProof(
  edges: AppendEdges,
  from: number,
  to: number,
  relation: Relation,
): Proof | undefined {
  const { table, index } = edges;
  if (relation !== "ww" && relation !== "rw") return undefined;
  for (const mop of mopsOf(table, to)) {
    if (table.mopKind[mop] !== APPEND) continue;
    const next = table.mopElement[mop] as number;
    const key = table.mopKey[mop] as number;
    const element = edges.previous(next);
    if (relation === "rw") {
      const read = readUpTo(edges, from, { key, element });
      if (read !== NONE) return { key, element, next, mop: read };
    } else if (element !== NONE && index.writer[element] === from) {
      return { key, element, next, mop: NONE };
    }
  }
  return undefined;
}

function readUpTo(edges: AppendEdges, row: number, state: Pick<Proof, "key" | "element">): number {
  const { table, index } = edges;
  for (const mop of mopsOf(table, row)) {
    if (table.mopKey[mop] !== state.key || table.mopKind[mop] === APPEND) continue;
    if (table.mopKind[mop] === READ_NIL && index.type[row] !== OK) continue;
    if (lastRead(table, mop) === state.element) return mop;
  }
  return NONE;
}

/** The longest read of its key, where that shows the element. */
function witnessOf({ table, versions }: AppendEdges, element: number): number {
  if (versions.place[element] === NONE) return NONE;
  return versions.longest[table.elementKey[element] as number] as number;
}

function rowOfMop({ mopStart }: HistoryTable, mop: number): number {
  let low = 0;
  let high = mopStart.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((mopStart[middle] as number) <= mop) low = middle;
    else high = middle;
  }
  return low;
}

function lastRead(table: HistoryTable, mop: number): number {
  const length = table.mopLength[mop] as number;
  if (table.mopKind[mop] !== READ_LIST || length === 0) return NONE;
  return table.lists[(table.mopElement[mop] as number) + length - 1] as number;
}

function mopsOf(table: HistoryTable, row: number): number[] {
  const first = table.mopStart[row] as number;
  return Array.from({ length: (table.mopStart[row + 1] as number) - first }, (_, i) => first + i);
}

interface Proven {
  readonly edges: AppendEdges;
  readonly edge: RowEdge;
  readonly nameOf: NameOf;
  readonly witness: number;
}

function dataText({ edges, edge, nameOf, witness }: Proven, proof: Proof): string {
  const { table } = edges;
  const [from, to] = [nameOf(edge.from), nameOf(edge.to)];
  const key = keyText(table, proof.key);
  const element = proof.element === NONE ? "" : elementText(table, proof.element);
  if (edge.relation === "wr") {
    return `${to} read ${key} as ${readText(table, proof.mop)}, so it saw ${element} of ${from}`;
  }
  const next = elementText(table, proof.next);
  if (edge.relation === "rw") {
    const read = `${from} read ${key} as ${readText(table, proof.mop)}`;
    if (edges.isUnobserved(proof.next)) {
      return `${read}, so it missed ${next}, which ${to} appended and no read shows`;
    }
    const missed = `so it missed ${next}, which ${to} appended right after that`;
    return `${read}, ${missed}${shownText(table, nameOf, witness)}`;
  }
  if (edges.isUnobserved(proof.next)) {
    return (
      `${to} appended ${next} to ${key}, which no read shows; it came after ${element} of ` +
      `${from}, the last that a read shows`
    );
  }
  const order = `${to} appended ${next} to ${key} right after ${from} had appended ${element}`;
  return order + shownText(table, nameOf, witness);
}

/** Who has read the key so that the order of its elements shows. */
function shownText(table: HistoryTable, nameOf: NameOf, witness: number): string {
  if (witness === NONE) return "";
  return ` (${nameOf(rowOfMop(table, witness))} read ${readText(table, witness)})`;
}
