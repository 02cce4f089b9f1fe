/** Scenarios of what CAN controllers can't do. */

import { NS_PER_US } from "../../time/time.ts";
import type { Scenario } from "../scenario.ts";
import { PLAIN } from "./plain.ts";

const MIDDLE = { start: { atPercent: 30 }, end: { atPercent: 60 } } as const;

export const CONTROLLER_SCENARIOS: readonly Scenario[] = [
  {
    ...PLAIN,
    name: "rx-overrun",
    summary: "one node is too slow for its receive buffer of four frames, and loses some",
    nodes: 5,
    nodesMin: 4,
    faults: [{ kind: "rx-overrun", nodes: [3], depth: 4, busyNs: 400 * NS_PER_US, ...MIDDLE }],
  },
  {
    ...PLAIN,
    name: "mailbox-reorder",
    summary: "every node sends from three mailboxes, the lowest first, so frames overtake others",
    nodes: 5,
    faults: [
      {
        kind: "mailbox-reorder",
        nodes: "all",
        mailboxes: 3,
        start: { atPercent: 10 },
        end: { atPercent: 90 },
      },
    ],
  },
  {
    ...PLAIN,
    name: "stale-mailbox",
    summary: "one node is reset, but not its controller: an old frame leaves after the reboot",
    nodes: 5,
    nodesMin: 2,
    faults: [{ kind: "stale-mailbox", nodes: [1], ...MIDDLE }],
  },
];
