/**
 * The built-in scenarios. Each is also a file, `fixtures/scenarios/NAME.yaml`, which shows how to
 * write one; a test holds the two equal, plan by plan. What is expected of the protocol follows
 * from the numbers (`expectation.ts`).
 */

import { NS_PER_MS, NS_PER_S } from "../time/time.ts";
import type { Scenario } from "./scenario.ts";
import { BUS_SCENARIOS } from "./scenarios/bus.ts";
import { BYZANTINE_SCENARIOS } from "./scenarios/byzantine.ts";
import { CLOCK_SCENARIOS } from "./scenarios/clocks.ts";
import { CONTROLLER_SCENARIOS } from "./scenarios/controllers.ts";
import { PLAIN } from "./scenarios/plain.ts";
import { STOP_SCENARIOS } from "./scenarios/stops.ts";
import { STORAGE_SCENARIOS } from "./scenarios/storage.ts";
import { TRAFFIC_SCENARIOS } from "./scenarios/traffic.ts";

export const SCENARIOS: readonly Scenario[] = [
  {
    ...PLAIN,
    name: "happy",
    summary: "no faults: the baseline",
    nodes: 3,
  },
  {
    ...PLAIN,
    name: "partition",
    summary: "the nodes are split in two while operations 30 to 70 of 100 are issued",
    nodes: 5,
    nodesMin: 2,
    faults: [
      {
        kind: "partition",
        groups: "halves",
        start: { atPercent: 30 },
        end: { atPercent: 70 },
      },
    ],
  },
  {
    ...PLAIN,
    name: "leader-crash",
    summary: "node 0 loses power at operation 50 of 100 and gets it back for the final reads",
    nodes: 5,
    nodesMin: 2,
    faults: [{ kind: "power-cut", nodes: [0], start: { atPercent: 50 } }],
  },
  {
    ...PLAIN,
    name: "message-loss",
    summary: "10 % of the deliveries to nodes are lost (a logical fault: CAN itself retransmits)",
    nodes: 5,
    nodesMin: 2,
    faults: [
      {
        kind: "loss",
        nodes: "all",
        probability: 0.1,
        start: { atPercent: 10 },
        end: { atPercent: 90 },
      },
    ],
  },
  {
    ...PLAIN,
    name: "contention",
    summary: "no faults; many clients on one key",
    nodes: 3,
    workload: { keys: 1 },
  },
  {
    ...PLAIN,
    name: "slow-network",
    summary: "each delivery to a node takes 100 to 500 ms longer; timers scaled",
    nodes: 5,
    nodesMin: 2,
    faults: [
      {
        kind: "delay",
        nodes: "all",
        minNs: 100 * NS_PER_MS,
        maxNs: 500 * NS_PER_MS,
        start: { atNs: 0 },
      },
    ],
    assertions: [
      { name: "acknowledged-within", limitNs: 10 * NS_PER_S },
      { name: "median-over-baseline", times: 5, scenario: "happy" },
    ],
  },
  {
    ...PLAIN,
    name: "rw-register",
    summary:
      "reads and writes of single values; node 0 loses power at 30 % and gets it back at 70 %",
    nodes: 5,
    nodesMin: 2,
    workload: { kind: "rw-register" },
    faults: [{ kind: "power-cut", nodes: [0], start: { atPercent: 30 }, end: { atPercent: 70 } }],
  },
  ...STOP_SCENARIOS,
  ...STORAGE_SCENARIOS,
  ...CLOCK_SCENARIOS,
  ...TRAFFIC_SCENARIOS,
  ...CONTROLLER_SCENARIOS,
  ...BUS_SCENARIOS,
  ...BYZANTINE_SCENARIOS,
];
