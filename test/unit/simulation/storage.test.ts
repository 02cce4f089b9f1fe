/**
 * A node's store: when writes are durable, what each kind of damage does to the records, that
 * damage is always seen when it is read, and that the atlas leaves enough of every record.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quorum } from "../../../rig/core/consensus/quorum.ts";
import type { Fault } from "../../../rig/core/fault/fault.ts";
import type { StorageFaultDetail } from "../../../rig/core/fault/storage-faults.ts";
import type { StoragePlan } from "../../../rig/core/plan/plan.ts";
import { Random } from "../../../rig/core/random/random.ts";
import { NodeStorage } from "../../../rig/simulation/storage.ts";
import { StorageAtlas } from "../../../rig/simulation/storage-atlas.ts";
import { type StorageFault, StorageFaults } from "../../../rig/simulation/storage-faults.ts";
import { type Entry, StorageMedium } from "../../../rig/simulation/storage-medium.ts";

function anEntry(number: number, length = 40, slot = number): Entry {
  const record = new Uint8Array(length).fill(number + 1);
  return { number, slot, isBase: false, boot: 1, token: number, record, found: null };
}

function aMedium(count: number, sectorBytes = 32): StorageMedium {
  const medium = new StorageMedium(sectorBytes);
  for (let number = 0; number < count; number++) medium.append(anEntry(number));
  return medium;
}

describe("a medium", () => {
  it("gives back sound records in order", () => {
    const { image, damaged } = aMedium(3).read();
    expect(image.map(([first]) => first)).toEqual([1, 2, 3]);
    expect(damaged).toEqual([]);
  });

  it.each([
    [32, 40, 2],
    [32, 20, 1],
    [32, 21, 2],
    [4096, 40, 1],
  ])("with sectors of %i bytes gives a record of %i bytes %i of them", (sector, length, count) => {
    const medium = new StorageMedium(sector);
    medium.append(anEntry(0, length));
    expect(medium.bytes).toBe(count * sector);
  });

  it("sees a record that was cut at any sector boundary but the last", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat({ max: 12 }), (length, cut) => {
        const medium = aMedium(1);
        const entry = anEntry(1, length);
        medium.append(entry);
        const sectors = medium.sectorsOf(entry.record);
        medium.tear(entry, Math.min(cut, sectors));
        expect(medium.read().damaged).toEqual(cut < sectors ? [1] : []);
      }),
    );
  });

  it("sees every rot of one to three bits, and only where it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.nat(), (length, seed) => {
        const medium = aMedium(2);
        const entry = anEntry(2, length);
        medium.append(entry);
        medium.rot(entry, Random.of(seed, "rot"));
        const { image, damaged } = medium.read();
        // A bit may flip and flip back.
        expect([image.length, damaged]).toEqual(damaged.length === 0 ? [3, []] : [2, [2]]);
      }),
    );
  });

  it("loses two records to a misdirected write, whatever their lengths", () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.nat({ max: 200 }), (first, second) => {
        const medium = new StorageMedium(32);
        const victim = anEntry(0, first);
        const entry = anEntry(1, second);
        for (const each of [victim, entry]) medium.append(each);
        medium.misdirect(entry, victim);
        expect(medium.read()).toEqual({ image: [], damaged: [0, 1] });
      }),
    );
  });

  it("forgets without a trace", () => {
    const medium = aMedium(3);
    expect(medium.forget(2)).toBe(2);
    expect(medium.read().image.map(([first]) => first)).toEqual([1]);
    expect(medium.forget(9)).toBe(1);
    expect(medium.bytes).toBe(0);
  });

  it("drops what stands before a record, damaged or not", () => {
    const medium = aMedium(4);
    medium.rot(medium.entries[1]!, Random.of(1, "rot"));
    medium.truncate(1, 2);
    expect(medium.read()).toMatchObject({ image: { length: 2 }, damaged: [] });
    medium.truncate(7, 3);
    expect(medium.entries).toHaveLength(2);
  });
});

describe("the atlas", () => {
  it.each([3, 4, 5, 7, 14])("of %i nodes leaves a quorum of every record", (nodes) => {
    const everStruck = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const atlas = new StorageAtlas(seed, nodes);
      const all = Array.from({ length: nodes }, (_, node) => node);
      for (let slot = 0; slot < 200; slot++) {
        const struck = all.filter((node) => atlas.mayDamage(node, slot, false));
        expect(struck).toHaveLength(nodes - quorum(nodes));
        for (const node of struck) everStruck.add(node);
      }
      const bases = all.filter((node) =>
        Array.from({ length: 200 }, (_, slot) => slot).some((s) => atlas.mayDamage(node, s, true)),
      );
      expect(bases.length).toBeLessThanOrEqual(nodes - quorum(nodes));
    }
    expect(everStruck.size).toBe(nodes);
  });

  it("of a node alone lets nothing be damaged", () => {
    expect(new StorageAtlas(1, 1).mayDamage(0, 0, false)).toBe(false);
  });
});

/** The store of node 0 of 5 under these faults, which go beyond the atlas, and their effects. */
function aStore(details: readonly StorageFaultDetail[], plan: Partial<StoragePlan> = {}) {
  const counted: string[] = [];
  const faults = new StorageFaults({ seed: 1, nodes: 5 }, ({ kind }: Fault) => counted.push(kind));
  details.forEach((detail, index) => {
    const fault = { ...detail, id: `${index}`, start: { atNs: 0 } };
    faults.add(fault as StorageFault);
  });
  const store = new NodeStorage(0, { writeNs: 1000, ...plan }, faults);
  let token = 0;
  const begin = (length = 40, nowNs = 0) => {
    const record = new Uint8Array(length).fill(++token);
    return store.begin({ kind: "persist", token, slot: token, record }, 1, nowNs);
  };
  /** Begins a write and completes it. */
  const write = (length?: number) => store.complete(begin(length));
  return { store, begin, write, counted };
}

