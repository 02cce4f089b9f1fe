/** Scenarios in which nodes stop, stand still, or lose their supply. */

import { NS_PER_MS } from "../../time/time.ts";
import type { Scenario } from "../scenario.ts";
import { PLAIN } from "./plain.ts";

/** Long enough for every node to have its turn. */
const LONG = { operations: 300 };
const MOST = { start: { atPercent: 10 }, end: { atPercent: 90 } } as const;

export const STOP_SCENARIOS: readonly Scenario[] = [
  {
    ...PLAIN,
    name: "pause",
    summary: "one node's program stands still while operations 30 to 70 of 100 are issued",
    nodes: 5,
    nodesMin: 3,
    faults: [{ kind: "pause", nodes: [2], start: { atPercent: 30 }, end: { atPercent: 70 } }],
  },
  {
    ...PLAIN,
    name: "power-cycle",
    summary: "node 0 loses power again and again, for a moment each time",
    nodes: 5,
    nodesMin: 2,
    workload: LONG,
    faults: [
      {
        kind: "power-cycle",
        nodes: [0],
        offNs: 10 * NS_PER_MS,
        everyNs: 40 * NS_PER_MS,
        ...MOST,
      },
    ],
  },
  {
    ...PLAIN,
    name: "power-cycle-rolling",
    summary: "one node after the other loses power, round and round",
    nodes: 5,
    nodesMin: 2,
    workload: LONG,
    faults: [
      {
        kind: "power-cycle-rolling",
        nodes: "all",
        offNs: 10 * NS_PER_MS,
        gapNs: 20 * NS_PER_MS,
        ...MOST,
      },
    ],
  },
  {
    ...PLAIN,
    name: "brown-out-all",
    summary: "all nodes lose power at once and come back one by one",
    nodes: 5,
    faults: [
      {
        kind: "brown-out-all",
        nodes: "all",
        offNs: 20 * NS_PER_MS,
        staggerNs: 5 * NS_PER_MS,
        start: { atPercent: 50 },
      },
    ],
  },
];
