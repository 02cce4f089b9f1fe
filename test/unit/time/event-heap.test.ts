/** The event heap: by time, at one time in the order of arrival. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventHeap } from "../../../rig/core/time/event-heap.ts";

describe("the event heap", () => {
  it("gives items by time and, at one time, in the order in which they came", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 200 }), (times) => {
        const heap = new EventHeap<number>();
        times.forEach((timeNs, item) => {
          heap.push(timeNs, item);
        });
        const expected = times
          .map((timeNs, item) => ({ timeNs, item }))
          .sort((a, b) => a.timeNs - b.timeNs || a.item - b.item);
        for (const { timeNs, item } of expected) {
          expect(heap.nextNs()).toBe(timeNs);
          expect(heap.pop()).toBe(item);
        }
        expect([heap.size, heap.nextNs()]).toEqual([0, Number.POSITIVE_INFINITY]);
      }),
    );
  });

  it("keeps that order when items come and go", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat({ max: 9 })), { maxLength: 200 }), (moves) => {
        const heap = new EventHeap<{ timeNs: number; order: number }>();
        let model: { timeNs: number; order: number }[] = [];
        moves.forEach((timeNs, order) => {
          if (timeNs !== null) {
            heap.push(timeNs, { timeNs, order });
            model.push({ timeNs, order });
          } else if (model.length > 0) {
            const [first] = model.toSorted((a, b) => a.timeNs - b.timeNs || a.order - b.order);
            expect(heap.pop()).toEqual(first);
            model = model.filter((each) => each !== first);
          }
        });
        expect(heap.size).toBe(model.length);
      }),
    );
  });
});
