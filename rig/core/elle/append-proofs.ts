/**
 * Proves the edges between transactions of a list-append history: names the key and the elements
 * by which one transaction comes before another, and says so in words.
 */

import { APPEND, type HistoryTable, OK, READ_LIST, READ_NIL } from "../history/history-table.ts";
import type { AppendEdges } from "./append-edges.ts";
import type { CycleStep, Relation } from "./result.ts";
import { elementText, keyText, operationText, orderStep, type RowEdge } from "./texts.ts";
import { NONE } from "./transactions.ts";

interface Proof {
  readonly key: number;
  /** NONE for the initial state. */
  readonly element: number;
  readonly next: number;
}

export function proveAppendStep(
  edges: AppendEdges,
  from: number,
  to: number,
  relation: Relation,
): CycleStep {
  const { table } = edges;
  const step = orderStep(table, { from, to, relation });
  const proof =
    relation === "wr" ? readProof(edges, from, to) : appendProof(edges, from, to, relation);
  if (proof === undefined) return step;
  const { key, element, next } = proof;
  return {
    ...step,
    key: table.names.key(key),
    ...(element === NONE ? {} : { element: elementText(table, element) }),
    ...(next === NONE ? {} : { next: elementText(table, next) }),
    because: dataText(edges, { from, to, relation }, proof),
  };
}

function readProof(edges: AppendEdges, from: number, to: number): Proof | undefined {
  const { table, index } = edges;
  for (const mop of mopsOf(table, to)) {
    const last = lastRead(table, mop);
    if (last !== NONE && index.writer[last] === from) {
      return { key: table.mopKey[mop] as number, element: last, next: NONE };
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
    const isProof =
      relation === "ww"
        ? element !== NONE && index.writer[element] === from
        : hasReadUpTo(edges, from, { key, element, next });
    if (isProof) return { key, element, next };
  }
  return undefined;
}

function hasReadUpTo(edges: AppendEdges, row: number, proof: Proof): boolean {
  const { table, index } = edges;
  for (const mop of mopsOf(table, row)) {
    if (table.mopKey[mop] !== proof.key || table.mopKind[mop] === APPEND) continue;
    if (table.mopKind[mop] === READ_NIL && index.type[row] !== OK) continue;
    if (lastRead(table, mop) === proof.element) return true;
  }
  return false;
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

function dataText(edges: AppendEdges, edge: RowEdge, proof: Proof): string {
  const { table } = edges;
  const from = operationText(table, edge.from);
  const to = operationText(table, edge.to);
  const key = keyText(table, proof.key);
  const element = proof.element === NONE ? "" : elementText(table, proof.element);
  if (edge.relation === "wr") return `${to} read ${element} in ${key}, which ${from} appended`;
  const next = elementText(table, proof.next);
  const unseen = edges.isUnobserved(proof.next) ? " (which no read shows)" : "";
  if (edge.relation === "ww") {
    return `${to} appended ${next}${unseen} to ${key} after ${from} had appended ${element}`;
  }
  const state = element === "" ? `${key} empty` : `${key} up to ${element}`;
  return `${from} read ${state}, before ${to} appended ${next}${unseen} to it`;
}
