/** Files with an order of transactions: JSON and EDN, and errors with their line. */

import { describe, expect, it } from "vitest";
import { readTransactionOrder } from "../../../rig/core/history/transaction-order.ts";

const read = (text: string) => readTransactionOrder(new TextEncoder().encode(text));

describe("an order of transactions", () => {
  it.each(['{"3": 0, "5": 1.5}', "{3 0, 5 1.5}", " {\n3 0\n5 15e-1} ; all"])(
    "is read from %j",
    (text) => {
      expect(read(text)).toEqual(
        new Map([
          [3, 0],
          [5, 1.5],
        ]),
      );
    },
  );

  it.each(["{}", " {\n} "])("may be empty: %j", (text) => {
    expect(read(text).size).toBe(0);
  });

  it.each(["", "[3 0]", "{3 :x}", "{:x 3}", '{"1.5": 3}', "{3 0} {5 1}", "7"])(
    "is not %j",
    (text) => {
      expect(() => read(text)).toThrow("line 1: expected a map from the index of a completion");
    },
  );
});
