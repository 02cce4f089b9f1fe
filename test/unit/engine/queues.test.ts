import { describe, expect, it } from "vitest";
import { fdFrame } from "../../../rig/core/can/frame.ts";
import { WorldEvents } from "../../../rig/engine/world-events.ts";

describe("the queue of world events", () => {
  const frame = (timeNs: number) => {
    return { event: { kind: "frame", frame: fdFrame(0x400, new Uint8Array(8)) }, timeNs } as const;
  };

  it("counts the frames for which it has no place", () => {
    const events = new WorldEvents(2);
    for (const timeNs of [1, 2, 3]) events.addFrame(frame(timeNs));
    expect(events.lost).toBe(1);
    expect(events.takeFrame().timeNs).toBe(1);
    events.addFrame(frame(4));
    expect(events.lost).toBe(1);
    expect([events.takeFrame().timeNs, events.takeFrame().timeNs]).toEqual([2, 4]);
    expect(events.nextFrameNs()).toBe(Number.POSITIVE_INFINITY);
  });

  it("gives answers to a step before those to an earlier one", () => {
    const events = new WorldEvents();
    const [a, b, c] = [frame(1), frame(2), frame(3)];
    events.addAnswers([a, b]);
    expect(events.takeAnswer()).toBe(a);
    events.addAnswers([c]);
    expect([events.takeAnswer(), events.takeAnswer()]).toEqual([c, b]);
    expect(events.takeAnswer()).toBeUndefined();
  });
});
