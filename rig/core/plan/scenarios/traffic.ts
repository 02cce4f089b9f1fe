/** Scenarios of frames that nobody should send. */

import { STARVING_ID } from "../../fault/traffic-faults.ts";
import { NS_PER_MS } from "../../time/time.ts";
import type { Scenario } from "../scenario.ts";
import { PLAIN } from "./plain.ts";

const MIDDLE = { start: { atPercent: 30 }, end: { atPercent: 60 } } as const;

export const TRAFFIC_SCENARIOS: readonly Scenario[] = [
  {
    ...PLAIN,
    name: "babbling-idiot",
    summary: "one node's controller sends the same frame for ever, as fast as the bus goes",
    nodes: 5,
    nodesMin: 2,
    faults: [{ kind: "babbling-idiot", nodes: [0], ...MIDDLE }],
  },
  {
    ...PLAIN,
    name: "id0-flood",
    summary: "a stranger fills the bus with frames of identifier 0",
    nodes: 5,
    faults: [{ kind: "id0-flood", load: 1, ...MIDDLE }],
  },
  {
    ...PLAIN,
    name: "arbitration-starvation",
    summary: "a stranger with higher priority takes 50, 80 and 95 % of the bus; timers scaled",
    nodes: 5,
    faults: [0.5, 0.8, 0.95].map((load, index) => ({
      kind: "arbitration-starvation",
      load,
      identifier: STARVING_ID,
      start: { atPercent: 10 + 30 * index },
      end: { atPercent: 30 + 30 * index },
    })),
  },
  {
    ...PLAIN,
    name: "masquerade",
    summary: "a stranger votes and confirms in the name of one node, before that can",
    nodes: 5,
    nodesMin: 4,
    faults: [{ kind: "masquerade", nodes: [2], start: { atPercent: 20 }, end: { atPercent: 80 } }],
  },
  {
    ...PLAIN,
    name: "twin-node",
    summary: "a second board with the identity of one node joins: two cores, one name",
    nodes: 5,
    nodesMin: 4,
    faults: [{ kind: "twin-node", nodes: [1], start: { atPercent: 20 }, end: { atPercent: 80 } }],
  },
  {
    ...PLAIN,
    name: "replay",
    summary: "a stranger sends frames of the nodes once more, 5 ms later",
    nodes: 5,
    faults: [
      {
        kind: "replay",
        nodes: "all",
        lagNs: 5 * NS_PER_MS,
        probability: 0.2,
        start: { atPercent: 10 },
        end: { atPercent: 90 },
      },
    ],
  },
];
