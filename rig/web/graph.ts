/** The graph of an anomaly: its operations, and the edges between them by kind. */

import type { WebAnomaly } from "./anomaly.ts";
import type { History } from "./operations.ts";

export const EDGE_KINDS = [
  "ww",
  "wr",
  "rw",
  "process",
  "realtime",
  "completion",
  "cross-process",
] as const;

export type EdgeKind = (typeof EDGE_KINDS)[number];

export interface GraphNode {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly process: string;
  /** Invocation, in the order of the history. */
  readonly invoke: number;
  /** What a pointer that rests on it is told. */
  readonly tip: string;
}

export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  readonly label: string;
  readonly inCycle: boolean;
  /** Pixels to the side. */
  readonly bend: number;
}

export function graphOf(
  anomaly: WebAnomaly,
  history: History,
): { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] } {
  const nodes = nodesOf(anomaly, history);
  const cycle = anomaly.cycle.map(({ from, to, relation, key }): GraphEdge => {
    const label = key === undefined ? relation : `${relation} ${key}`;
    return { from, to, kind: relation, label, inCycle: true, bend: 14 };
  });
  return { nodes, edges: [...cycle, ...orderEdges(nodes)] };
}

function nodesOf({ details, operations }: WebAnomaly, history: History): GraphNode[] {
  const told = new Map(details.map((each) => [each.index, each]));
  const indexes = [...new Set([...details.map(({ index }) => index), ...operations])];
  return indexes.map((index) => {
    const detail = told.get(index);
    const span = history.spanOf(index);
    const process = String(detail?.process ?? span?.process ?? "?");
    const type = detail?.type ?? span?.type ?? "ok";
    const words = span?.text ?? "";
    const invoke = detail?.invoked?.index ?? span?.invoke ?? index;
    const tip = `operation ${index}, process ${process}, ${type}: ${words}`;
    return { id: index, name: detail?.name ?? String(index), type, process, invoke, tip };
  });
}

/** One operation behind the other: of one process, or of two of which one was over before. */
function orderEdges(nodes: readonly GraphNode[]): GraphEdge[] {
  const sorted = [...nodes].sort((a, b) => a.invoke - b.invoke);
  const edges: GraphEdge[] = [];
  sorted.forEach((node, place) => {
    const next = sorted.slice(place + 1).find(({ invoke }) => invoke > node.id);
    if (next === undefined) return;
    const kind = next.process === node.process ? "completion" : "cross-process";
    edges.push({ from: node.id, to: next.id, kind, label: "", inCycle: false, bend: -10 });
  });
  return edges;
}
