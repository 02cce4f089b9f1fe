/** Scenarios in which nodes' own clocks are wrong. */

import { NS_PER_S } from "../../time/time.ts";
import type { Scenario } from "../scenario.ts";
import { PLAIN } from "./plain.ts";

export const CLOCK_SCENARIOS: readonly Scenario[] = [
  {
    ...PLAIN,
    name: "clock-drift",
    summary: "one node's clock runs 5 % fast and another one's 5 % slow",
    nodes: 5,
    nodesMin: 2,
    faults: [
      { kind: "clock-drift", nodes: [0], ppm: 50_000, start: { atPercent: 10 } },
      { kind: "clock-drift", nodes: [1], ppm: -50_000, start: { atPercent: 10 } },
    ],
  },
  {
    ...PLAIN,
    name: "clock-step",
    summary: "one node's clock jumps a second forth, later another one's a second back",
    nodes: 5,
    nodesMin: 2,
    faults: [
      {
        kind: "clock-step",
        nodes: [0],
        stepNs: NS_PER_S,
        start: { atPercent: 20 },
        end: { atPercent: 45 },
      },
      {
        kind: "clock-step",
        nodes: [1],
        stepNs: -NS_PER_S,
        start: { atPercent: 55 },
        end: { atPercent: 80 },
      },
    ],
  },
];
