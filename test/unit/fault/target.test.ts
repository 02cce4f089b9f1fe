/** What a fault strikes, in the words of histories and reports. */

import { describe, expect, it } from "vitest";
import { FAULT_KINDS, type FaultDetail } from "../../../rig/core/fault/fault.ts";
import { describeTarget } from "../../../rig/core/fault/target.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";

const TARGETS: readonly (readonly [FaultDetail, string])[] = [
  [
    {
      kind: "partition",
      groups: [
        [0, 1],
        [2, 3, 4],
      ],
    },
    "0 1 | 2 3 4",
  ],
  [{ kind: "crash", nodes: [0] }, "0"],
  [{ kind: "power-cut", nodes: [1, 3] }, "1 3"],
  [{ kind: "pause", nodes: [2] }, "2"],
  [{ kind: "loss", nodes: [0, 1], probability: 0.1 }, "0 1 at 10 %"],
  [
    { kind: "delay", nodes: [4], minNs: 100 * NS_PER_MS, maxNs: 500 * NS_PER_MS },
    "4 by 100 to 500 ms",
  ],
  [{ kind: "torn-write", nodes: [1, 2] }, "1 2"],
  [{ kind: "flash-bitrot", nodes: [0], probability: 0.25 }, "0, each record at 25 %"],
  [{ kind: "misdirect", nodes: [0, 3], probability: 0.5 }, "0 3 at 50 %"],
  [{ kind: "amnesia", nodes: [1], records: "all" }, "1, all records"],
  [{ kind: "amnesia", nodes: [1], records: 2 }, "1, last 2 records"],
  [{ kind: "gray-slow", nodes: [4], factor: 10, stallNs: NS_PER_MS }, "4 by 10 times and 1 ms"],
  [{ kind: "byzantine", nodes: [0, 1], behaviour: "colluding" }, "0 1, colluding"],
  [{ kind: "power-cut-in-write", nodes: [2] }, "2"],
  [{ kind: "store-full", nodes: [0, 1] }, "0 1"],
  [{ kind: "store-error", nodes: [0], probability: 1 }, "0 at 100 %"],
  [{ kind: "power-cycle", nodes: [0], offNs: NS_PER_MS }, "0 for 1 ms"],
  [
    { kind: "power-cycle", nodes: [0], offNs: NS_PER_MS, everyNs: 20 * NS_PER_MS },
    "0 for 1 ms every 20 ms",
  ],
  [
    { kind: "power-cycle-rolling", nodes: [0, 1], offNs: NS_PER_MS, gapNs: 10 * NS_PER_MS },
    "0 1 in turn, each for 1 ms and 10 ms between",
  ],
  [
    { kind: "brown-out-all", nodes: [0, 1], offNs: NS_PER_MS, staggerNs: NS_PER_MS },
    "0 1 for 1 ms, back 1 ms apart",
  ],
  [{ kind: "babbling-idiot", nodes: [2] }, "2"],
  [{ kind: "id0-flood", load: 0.5 }, "identifier 0 at 50 %"],
  [{ kind: "arbitration-starvation", load: 0.5, identifier: 0x100 }, "identifier 0x100 at 50 %"],
  [{ kind: "masquerade", nodes: [0] }, "0"],
  [{ kind: "twin-node", nodes: [3] }, "3"],
  [
    { kind: "replay", nodes: [0], lagNs: NS_PER_MS, probability: 0.5 },
    "0 1 ms later, each at 50 %",
  ],
  [{ kind: "stale-mailbox", nodes: [2] }, "2"],
  [
    { kind: "rx-overrun", nodes: [0], depth: 4, busyNs: NS_PER_MS },
    "0, 4 frames deep, 1 ms for each",
  ],
  [{ kind: "mailbox-reorder", nodes: [0], mailboxes: 3 }, "0 with 3 mailboxes"],
  [
    { kind: "background", load: 0.25, periodNs: NS_PER_MS, frames: ["(0.0) trace 00000001#"] },
    "a trace of 1 frames at 25 %",
  ],
  [{ kind: "clock-drift", nodes: [0], ppm: -200 }, "0 by -200 ppm"],
  [{ kind: "clock-step", nodes: [0], stepNs: -NS_PER_MS }, "0 by -1 ms"],
  [
    { kind: "bit-error", nodes: [1], bit: 30, senders: [2], canId: 0x212, every: 5 },
    "1, bit 30, one of every 5 frames from 2 with ID 212",
  ],
  [
    { kind: "bit-error", nodes: [1], probability: 0.05, messages: ["Vote", "Confirm"] },
    "1, each frame at 5 %, of Vote and Confirm",
  ],
  [
    { kind: "error-burst", nodes: [0, 1], frames: 5, every: 100, senders: [2] },
    "0 1, 5 of every 100 frames from 2",
  ],
  [{ kind: "emi", nodes: [0], bitErrorRate: 0.0001 }, "0 at a bit error rate of 0.0001"],
  [{ kind: "termination-missing", nodes: [0], probability: 0.01 }, "0 at 1 %"],
  [{ kind: "ground-shift", nodes: [0], probability: 0.01 }, "0 at 1 %"],
  [
    { kind: "bit-timing-mismatch", nodes: [4], ppm: 12_000, samplePercent: 80 },
    "4 by 12000 ppm, sampling at 80 %",
  ],
  [{ kind: "fd-intolerant-node", nodes: [4] }, "4"],
  [
    { kind: "double-receive", nodes: [1], eof: "last", every: 10 },
    "1, last bit, one of every 10 frames",
  ],
  [
    { kind: "omission", nodes: [1], eof: "last-but-one", transmitter: "dies", senders: [0] },
    "1, last-but-one bit, transmitter dies from 0",
  ],
  [
    { kind: "omission", nodes: [1], eof: "last-but-one", transmitter: "one-shot", every: 9 },
    "1, last-but-one bit, transmitter in one-shot, one of every 9 frames",
  ],
  [{ kind: "error-passive", nodes: [0] }, "0"],
  [{ kind: "bus-off", nodes: [0] }, "0"],
  [{ kind: "silent-disable", nodes: [0] }, "0"],
  [{ kind: "ack-starvation", nodes: [0] }, "0"],
  [{ kind: "one-shot", nodes: [0] }, "0"],
  [{ kind: "stuck-dominant" }, "the bus"],
  [{ kind: "stuck-recessive" }, "the bus"],
  [{ kind: "freeze", nodes: [0], holdNs: 2 * NS_PER_MS }, "0, 2 ms after each frame"],
  [{ kind: "segment-split", groups: [[0, 1], [2]] }, "0 1 | 2"],
  [{ kind: "isolate-one", nodes: [0] }, "0"],
  [{ kind: "stub-open", nodes: [0] }, "0"],
  [
    { kind: "janus", nodes: [0], receivers: [3, 4], probability: 0.3 },
    "0 towards 3 4, each frame at 30 %",
  ],
  [{ kind: "crc-residual", nodes: [4], probability: 0.05 }, "4, each frame at 5 %"],
];

describe("the target of a fault", () => {
  it.each(TARGETS)("of %j reads %s", (fault, text) => {
    expect(describeTarget(fault)).toBe(text);
  });

  it("has words for every kind", () => {
    const kinds = new Set(TARGETS.map(([{ kind }]) => kind));
    expect([...kinds].sort()).toEqual([...FAULT_KINDS].sort());
  });
});