const ON_0 = { nodes: [0], beyondLimit: true } as const;

describe("a store", () => {
  it("takes one record after the other, longer ones in more time", () => {
    const { begin } = aStore([]);
    expect([begin(40), begin(1024), begin(1025), begin(40, 9000)].map((w) => w.endNs)).toEqual([
      1000, 2000, 4000, 10_000,
    ]);
  });

  it("loses what is not durable when power goes, and nothing else", () => {
    const { store, begin, write } = aStore([]);
    write();
    const lost = begin(40, 5000);
    store.powerCut(5500);
    expect(store.complete(lost)).toBeNull();
    expect(store.read()).toMatchObject({ image: { length: 1 }, damaged: [] });
  });

  it("refuses what it has no room for", () => {
    const { store, write } = aStore([], { capacityBytes: 128 });
    expect([write(), write(), write(), write(10)]).toEqual(["ok", "ok", "full", "full"]);
    expect(store.read().image).toHaveLength(2);
  });

  it("that is full by a fault refuses all", () => {
    const { write, counted } = aStore([{ kind: "store-full", nodes: [0] }]);
    expect([write(), write()]).toEqual(["full", "full"]);
    expect(counted).toEqual(["store-full", "store-full"]);
  });

  it("fails as often as its fault says", () => {
    const { write, counted } = aStore([{ kind: "store-error", nodes: [0], probability: 0.5 }]);
    const results = Array.from({ length: 200 }, () => write());
    const failed = results.filter((result) => result === "io").length;
    expect(failed).toBe(counted.length);
    expect(failed).toBeGreaterThan(70);
    expect(failed).toBeLessThan(130);
  });

  it("is slow by a factor and by a stall", () => {
    const { begin, counted } = aStore([
      { kind: "gray-slow", nodes: [0], factor: 10, stallNs: 500 },
    ]);
    expect(begin().endNs).toBe(10_500);
    expect(counted).toEqual(["gray-slow"]);
  });

  it("tears the write under way, and takes those that wait whole", () => {
    const { store, begin, counted } = aStore([{ kind: "torn-write", ...ON_0 }]);
    begin(400);
    begin(400);
    store.powerCut(10);
    const { image, damaged } = store.read();
    expect(image.length + damaged.length).toBe(1);
    expect(counted).toEqual(["torn-write"]);
  });

  it("tears nothing when nothing is being written", () => {
    const { store, write, counted } = aStore([{ kind: "torn-write", ...ON_0 }]);
    write();
    store.powerCut(5000);
    expect(store.read().image).toHaveLength(1);
    expect(counted).toEqual([]);
  });

  it("rots at rest", () => {
    const { store, write, counted } = aStore([{ kind: "flash-bitrot", ...ON_0, probability: 1 }]);
    for (let count = 0; count < 5; count++) write();
    store.rest(false);
    expect(counted).toHaveLength(5);
    expect(store.read().image.length).toBeLessThan(2);
  });

  it("misdirects a write once there is a place to hit", () => {
    const { store, write, counted } = aStore([{ kind: "misdirect", ...ON_0, probability: 1 }]);
    expect([write(), write()]).toEqual(["ok", "ok"]);
    expect(counted).toEqual(["misdirect"]);
    expect(store.read()).toEqual({ image: [], damaged: [1, 2] });
  });

  it.each([
    [1, 2],
    ["all", 0],
  ] as const)("forgets %s of its records while the node is off", (records, left) => {
    const { store, write, counted } = aStore([{ kind: "amnesia", nodes: [0], records }]);
    for (let count = 0; count < 3; count++) write();
    store.rest(false);
    expect(counted).toEqual([]);
    store.rest(true);
    expect(store.read()).toMatchObject({ image: { length: left }, damaged: [] });
    expect(counted).toEqual(["amnesia"]);
  });

  it("keeps to the atlas unless told otherwise", () => {
    const nodes = [0];
    const { store, write } = aStore([{ kind: "flash-bitrot", nodes, probability: 1 }]);
    for (let count = 0; count < 400; count++) write();
    store.rest(false);
    const atlas = new StorageAtlas(1, 5);
    const { damaged } = store.read();
    expect(damaged.length).toBeGreaterThan(20);
    expect(damaged.filter((slot) => !atlas.mayDamage(0, slot, false))).toEqual([]);
  });
});
