/** Scenarios of faulty storage. What damages records stays within what the protocol can bear. */

import { NS_PER_MS } from "../../time/time.ts";
import type { Scenario, ScenarioFault } from "../scenario.ts";
import { PLAIN } from "./plain.ts";

const MOST = { start: { atPercent: 10 }, end: { atPercent: 90 } } as const;
const MIDDLE = { start: { atPercent: 30 }, end: { atPercent: 60 } } as const;
/** Enough slots for damage to find its place, whatever the seed. */
const LONG = { operations: 300 };

/** Each node comes to read again what it has stored. */
const ROLLING: ScenarioFault = {
  kind: "power-cycle-rolling",
  nodes: "all",
  offNs: 10 * NS_PER_MS,
  gapNs: 20 * NS_PER_MS,
  ...MOST,
};

export const STORAGE_SCENARIOS: readonly Scenario[] = [
  {
    ...PLAIN,
    name: "power-cut-in-write",
    summary: "one node loses power exactly while it writes",
    nodes: 5,
    nodesMin: 4,
    faults: [{ kind: "power-cut-in-write", nodes: [3], ...MIDDLE }],
  },
  {
    ...PLAIN,
    name: "torn-write",
    summary: "nodes lose power while they write, and the records are torn",
    nodes: 5,
    nodesMin: 4,
    faults: [
      { kind: "torn-write", nodes: "all", start: { atPercent: 0 } },
      { kind: "power-cut-in-write", nodes: "all", ...MIDDLE },
    ],
  },
  {
    ...PLAIN,
    name: "flash-bitrot",
    summary: "stored records rot, and each node in turn has to read them again",
    nodes: 5,
    nodesMin: 4,
    workload: LONG,
    faults: [{ kind: "flash-bitrot", nodes: "all", probability: 0.3, ...MOST }, ROLLING],
  },
  {
    ...PLAIN,
    name: "misdirect",
    summary: "writes land in the wrong place, and each node in turn has to read what there is",
    nodes: 5,
    nodesMin: 4,
    workload: LONG,
    faults: [{ kind: "misdirect", nodes: "all", probability: 0.2, ...MOST }, ROLLING],
  },
  {
    ...PLAIN,
    name: "amnesia",
    summary: "one node loses power and has forgotten everything when it comes back",
    nodes: 5,
    nodesMin: 4,
    faults: [
      { kind: "amnesia", nodes: [1], records: "all", start: { atPercent: 0 } },
      { kind: "power-cut", nodes: [1], ...MIDDLE },
    ],
  },
  {
    ...PLAIN,
    name: "gray-slow",
    summary: "one node's storage takes 30 ms longer for each write",
    nodes: 5,
    nodesMin: 2,
    faults: [{ kind: "gray-slow", nodes: [1], factor: 4, stallNs: 30 * NS_PER_MS, ...MIDDLE }],
  },
  {
    ...PLAIN,
    name: "store-full",
    summary: "one node's storage takes no further record for a while",
    nodes: 5,
    nodesMin: 3,
    faults: [{ kind: "store-full", nodes: [2], ...MIDDLE }],
  },
];
