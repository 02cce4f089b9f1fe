/** Replies that differ, and frames of a life that is over: each is seen, and nothing else is. */

import { describe, expect, it } from "vitest";
import { type CanFrame, fdFrame } from "../../../rig/core/can/frame.ts";
import { TrafficWatch } from "../../../rig/core/invariant/traffic-watch.ts";
import { encodeReply, replyEnvelope, STATUS } from "../../../rig/core/wire/client-message.ts";
import { FrameMaker, HEADER_LENGTH } from "../../../rig/core/wire/header.ts";
import { CLASS, makeId } from "../../../rig/core/wire/identifier.ts";

const HOST = 14;

function watching() {
  const fired: string[] = [];
  const watch = new TrafficWatch(3, 0, (name, holds) => {
    if (!holds) fired.push(name);
  });
  return { watch, fired };
}

function replies(node: number, request: number, reads: readonly (readonly number[])[]) {
  const frames: CanFrame[] = [];
  const body = encodeReply({ client: 5, request, status: STATUS.applied, reads });
  new FrameMaker(1).frames(replyEnvelope(node, HOST), body, body.length, (f) => frames.push(f));
  return frames;
}

function frameOf(source: number, boot: number): CanFrame {
  const data = new Uint8Array(HEADER_LENGTH + 2);
  data[3] = boot & 255;
  return fdFrame(makeId(CLASS.ack, 0, source), data);
}

describe("replies to one request", () => {
  const LONG = Array.from({ length: 24 }, (_, index) => index);

  it("may come from all nodes and again, in one frame or several", () => {
    const { watch, fired } = watching();
    for (const node of [0, 1, 1, 2]) {
      for (const frame of replies(node, 1, [[1, 2]])) watch.observed(frame);
      for (const frame of replies(node, 2, [LONG, LONG, LONG])) watch.observed(frame);
    }
    expect(fired).toEqual([]);
  });

  it.each([
    ["in one frame", [[1, 2]], [[1]]],
    ["in several", [LONG, LONG, LONG], [LONG, LONG, LONG.toReversed()]],
  ])("fire when they differ, %s; but not on a traitor's word", (_what, one, other) => {
    const { watch, fired } = watching();
    watch.distrust(2);
    for (const frame of [...replies(0, 1, one), ...replies(2, 1, other)]) watch.observed(frame);
    expect(fired).toEqual([]);
    for (const frame of replies(1, 1, other)) watch.observed(frame);
    expect(fired).toEqual(["replies-equal"]);
  });
});

describe("a frame from before its sender's last boot", () => {
  it("is one that comes behind a frame of a later boot, also where the counter wraps", () => {
    const { watch } = watching();
    const stale = (boot: number) => watch.isStale(0, frameOf(1, boot));
    expect([1, 1, 2, 1, 2].map(stale)).toEqual([false, false, false, true, false]);
    expect([100, 200, 255, 256, 255].map(stale)).toEqual([false, false, false, false, true]);
  });

  it("can't be told by a node that has lost its memory, nor from another source", () => {
    const { watch } = watching();
    watch.isStale(0, frameOf(1, 2));
    expect(watch.isStale(0, frameOf(2, 1))).toBe(false);
    watch.restarted(0);
    expect(watch.isStale(0, frameOf(1, 1))).toBe(false);
  });

  it("fires when the node does anything about it", () => {
    const { watch, fired } = watching();
    watch.moved(0, []);
    expect(fired).toEqual([]);
    watch.moved(0, [{ kind: "clear-timer", timer: 0 }]);
    expect(fired).toEqual(["stale-frames"]);
  });
});
