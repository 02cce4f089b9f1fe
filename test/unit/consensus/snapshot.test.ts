/** Snapshots: equal states give equal bytes, bytes give the state back, rubbish gives nothing. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListStore } from "../../../rig/core/consensus/list-store.ts";
import { restoreStore, takeSnapshot } from "../../../rig/core/consensus/roj/snapshot.ts";
import {
  chunksFrom,
  SnapshotReceiver,
  SnapshotShelf,
} from "../../../rig/core/consensus/roj/snapshot-transfer.ts";
import { Random } from "../../../rig/core/random/random.ts";
import { ELEMENT_MAX } from "../../../rig/core/wire/client-message.ts";
import { OPCODE } from "../../../rig/core/wire/transaction.ts";
import { anAppend, anyTransaction, aRead } from "../../support/roj-messages.ts";

const anyState = fc.array(anyTransaction, { maxLength: 60 }).map((transactions) => {
  const store = new ListStore();
  for (const { microOps, ...head } of transactions) {
    const small = microOps.map((each) => ({
      ...each,
      key: each.key % 7,
      value: each.opcode !== OPCODE.read ? each.value % ELEMENT_MAX : 0,
    }));
    store.apply({ ...head, microOps: small });
  }
  return store;
});

function aStore(requests: number): ListStore {
  const store = new ListStore();
  for (let n = 1; n <= requests; n++) store.apply(anAppend(n % 200, n, n, n));
  return store;
}

describe("a snapshot", () => {
  it("gives back the lists and the sessions that went in", () => {
    fc.assert(
      fc.property(anyState, (store) => {
        const snapshot = takeSnapshot(store, 5);
        const restored = restoreStore(snapshot.bytes);
        expect([...(restored?.lists ?? [])]).toEqual([...store.lists]);
        expect([...(restored?.sessions ?? [])]).toEqual([...store.sessions]);
        // What is restored makes the same snapshot again.
        expect(takeSnapshot(restored as ListStore, 5)).toEqual(snapshot);
      }),
    );
  });

  it("keeps a retry from being applied a second time, as only sessions can", () => {
    const store = aStore(3);
    const retry = anAppend(2, 2, 2, 2);
    expect(restoreStore(takeSnapshot(store, 3).bytes)?.apply(retry)).toBeNull();
    expect(restoreStore(takeSnapshot(store, 3, false).bytes)?.apply(retry)).not.toBeNull();
  });

  it("leaves the state that it was restored into a life of its own", () => {
    const store = aStore(1);
    const restored = restoreStore(takeSnapshot(store, 1).bytes) as ListStore;
    restored.apply(anAppend(9, 1, 1, 77));
    expect(store.apply(aRead(8, 1, 1))).not.toEqual(restored.apply(aRead(8, 1, 1)));
  });

  it("cut short or lengthened is none", () => {
    const { bytes } = takeSnapshot(aStore(20), 20);
    for (let length = 0; length < bytes.length; length++) {
      expect(restoreStore(bytes.subarray(0, length))).toBeNull();
    }
    expect(restoreStore(Uint8Array.of(...bytes, 0))).toBeNull();
  });

  it("is never thrown at by random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        restoreStore(bytes);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Sends what is asked for until nothing is missing; `isLost` says which chunks don't arrive. */
function transfer(store: ListStore, isLost: () => boolean) {
  const snapshot = takeSnapshot(store, 40);
  const [first] = chunksFrom(snapshot, 0);
  if (first === undefined) throw new Error("a snapshot has a chunk at least");
  const receiver = new SnapshotReceiver(first);
  let sent = 0;
  for (let offset = 0, answers = 0; answers < 1000; answers++) {
    let state = "wait";
    for (const chunk of chunksFrom(snapshot, offset)) {
      sent++;
      state = isLost() ? "wait" : receiver.add(chunk);
      if (state === "done") return { snapshot, receiver, sent };
    }
    offset = state === "ask" ? receiver.ask() : receiver.retry();
  }
  throw new Error("the transfer does not end");
}

describe("a snapshot's way over the bus", () => {
  it("ends with what was sent", () => {
    const { snapshot, receiver, sent } = transfer(aStore(900), () => false);
    expect(receiver.finish()).toEqual(snapshot);
    expect(sent).toBe(Math.ceil(snapshot.bytes.length / 212));
  });

  it("goes on where it stopped when chunks are lost", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = Random.of(seed, "loss");
        const { snapshot, receiver, sent } = transfer(aStore(900), () => random.chance(1, 4));
        expect(receiver.finish()).toEqual(snapshot);
        // Starting over would hardly ever get through.
        expect(sent).toBeLessThan(6 * Math.ceil(snapshot.bytes.length / 212));
      }),
    );
  });

  it("is not believed when a byte is wrong", () => {
    const snapshot = takeSnapshot(aStore(5), 5);
    const [chunk] = chunksFrom(snapshot, 0);
    if (chunk === undefined) throw new Error("a snapshot has a chunk at least");
    const piece = chunk.piece.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
    const receiver = new SnapshotReceiver(chunk);
    expect(receiver.add({ ...chunk, piece })).toBe("done");
    expect(receiver.finish()).toBeNull();
  });

  it("gives way to a newer snapshot, and to an older one only when it is stuck", () => {
    const of = (slot: number) => chunksFrom(takeSnapshot(aStore(900), slot), 0)[0]!;
    const receiver = new SnapshotReceiver(of(20));
    expect(receiver.yieldsTo(of(20))).toBe(false);
    expect(receiver.yieldsTo(of(30))).toBe(true);
    expect(receiver.yieldsTo(of(10))).toBe(false);
    receiver.retry();
    expect(receiver.yieldsTo(of(10))).toBe(true);
  });

  it("can begin with either of the last two snapshots", () => {
    const shelf = new SnapshotShelf();
    for (const slot of [10, 20, 30]) shelf.add(takeSnapshot(aStore(1), slot));
    expect([10, 20, 30].map((slot) => shelf.find(slot)?.slot)).toEqual([undefined, 20, 30]);
    expect(shelf.newest?.slot).toBe(30);
  });
});
