/**
 * Graph work against slow and plain doubles: components, snapshot cycles, realtime order.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgeList, peel, strongComponents } from "../../../rig/core/elle/components.ts";
import { findCycleHits } from "../../../rig/core/elle/cycle-exists.ts";
import { LabelledEdges } from "../../../rig/core/elle/labelled-graph.ts";
import { RealtimeOrder } from "../../../rig/core/elle/order-edges.ts";
import { RW, WR, WW } from "../../../rig/core/elle/relations.ts";
import { tableOfOperations } from "../../../rig/core/history/operation-table.ts";
import { aHistory, append, type HistoryBuilder } from "./histories.ts";

type Edge = readonly [number, number];

const NODES = 7;
const edges = fc.array(fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1)), { maxLength: 14 });

/** Which vertices reach which, by repeated joining. */
function reachable(list: readonly Edge[], nodes: number): boolean[][] {
  const reach = Array.from({ length: nodes }, () => new Array<boolean>(nodes).fill(false));
  for (const [from, to] of list) (reach[from] as boolean[])[to] = true;
  for (let via = 0; via < nodes; via++) {
    for (let from = 0; from < nodes; from++) {
      if (!reach[from]?.[via]) continue;
      for (let to = 0; to < nodes; to++) {
        if (reach[via]?.[to]) (reach[from] as boolean[])[to] = true;
      }
    }
  }
  return reach;
}

describe("components", () => {
  it("are those of mutual reachability", () => {
    fc.assert(
      fc.property(edges, (list) => {
        const edgeList = new EdgeList();
        for (const [from, to] of list) edgeList.add(from, to);
        const graph = edgeList.graph(NODES);
        const reach = reachable(list, NODES);
        const { component } = strongComponents(graph);
        const isCyclic = reach.some((row, node) => row[node]);
        expect(peel(graph).count > 0).toBe(isCyclic);
        for (let a = 0; a < NODES; a++) {
          for (let b = 0; b < NODES; b++) {
            const isMutual = a === b || (reach[a]?.[b] && reach[b]?.[a]) === true;
            expect(component[a] === component[b]).toBe(isMutual);
          }
        }
      }),
    );
  });

  it("are found on a path of 300,000 vertices without deep recursion", () => {
    const list = new EdgeList();
    const nodes = 300_000;
    for (let node = 0; node < nodes; node++) list.add(node, (node + 1) % nodes);
    expect(strongComponents(list.graph(nodes)).count).toBe(1);
    expect(peel(list.graph(nodes)).count).toBe(nodes);
  });
});

describe("cycles that snapshot isolation forbids", () => {
  it("are the cycles of the composed relation", () => {
    const labelled = fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.constantFrom(WW, WR, RW, RW)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(labelled, (list) => {
        const graph = new LabelledEdges();
        const free: Edge[] = [];
        const composed: Edge[] = [];
        for (const [from, to, bit] of list) {
          if (from === to) continue;
          graph.add(from, to, bit);
          if (bit !== RW) free.push([from, to]);
        }
        for (const [a, b] of free) {
          composed.push([a, b]);
          for (const [from, to, bit] of list) {
            if (bit === RW && from === b && from !== to) composed.push([a, to]);
          }
        }
        const hits = findCycleHits(graph.graph([0, 1, 2, 3, 4])).map((hit) => hit.model);
        const isForbidden = reachable(composed, 5).some((row, node) => row[node]);
        const isFound = hits.includes("PL-SI") || hits.includes("PL-1") || hits.includes("PL-2");
        expect(isFound).toBe(isForbidden);
      }),
    );
  });
});

/** Any interleaving of single appends by four processes. */
const interleavings = fc.array(fc.tuple(fc.nat(3), fc.constantFrom("ok", "fail", "info")), {
  maxLength: 30,
});

function interleaved(steps: readonly (readonly [number, string])[]): HistoryBuilder {
  const history = aHistory();
  const open = new Map<number, number>();
  steps.forEach(([process, type], element) => {
    const invoked = open.get(process);
    if (invoked === undefined) {
      history.invoke(process, append(1, element));
      open.set(process, element);
      return;
    }
    open.delete(process);
    if (type === "ok") history.ok(process, append(1, invoked));
    else if (type === "fail") history.fail(process, append(1, invoked));
    else history.info(process, append(1, invoked));
  });
  return history;
}

describe("realtime order", () => {
  it("has the edges that reach just what completed before an invocation", () => {
    fc.assert(
      fc.property(interleavings, (steps) => {
        const table = tableOfOperations(interleaved(steps).operations);
        const order = new RealtimeOrder(table);
        const direct: Edge[] = [];
        const all: Edge[] = [];
        for (let row = 0; row < table.rows; row++) {
          const invoked = table.partner[row] as number;
          if (table.type[row] === 0 || invoked < 0) continue;
          order.eachBefore(row, (from) => direct.push([from, row]));
          for (let from = 0; from < invoked; from++) {
            if (table.type[from] === 1) all.push([from, row]);
          }
        }
        const reach = reachable(direct, table.rows);
        const wanted = reachable(all, table.rows);
        expect(reach).toEqual(wanted);
        // None follows from two others.
        for (const [from, to] of direct) {
          expect(direct.some(([a, b]) => a === from && b !== to && reach[b]?.[to])).toBe(false);
        }
      }),
    );
  });
});
