/** The disk of a node process, on a real file system: durable, whole or known to be damaged. */

import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NodeJournal } from "../../../rig/adapters/node/node-journal.ts";
import { temporaryFolder } from "../../support/cli.ts";

const record = (byte: number) => new Uint8Array(10).fill(byte);

/** Opens the disk, stores one record for each slot, and says what became of each. */
async function store(folder: string, slots: readonly number[]) {
  const { journal, image } = await NodeJournal.open(folder);
  const results = await Promise.all(
    slots.map((slot) => {
      return new Promise((done) => journal.append(slot + 100, slot, record(slot), done));
    }),
  );
  return { journal, image, results };
}

async function imageOf(folder: string) {
  return (await NodeJournal.open(folder)).image;
}

describe("the journal of a node process", () => {
  it("is empty at the first boot, and counts boots", async () => {
    const folder = temporaryFolder();
    expect(await imageOf(folder)).toEqual({ incarnation: 1, image: [], damaged: [] });
    expect((await imageOf(folder)).incarnation).toBe(2);
  });

  it("has at the next boot what it acknowledged, in order", async () => {
    const folder = temporaryFolder();
    expect((await store(folder, [1, 2, 3])).results).toEqual(["ok", "ok", "ok"]);
    await store(folder, [4]);
    expect((await imageOf(folder)).image).toEqual([1, 2, 3, 4].map(record));
  });

  it("drops what stands before a truncation, and nothing else", async () => {
    const folder = temporaryFolder();
    const { journal } = await store(folder, [1, 2, 3]);
    journal.truncate(102);
    await new Promise((done) => journal.append(104, 4, record(4), done));
    expect((await imageOf(folder)).image).toEqual([2, 3, 4].map(record));
  });

  it("forgets a last record that was cut off: nobody was told that it is durable", async () => {
    const folder = temporaryFolder();
    await store(folder, [1, 2]);
    const path = join(folder, "journal");
    truncateSync(path, readFileSync(path).length - 3);
    expect(await imageOf(folder)).toMatchObject({ image: [record(1)], damaged: [] });
    await store(folder, [3]);
    expect((await imageOf(folder)).image).toEqual([1, 3].map(record));
  });

  it("names the slot of a record that is rotten, and reads the others", async () => {
    const folder = temporaryFolder();
    await store(folder, [1, 2, 3]);
    const path = join(folder, "journal");
    const bytes = readFileSync(path);
    bytes[34 + 24 + 5] = 0xee;
    writeFileSync(path, bytes);
    expect(await imageOf(folder)).toMatchObject({ image: [1, 3].map(record), damaged: [2] });
  });

  it("stays silent for good when it can't tell where its records are", async () => {
    const folder = temporaryFolder();
    await store(folder, [1, 2]);
    const path = join(folder, "journal");
    const bytes = readFileSync(path);
    bytes[34 + 1] = 0xee;
    writeFileSync(path, bytes);
    expect(await imageOf(folder)).toMatchObject({ image: [record(1)], damaged: [0xffff_ffff] });
  });
});
