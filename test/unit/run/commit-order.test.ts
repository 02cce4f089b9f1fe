/** The order in which the nodes applied transactions, found again in the history of the run. */

import { describe, expect, it } from "vitest";
import { readHistory } from "../../../rig/core/history/read-history.ts";
import { REQUEST_MAX } from "../../../rig/core/run/client.ts";
import { commitOrder } from "../../../rig/core/run/commit-order.ts";

function table(lines: readonly (readonly [type: string, process: number])[]) {
  const text = lines.map(([type, process]) => `{"type":"${type}","process":${process}}`);
  return readHistory(new TextEncoder().encode(text.join("\n")));
}

describe("the commit order", () => {
  it("gives a place to each completion whose request was applied", () => {
    const history = table([
      ["invoke", 0],
      ["invoke", 1],
      ["ok", 1],
      ["ok", 0],
      ["invoke", 0],
      ["ok", 0],
    ]);
    const order = commitOrder(history, 2, [
      [[1, 1]],
      [],
      [
        [0, 2],
        [0, 1],
      ],
    ]);
    expect(order).toEqual(
      new Map([
        [2, 0],
        [5, 1],
        [3, 2],
      ]),
    );
  });

  it("follows a client beyond info, under its next process", () => {
    const history = table([
      ["invoke", 1],
      ["info", 1],
      ["invoke", 3],
      ["ok", 3],
    ]);
    expect(
      commitOrder(history, 2, [
        [
          [1, 2],
          [1, 1],
        ],
      ]),
    ).toEqual(
      new Map([
        [3, 0],
        [1, 1],
      ]),
    );
  });

  it("leaves out what has no completion, and what no client asked for", () => {
    const history = table([["invoke", 0]]);
    expect(
      commitOrder(history, 1, [
        [
          [0, 1],
          [0, 9],
          [7, 1],
        ],
      ]),
    ).toEqual(new Map());
  });

  it("keeps the first place of what was applied twice", () => {
    const history = table([
      ["invoke", 0],
      ["ok", 0],
    ]);
    expect(commitOrder(history, 1, [[[0, 1]], [[0, 1]]])).toEqual(new Map([[1, 0]]));
  });

  it("takes a new session where the request numbers are used up", () => {
    const lines: [string, number][] = [];
    for (let at = 0; at <= REQUEST_MAX; at++) lines.push(["invoke", 0], ["ok", 0]);
    const order = commitOrder(table(lines), 1, [
      [
        [1, 1],
        [0, REQUEST_MAX],
      ],
    ]);
    expect(order).toEqual(
      new Map([
        [2 * REQUEST_MAX + 1, 0],
        [2 * REQUEST_MAX - 1, 1],
      ]),
    );
  });
});
