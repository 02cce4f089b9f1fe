/** One client: what it asks, whom it believes, and when its request numbers are used up. */

import { describe, expect, it } from "vitest";
import { Client, completedValue, REQUEST_MAX } from "../../../rig/core/run/client.ts";
import { type ClientReply, STATUS } from "../../../rig/core/wire/client-message.ts";
import { OPCODE } from "../../../rig/core/wire/transaction.ts";

const VALUE = [
  ["append", 3, 7],
  ["r", 4, null],
] as const;

function aReply(
  reads: readonly (readonly number[])[],
  status: number = STATUS.applied,
): ClientReply {
  return { client: 2, request: 1, status, reads };
}

function anAskingClient(): Client {
  const client = new Client(2);
  client.invoke(VALUE);
  return client;
}

describe("a client", () => {
  it("puts its operation on the wire under its session and a rising request number", () => {
    const client = new Client(2);
    expect(client.invoke(VALUE).transaction).toEqual({
      client: 2,
      request: 1,
      microOps: [
        { opcode: OPCODE.append, key: 3, value: 7 },
        { opcode: OPCODE.read, key: 4, value: 0 },
      ],
    });
    expect(client.invoke(VALUE).transaction.request).toBe(2);
  });

  it("asks for writes of registers as such", () => {
    const client = new Client(2);
    expect(client.invoke([["w", 3, 7]]).transaction.microOps).toEqual([
      { opcode: OPCODE.write, key: 3, value: 7 },
    ]);
  });

  it("believes a reply that enough distinct nodes give", () => {
    const client = anAskingClient();
    expect(client.hear(0, aReply([[1]]), 2)).toBeNull();
    expect(client.hear(1, aReply([[1]]), 2)).toEqual(aReply([[1]]));
  });

  it("counts a node once, however often it says the same", () => {
    const client = anAskingClient();
    for (let count = 0; count < 5; count++) {
      expect(client.hear(0, aReply([[1]]), 2)).toBeNull();
    }
  });

  it("never adds up replies that differ", () => {
    const client = anAskingClient();
    expect(client.hear(0, aReply([[1]]), 2)).toBeNull();
    expect(client.hear(1, aReply([[1, 2]]), 2)).toBeNull();
    expect(client.hear(2, aReply([[2]]), 2)).toBeNull();
    expect(client.hear(3, aReply([], STATUS.refused), 2)).toBeNull();
    expect(client.hear(4, aReply([[1, 2]]), 2)).toEqual(aReply([[1, 2]]));
  });

  it("needs a fresh session when its request numbers are used up", () => {
    const client = new Client(2);
    for (let count = 0; count < REQUEST_MAX; count++) client.invoke([]);
    expect(client.isExhausted).toBe(true);
    client.renewSession(40);
    expect(client.isExhausted).toBe(false);
    expect(client.invoke(VALUE).transaction).toMatchObject({ client: 40, request: 1 });
  });
});

describe("a completed value", () => {
  it("has the lists of the reply in the places of the reads, in order", () => {
    const value = [
      ["r", 1, null],
      ["append", 2, 5],
      ["r", 3, null],
    ] as const;
    expect(completedValue(value, aReply([[1, 2], []]))).toEqual([
      ["r", 1, [1, 2]],
      ["append", 2, 5],
      ["r", 3, []],
    ]);
  });

  it("has of registers the value, and null before the first write", () => {
    const value = [
      ["r", 1, null],
      ["w", 1, 5],
      ["r", 3, null],
    ] as const;
    expect(completedValue(value, aReply([[4], []]), "rw-register")).toEqual([
      ["r", 1, 4],
      ["w", 1, 5],
      ["r", 3, null],
    ]);
  });
});
