/** What the kernel's queues lost, and that a replay is not whole then. */

import { describe, expect, it } from "vitest";
import { droppedByQueues } from "../../../rig/adapters/socketcan/kernel-queue.ts";
import { Lateness } from "../../../rig/core/replay/lateness.ts";
import { replayEndText } from "../../../rig/report/replay-report.ts";

describe("packets that the kernel's queues lost", () => {
  it("are the second column of all processors", () => {
    expect(droppedByQueues("0001b2c3 00000010 00000000\n00000001 0000000a 00000000\n")).toBe(26);
  });

  it("are told at the end of a replay", () => {
    const { summary } = new Lateness();
    const end = { sent: 5, total: 5, lateness: summary, waits: 0, trouble: null };
    const text = "7 packets lost in the kernel's queues: raise net.core.netdev_max_backlog";
    expect(replayEndText({ ...end, dropped: 7 })).toContain(text);
    expect(replayEndText({ ...end, dropped: 0 })).not.toContain("lost");
  });
});
