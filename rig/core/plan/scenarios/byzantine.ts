/** The built-in scenarios in which nodes lie: inside the bound, at it, and beyond. */

import type { Scenario } from "../scenario.ts";
import { PLAIN } from "./plain.ts";

/** With fewer nodes the bound is none. */
const AMONG_FOUR = { ...PLAIN, nodesMin: 4 };
const FROM_START = { kind: "byzantine", start: { atNs: 0 } } as const;

export const BYZANTINE_SCENARIOS: readonly Scenario[] = [
  {
    ...AMONG_FOUR,
    name: "bft-equivocation",
    summary: "node 0 proposes and votes for one thing here and for another there",
    nodes: 5,
    faults: [{ ...FROM_START, nodes: [0], behaviour: "equivocating" }],
    assertions: [{ name: "traitors-convicted" }],
  },
  {
    ...AMONG_FOUR,
    name: "bft-minority",
    summary: "node 0 equivocates, then announces false commits, then is silent, then sends rubbish",
    nodes: 7,
    faults: [
      {
        ...FROM_START,
        nodes: [0],
        behaviour: "equivocating",
        end: { atPercent: 25 },
      },
      {
        kind: "byzantine",
        nodes: [0],
        behaviour: "false-commit",
        start: { atPercent: 25 },
        end: { atPercent: 50 },
      },
      {
        kind: "byzantine",
        nodes: [0],
        behaviour: "silent",
        start: { atPercent: 50 },
        end: { atPercent: 75 },
      },
      { kind: "byzantine", nodes: [0], behaviour: "malformed", start: { atPercent: 75 } },
    ],
    assertions: [{ name: "traitors-convicted" }, { name: "false-commits-refused" }],
  },
  {
    ...AMONG_FOUR,
    name: "bft-threshold",
    summary: "as many nodes equivocate as the group bears",
    nodes: 7,
    faults: [{ ...FROM_START, nodes: "bound", behaviour: "equivocating" }],
    assertions: [{ name: "traitors-convicted" }],
  },
  {
    ...AMONG_FOUR,
    name: "bft-false-commit",
    summary: "node 0 announces commits without a quorum",
    nodes: 5,
    faults: [{ ...FROM_START, nodes: [0], behaviour: "false-commit" }],
    assertions: [{ name: "false-commits-refused" }],
  },
  {
    ...AMONG_FOUR,
    name: "bft-over-threshold",
    summary: "more nodes than the bound collude, with a batch for each half of the others",
    expectation: "must-detect",
    nodes: 4,
    faults: [{ ...FROM_START, nodes: "over-bound", behaviour: "colluding" }],
  },
];
