/** The transmit queue against a sorted array. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TransmitQueue } from "../../../rig/core/can/transmit-queue.ts";
import { aFrame } from "../../support/can-frames.ts";

interface Entry {
  readonly key: number;
  readonly sequence: number;
}

const actions = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("add"), value: fc.nat(1000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("take"), value: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel"), value: fc.nat(200) }) },
  ),
  { maxLength: 200, size: "max" },
);

describe("TransmitQueue", () => {
  it("behaves as an array kept in order of key, then of arrival", () => {
    fc.assert(
      fc.property(actions, (list) => {
        const queue = new TransmitQueue();
        let model: Entry[] = [];
        list.forEach(({ kind, value }, sequence) => {
          if (kind === "add") {
            const key = 0xffff_fc00 + (value >> ((sequence % 3) * 4));
            queue.add({ frame: aFrame({ id: sequence }), key, token: sequence, sequence });
            model = [...model, { key, sequence }].sort(
              (a, b) => a.key - b.key || a.sequence - b.sequence,
            );
          } else if (kind === "take" && model.length > 0) {
            queue.removeHead();
            model = model.slice(1);
          } else if (kind === "cancel") {
            const isThere = model.some((entry) => entry.sequence === value);
            expect(queue.removeToken(value)).toBe(isThere);
            model = model.filter((entry) => entry.sequence !== value);
          }
          expect(queue.length).toBe(model.length);
          const head = model[0];
          if (head === undefined) return;
          expect(queue.headKey()).toBe(head.key);
          expect(queue.headToken()).toBe(head.sequence);
          expect(queue.headFrame().id).toBe(head.sequence);
        });
        expect(queue.clear()).toBe(model.length);
        expect(queue.length).toBe(0);
      }),
      { numRuns: 300, seed: 51 },
    );
  });
});
