/**
 * The search for cycles against trying every simple cycle; and the orders it goes by.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CycleSearch } from "../../../rig/core/elle/cycle-search.ts";
import { CYCLE_SPECS, type CycleSpec } from "../../../rig/core/elle/cycle-specs.ts";
import { cycleType } from "../../../rig/core/elle/cycle-type.ts";
import { bitsBetween, LabelledEdges } from "../../../rig/core/elle/labelled-graph.ts";
import { inSetOrder } from "../../../rig/core/elle/path-search.ts";
import { REALTIME, RW, WR, WW } from "../../../rig/core/elle/relations.ts";
import { compareInSet, graphSetOrder } from "../../../rig/core/elle/set-order.ts";

const NODES = 5;
const RELATIONS = [WW, WR, RW, REALTIME];
const edges = fc.array(
  fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1), fc.constantFrom(...RELATIONS)),
  { maxLength: 12 },
);

/** Whether the edges of a cycle can be used so that they make what the type asks for. */
function satisfies(
  bits: readonly number[],
  spec: CycleSpec,
  uses: readonly number[] = [],
): boolean {
  const edge = bits[uses.length];
  if (edge !== undefined) {
    const legal = spec.rw === "none" ? spec.legal : spec.legal | RW;
    return RELATIONS.some(
      (relation) => (edge & legal & relation) !== 0 && satisfies(bits, spec, [...uses, relation]),
    );
  }
  const count = uses.filter((use) => use === RW).length;
  const isApart = !uses.some((use, at) => use === RW && uses.at(at - 1) === RW);
  if (spec.rw === "one" && count !== 1) return false;
  if (spec.rw === "many" && count < 2) return false;
  if (spec.rw === "many-apart" && (count < 2 || !isApart)) return false;
  if (spec.wantsWr && !uses.includes(WR)) return false;
  return spec.wantsOrder === 0 || uses.includes(spec.wantsOrder);
}

function simpleCycles(successors: readonly (readonly number[])[]): number[][] {
  const cycles: number[][] = [];
  const extend = (path: readonly number[]) => {
    for (const to of successors[path.at(-1) as number] as readonly number[]) {
      if (to === path[0]) cycles.push([...path]);
      else if (!path.includes(to)) extend([...path, to]);
    }
  };
  for (let node = 0; node < NODES; node++) extend([node]);
  return cycles;
}

describe("search for cycles", () => {
  it("finds one of a type exactly if there is one, and it is one", () => {
    fc.assert(
      fc.property(edges, fc.constantFrom(...CYCLE_SPECS), (list, spec) => {
        const labelled = new LabelledEdges();
        for (const [from, to, bit] of list) if (from !== to) labelled.add(from, to, bit);
        const indexes = [3, 8, 9, 40, 77];
        const graph = labelled.graph([0, 1, 2, 3, 4]);
        const inOrder = () => inSetOrder(graph, indexes);
        const found = new CycleSearch(graph, inOrder, { left: 1e6 }).find(spec);
        const bitsOf = (cycle: readonly number[]) =>
          cycle.map((from, at) => bitsBetween(graph, from, cycle[(at + 1) % cycle.length] ?? -1));
        const successors = indexes.map((_, node) => [
          ...graph.target.subarray(graph.start[node], graph.start[node + 1]),
        ]);
        const exists = simpleCycles(successors).some((cycle) => satisfies(bitsOf(cycle), spec));
        expect(found !== undefined).toBe(exists);
        if (found === undefined) return;
        expect(new Set(found).size).toBe(found.length);
        expect(satisfies(bitsOf(found), spec)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("stops when its steps are used up", () => {
    const labelled = new LabelledEdges();
    labelled.add(0, 1, WW);
    labelled.add(1, 0, WW);
    const graph = labelled.graph([0, 1]);
    const search = new CycleSearch(graph, () => inSetOrder(graph, [0, 1]), { left: 0 });
    expect(search.find(CYCLE_SPECS.find((spec) => spec.type === "G0") as CycleSpec)).toBe(
      undefined,
    );
    expect(search.anyCycle()).toEqual([0, 1]);
  });
});

describe("type of a cycle", () => {
  it.each([
    [["ww", "ww"], "G0"],
    [["ww", "wr"], "G1c"],
    [["wr", "rw"], "G-single-item"],
    [["rw", "wr", "rw", "ww"], "G-nonadjacent-item"],
    [["rw", "wr", "rw"], "G2-item"],
    [["ww", "realtime"], "G0-realtime"],
    [["rw", "process"], "G-single-item-process"],
    [["rw", "realtime", "rw", "wr"], "G-nonadjacent-item-realtime"],
  ] as const)("of %j is %s", (relations, type) => {
    expect(cycleType(relations)).toBe(type);
  });
});

describe("orders of sets", () => {
  it("have every member once", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100_000)), (indexes) => {
        const order = graphSetOrder(indexes);
        expect([...order].sort((a, b) => a - b)).toEqual(indexes.map((_, position) => position));
      }),
    );
  });

  it("do not depend on the order of insertion", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500)), (indexes) => {
        const named = (list: readonly number[]) => graphSetOrder(list).map((at) => list[at]);
        expect(named([...indexes].reverse())).toEqual(named(indexes));
      }),
    );
  });

  it("compare lists one way round", () => {
    const lists = fc.array(fc.integer());
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        expect(Math.sign(compareInSet(a, b))).toBe(-Math.sign(compareInSet(b, a)) + 0);
      }),
    );
  });
});
