/** The replicated state: lists, sessions, retries and refusals. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListStore } from "../../../rig/core/consensus/list-store.ts";
import { decodeReply, LIST_LENGTH_MAX, STATUS } from "../../../rig/core/wire/client-message.ts";
import { HEADER_LENGTH } from "../../../rig/core/wire/header.ts";
import { OPCODE, type Transaction } from "../../../rig/core/wire/transaction.ts";
import { anAppend, anyTransaction, aRead } from "../../support/roj-messages.ts";

/** What the client gets to see of a reply's body. */
function seen(body: Uint8Array | null, transaction: Transaction) {
  if (body === null) return null;
  const bytes = new Uint8Array(HEADER_LENGTH + body.length);
  bytes.set(body, HEADER_LENGTH);
  const reads = transaction.microOps.filter(({ opcode }) => opcode === OPCODE.read).length;
  return decodeReply(bytes, () => reads);
}

function applied(store: ListStore, transaction: Transaction) {
  return seen(store.apply(transaction), transaction);
}

/** A store in which key 1 has so many elements. */
function aStoreWith(length: number): ListStore {
  const store = new ListStore();
  for (let value = 1; value <= length; value++) store.apply(anAppend(1, value, 1, value));
  return store;
}

describe("the list store", () => {
  it("gives reads what was appended before, also in the same transaction", () => {
    const store = new ListStore();
    store.apply(anAppend(1, 1, 7, 70));
    const microOps = [
      { opcode: OPCODE.read, key: 7, value: 0 },
      { opcode: OPCODE.append, key: 7, value: 71 },
      { opcode: OPCODE.read, key: 7, value: 0 },
      { opcode: OPCODE.read, key: 8, value: 0 },
    ];
    const reply = applied(store, { client: 2, request: 1, microOps });
    expect(reply?.reads).toEqual([[70], [70, 71], []]);
  });

  it("applies a request once, however often it is decided", () => {
    const store = new ListStore();
    expect(applied(store, anAppend(1, 1, 7, 70))?.status).toBe(STATUS.applied);
    expect(store.apply(anAppend(1, 1, 7, 70))).toBeNull();
    expect(applied(store, aRead(2, 1, 7))?.reads).toEqual([[70]]);
  });

  it("keeps the reply for retries, as it was", () => {
    const store = new ListStore();
    store.apply(anAppend(1, 1, 7, 70));
    const read = aRead(2, 1, 7);
    const first = store.apply(read);
    store.apply(anAppend(1, 2, 7, 71));
    expect(store.session(2)?.reply).toEqual(first);
    expect(seen(store.session(2)?.reply ?? null, read)?.reads).toEqual([[70]]);
  });

  it("voids a request that a later one of its client has overtaken", () => {
    const store = new ListStore();
    store.apply(anAppend(1, 5, 7, 70));
    expect(store.isVoid(1, 4)).toBe(true);
    expect(store.isVoid(1, 6)).toBe(false);
    expect(store.isVoid(2, 1)).toBe(false);
    expect(store.apply(anAppend(1, 4, 7, 99))).toBeNull();
    expect(applied(store, aRead(2, 1, 7))?.reads).toEqual([[70]]);
  });

  it("takes request 0 of a client for a request, not for none", () => {
    const store = new ListStore();
    expect(store.isVoid(1, 0)).toBe(false);
    expect(applied(store, anAppend(1, 0, 7, 70))?.status).toBe(STATUS.applied);
    expect(store.isVoid(1, 0)).toBe(true);
  });

  it("fills a list to the last place", () => {
    const store = aStoreWith(LIST_LENGTH_MAX - 1);
    expect(applied(store, anAppend(2, 1, 1, 99))?.status).toBe(STATUS.applied);
    expect(applied(store, aRead(3, 1, 1))?.reads[0]).toHaveLength(LIST_LENGTH_MAX);
  });

  it("refuses to overfill a list, and does nothing of the transaction", () => {
    const store = aStoreWith(LIST_LENGTH_MAX - 1);
    const append = (key: number, value: number) => ({ opcode: OPCODE.append, key, value });
    const microOps = [append(2, 1), append(1, 98), append(1, 99)];
    const reply = applied(store, { client: 2, request: 1, microOps });
    expect(reply).toMatchObject({ status: STATUS.refused, reads: [] });
    const lists = applied(store, aRead(3, 1, 1, 2))?.reads;
    expect(lists?.map((list) => list.length)).toEqual([LIST_LENGTH_MAX - 1, 0]);
  });

  it("refuses an element that no reply could hold", () => {
    expect(applied(new ListStore(), anAppend(1, 1, 1, 0x1_0000))?.status).toBe(STATUS.refused);
  });

  it("keeps of a register what was written last, and nothing before the first write", () => {
    const store = new ListStore();
    const write = (value: number) => ({ opcode: OPCODE.write, key: 7, value });
    const read = { opcode: OPCODE.read, key: 7, value: 0 };
    const microOps = [read, write(70), read, write(71)];
    expect(applied(store, { client: 1, request: 1, microOps })?.reads).toEqual([[], [70]]);
    expect(applied(store, aRead(2, 1, 7))?.reads).toEqual([[71]]);
  });

  it("refuses a value that no reply could hold, and does nothing of the transaction", () => {
    const store = new ListStore();
    const write = (key: number, value: number) => ({ opcode: OPCODE.write, key, value });
    const microOps = [write(7, 1), write(8, 0x1_0000)];
    expect(applied(store, { client: 1, request: 1, microOps })?.status).toBe(STATUS.refused);
    expect(applied(store, aRead(2, 1, 7))?.reads).toEqual([[]]);
  });

  it("answers the same to the same transactions in the same order", () => {
    fc.assert(
      fc.property(fc.array(anyTransaction, { maxLength: 60 }), (transactions) => {
        const [one, other] = [new ListStore(), new ListStore()];
        for (const transaction of transactions) {
          expect(one.apply(transaction)).toEqual(other.apply(transaction));
        }
      }),
    );
  });
});
