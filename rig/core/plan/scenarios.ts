/**
 * The built-in scenarios: what each does to the nodes, in terms of its number of nodes and
 * operations. What is expected of the protocol follows from these numbers (`expectation.ts`).
 */

import type { Fault } from "../fault/fault.ts";
import { NS_PER_MS, NS_PER_S } from "../time/time.ts";
import type { Assertion } from "./plan.ts";

export interface ScenarioSize {
  readonly nodes: number;
  readonly operations: number;
}

export interface Scenario {
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  readonly nodes: number;
  /** Least number of nodes for which it has a meaning. */
  readonly nodesMin: number;
  /** Keys in use at once. */
  readonly keys: number;
  /** Longest delay that the faults add to a delivery: the protocol's timers are scaled by it. */
  readonly delayMaxNs: number;
  readonly assertions: readonly Assertion[];
  faults(size: ScenarioSize): readonly Fault[];
}

const KEYS = 5;

const PLAIN = { nodesMin: 1, keys: KEYS, delayMaxNs: 0, assertions: [] };

/** The operation before which something happens, given in per cent of all. */
function at({ operations }: ScenarioSize, percent: number): { readonly atOperation: number } {
  return { atOperation: Math.round((operations * percent) / 100) };
}

function allNodes({ nodes }: ScenarioSize): number[] {
  return Array.from({ length: nodes }, (_, node) => node);
}

const HAPPY: Scenario = {
  ...PLAIN,
  name: "happy",
  summary: "no faults: the baseline",
  nodes: 3,
  faults: () => [],
};

const PARTITION: Scenario = {
  ...PLAIN,
  name: "partition",
  summary: "the nodes are split in two while operations 30 to 70 of 100 are issued",
  nodes: 5,
  nodesMin: 2,
  faults(size) {
    const nodes = allNodes(size);
    const half = Math.floor(size.nodes / 2);
    const groups = [nodes.slice(0, half), nodes.slice(half)];
    return [
      { id: "partition-1", kind: "partition", groups, start: at(size, 30), end: at(size, 70) },
    ];
  },
};

const LEADER_CRASH: Scenario = {
  ...PLAIN,
  name: "leader-crash",
  summary: "node 0 loses power at operation 50 of 100 and gets it back for the final reads",
  nodes: 5,
  nodesMin: 2,
  faults: (size) => [{ id: "power-cut-1", kind: "power-cut", nodes: [0], start: at(size, 50) }],
};

const MESSAGE_LOSS: Scenario = {
  ...PLAIN,
  name: "message-loss",
  summary: "10 % of the deliveries to nodes are lost (a logical fault: CAN itself retransmits)",
  nodes: 5,
  nodesMin: 2,
  faults(size) {
    const nodes = allNodes(size);
    const start = at(size, 10);
    return [{ id: "loss-1", kind: "loss", nodes, probability: 0.1, start, end: at(size, 90) }];
  },
};

const CONTENTION: Scenario = {
  ...PLAIN,
  name: "contention",
  summary: "no faults; many clients on one key",
  nodes: 3,
  keys: 1,
  faults: () => [],
};

const SLOW_NETWORK: Scenario = {
  ...PLAIN,
  name: "slow-network",
  summary: "each delivery to a node takes 100 to 500 ms longer; timers scaled",
  nodes: 5,
  nodesMin: 2,
  delayMaxNs: 500 * NS_PER_MS,
  assertions: [
    { name: "acknowledged-within", limitNs: 10 * NS_PER_S },
    { name: "median-over-baseline", times: 5, scenario: "happy" },
  ],
  faults(size) {
    const minNs = 100 * NS_PER_MS;
    const maxNs = 500 * NS_PER_MS;
    const start = { atNs: 0 };
    return [{ id: "delay-1", kind: "delay", nodes: allNodes(size), minNs, maxNs, start }];
  },
};

export const SCENARIOS: readonly Scenario[] = [
  HAPPY,
  PARTITION,
  LEADER_CRASH,
  MESSAGE_LOSS,
  CONTENTION,
  SLOW_NETWORK,
];
