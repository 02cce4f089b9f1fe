/**
 * The types of cycles that are looked for, in the order in which they are (Elle's), and what each
 * asks of a cycle. Types with predicates are left out: nothing here makes predicate edges.
 */

import { PROCESS, REALTIME, RW, WR, WW } from "./relations.ts";

export type RwRule = "none" | "one" | "many-apart" | "many";

export interface CycleSpec {
  readonly type: string;
  /** Relations that any edge may be used as. */
  readonly legal: number;
  readonly rw: RwRule;
  /** At least one edge is used as wr. */
  readonly wantsWr: boolean;
  /** At least one edge is used as this relation of order; 0 for none. */
  readonly wantsOrder: number;
  /** A cycle that is then explained as another type is not taken. */
  readonly isStrict: boolean;
}

const DATA = WW | WR;
const TIERS = [
  ["", 0],
  ["-process", PROCESS],
  ["-realtime", REALTIME],
] as const;

const SPECS = new Map<string, CycleSpec>();
for (const [suffix, order] of TIERS) {
  const add = (name: string, legal: number, rw: RwRule, wantsWr = false) => {
    const type = name + suffix;
    const isStrict = rw !== "none";
    SPECS.set(type, { type, legal: legal | order, rw, wantsWr, wantsOrder: order, isStrict });
  };
  add("G0", WW, "none");
  add("G1c", DATA, "none", true);
  add("G-single-item", DATA, "one");
  add("G-nonadjacent-item", DATA, "many-apart");
  add("G2-item", DATA | RW, "many");
}

const SEARCH_ORDER = [
  "G-single-item",
  "G0",
  "G-nonadjacent-item",
  "G-single-item-process",
  "G1c",
  "G-nonadjacent-item-process",
  "G-single-item-realtime",
  "G2-item",
  "G-nonadjacent-item-realtime",
  "G0-process",
  "G1c-process",
  "G2-item-process",
  "G0-realtime",
  "G1c-realtime",
  "G2-item-realtime",
];

export const CYCLE_SPECS: readonly CycleSpec[] = SEARCH_ORDER.map(
  (type) => SPECS.get(type) as CycleSpec,
);
