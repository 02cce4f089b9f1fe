/**
 * Scenarios of the CAN bus: bits read wrong, controllers driven off the bus, wires stuck or cut.
 * Where frames are hit the share stays below the ninth that error counters can bear.
 */

import { NS_PER_MS } from "../../time/time.ts";
import type { Assertion } from "../plan.ts";
import type { Scenario, ScenarioFault } from "../scenario.ts";
import { PLAIN } from "./plain.ts";

const MOST = { start: { atPercent: 10 }, end: { atPercent: 90 } } as const;
const MIDDLE = { start: { atPercent: 30 }, end: { atPercent: 60 } } as const;

const ERROR_FRAMES: Assertion = { name: "counted", counter: "errorFrames", atLeast: 1 };
const DUPLICATES: Assertion = { name: "counted", counter: "duplicates", atLeast: 1 };
const BUS_OFFS: Assertion = { name: "counted", counter: "busOffs", atLeast: 1 };

/** Messages that carry the agreement on a slot. */
const AGREEMENT = ["Propose", "Vote", "Confirm"] as const;

function scenario(
  name: string,
  summary: string,
  fault: ScenarioFault,
  assertions: readonly Assertion[] = [],
): Scenario {
  return { ...PLAIN, name, summary, nodes: 5, nodesMin: 5, faults: [fault], assertions };
}

const FRAME_SCENARIOS: readonly Scenario[] = [
  scenario(
    "bit-error",
    "one node reads a bit of one frame in twenty wrong; the sender repeats it",
    { kind: "bit-error", nodes: [1], probability: 0.05, ...MOST },
    [ERROR_FRAMES],
  ),
  scenario(
    "error-burst",
    "again and again five frames in a row are spoilt for all nodes",
    { kind: "error-burst", nodes: "all", frames: 5, every: 100, ...MOST },
    [ERROR_FRAMES],
  ),
  scenario(
    "emi",
    "noise: each bit is wrong at each node once in 50000 times",
    { kind: "emi", nodes: "all", bitErrorRate: 0.00002, ...MOST },
    [ERROR_FRAMES],
  ),
  scenario(
    "termination-missing",
    "reflections: each node reads the fast bits of one frame in a hundred wrong",
    { kind: "termination-missing", nodes: "all", probability: 0.01, ...MOST },
    [ERROR_FRAMES],
  ),
  scenario(
    "ground-shift",
    "two nodes on another ground and the others misread one frame in twenty of each other",
    { kind: "ground-shift", nodes: [0, 1], probability: 0.05, ...MOST },
    [ERROR_FRAMES],
  ),
  scenario(
    "bit-timing-mismatch",
    "one node's bit clock is off by 1.15 %",
    { kind: "bit-timing-mismatch", nodes: [4], ppm: 11_500, samplePercent: 80, ...MOST },
    [ERROR_FRAMES],
  ),
  scenario(
    "fd-intolerant-node",
    "one controller knows classic frames only, and destroys FD frames until it is error-passive",
    { kind: "fd-intolerant-node", nodes: [4], ...MIDDLE },
    [ERROR_FRAMES],
  ),
  scenario(
    "double-receive",
    "a hit in the last bit of end of frame: every tenth frame is received twice by all",
    { kind: "double-receive", nodes: "all", eof: "last", every: 10, ...MOST },
    [ERROR_FRAMES, DUPLICATES],
  ),
  scenario(
    "inconsistent-duplicate",
    "a hit in the last-but-one bit at one node: the others receive every tenth frame twice",
    { kind: "double-receive", nodes: [1], eof: "last-but-one", every: 10, ...MOST },
    [ERROR_FRAMES, DUPLICATES],
  ),
  scenario(
    "omission",
    "a hit in the last-but-one bit at two nodes, one-shot senders: they never get that frame",
    {
      kind: "omission",
      nodes: [1, 2],
      eof: "last-but-one",
      transmitter: "one-shot",
      every: 10,
      ...MOST,
    },
    [ERROR_FRAMES],
  ),
  scenario(
    "omission-crash",
    "a hit in the last-but-one bit of a vote at two nodes, and its sender loses power at once",
    {
      kind: "omission",
      nodes: [1, 2],
      eof: "last-but-one",
      transmitter: "dies",
      senders: [0],
      messages: ["Vote"],
      ...MIDDLE,
    },
    [ERROR_FRAMES],
  ),
  {
    ...scenario(
      "one-shot",
      "controllers that give a frame up when an error hits it, and errors that do",
      { kind: "one-shot", nodes: "all", ...MOST },
      [ERROR_FRAMES],
    ),
    faults: [
      { kind: "one-shot", nodes: "all", ...MOST },
      { kind: "bit-error", nodes: [3], probability: 0.05, ...MOST },
    ],
  },
  scenario("janus", "frames of one node have another content for two of the others", {
    kind: "janus",
    nodes: [0],
    receivers: [3, 4],
    messages: AGREEMENT,
    probability: 0.3,
    ...MOST,
  }),
  scenario("crc-residual", "one node gets frames with a wrong bit that no check sequence tells", {
    kind: "crc-residual",
    nodes: [4],
    messages: AGREEMENT,
    probability: 0.05,
    ...MOST,
  }),
];

const CONTROLLER_SCENARIOS: readonly Scenario[] = [
  scenario(
    "error-passive-leader",
    "the first proposer's controller is error-passive: it waits longer and can't flag errors",
    { kind: "error-passive", nodes: [0], ...MOST },
  ),
  scenario(
    "bus-off-leader",
    "every frame of the first proposer is hit, which drives it bus-off, again after each restart",
    { kind: "bus-off", nodes: [0], ...MIDDLE },
    [ERROR_FRAMES, BUS_OFFS],
  ),
  scenario(
    "silent-disable",
    "one controller is put bus-off without a single error frame",
    { kind: "silent-disable", nodes: [0], ...MIDDLE },
    [BUS_OFFS],
  ),
  scenario(
    "ack-starvation",
    "nobody acknowledges one node: it repeats one frame for ever, and is never bus-off",
    { kind: "ack-starvation", nodes: [0], ...MIDDLE },
    [ERROR_FRAMES, DUPLICATES],
  ),
];

const WIRE_SCENARIOS: readonly Scenario[] = [
  scenario(
    "stuck-dominant",
    "the bus is dominant while operations 30 to 60 of 100 are issued",
    { kind: "stuck-dominant", ...MIDDLE },
    [ERROR_FRAMES],
  ),
  scenario(
    "stuck-recessive",
    "no dominant bit gets through: who sends goes bus-off",
    { kind: "stuck-recessive", ...MIDDLE },
    [ERROR_FRAMES, BUS_OFFS],
  ),
  scenario("freeze", "overload frames hold the bus for 2 ms after each frame of one node", {
    kind: "freeze",
    nodes: [0],
    holdNs: 2 * NS_PER_MS,
    ...MIDDLE,
  }),
  scenario("segment-split", "the wire is cut in two; the host is with the larger part", {
    kind: "segment-split",
    groups: "halves",
    ...MIDDLE,
  }),
  scenario("isolate-one", "one node is alone on its end of the wire", {
    kind: "isolate-one",
    nodes: [0],
    ...MIDDLE,
  }),
  scenario("stub-open", "another node's stub is open", {
    kind: "stub-open",
    nodes: [4],
    ...MIDDLE,
  }),
];

export const BUS_SCENARIOS: readonly Scenario[] = [
  ...FRAME_SCENARIOS,
  ...CONTROLLER_SCENARIOS,
  ...WIRE_SCENARIOS,
];
