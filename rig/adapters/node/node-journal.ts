/**
 * The disk of a node process: an append-only file of records and a count of boots. A record is
 * durable once it is synchronised; writes that come together share one synchronisation. Each
 * record stands behind its slot and length, both twice, and its checksum, so that a damaged one
 * still says what it was about.
 */

import { type FileHandle, mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoreResult } from "../../core/consensus/node-core.ts";
import { digestOf, readDigest, writeDigest } from "../../core/wire/digest.ts";

/** Slot, length, both again, and the digest of the record. */
const HEAD = 24;

export interface JournalImage {
  /** How often the node was booted, this time included. */
  readonly incarnation: number;
  readonly image: readonly Uint8Array[];
  /** The slot of each record that is there and can't be read. */
  readonly damaged: readonly number[];
}

interface Entry {
  readonly token: number;
  readonly bytes: Uint8Array;
}

interface Write extends Entry {
  readonly done: (result: StoreResult) => void;
}

export class NodeJournal {
  readonly #folder: string;
  #file: FileHandle;
  /** What the file holds, by whole records; those of earlier boots have token -1. */
  #entries: Entry[];
  #waiting: Write[] = [];
  #work: Promise<void> = Promise.resolve();

  private constructor(folder: string, file: FileHandle, entries: Entry[]) {
    this.#folder = folder;
    this.#file = file;
    this.#entries = entries;
  }

  static async open(folder: string): Promise<{ journal: NodeJournal; image: JournalImage }> {
    await mkdir(folder, { recursive: true });
    const incarnation = (await readCount(join(folder, "boots"))) + 1;
    await replaceFile(join(folder, "boots"), new TextEncoder().encode(`${incarnation}\n`));
    const path = join(folder, "journal");
    const { entries, records, damaged } = parse(await readOrNothing(path));
    // What follows the last whole record was never acknowledged.
    await replaceFile(path, concat(entries.map(({ bytes }) => bytes)));
    const journal = new NodeJournal(folder, await open(path, "a"), entries);
    return { journal, image: { incarnation, image: records, damaged } };
  }

  /** Calls `done` once the record is durable, or will not be; in the order of the calls. */
  append(token: number, slot: number, record: Uint8Array, done: Write["done"]): void {
    this.#waiting.push({ token, bytes: entryBytes(slot, record), done });
    if (this.#waiting.length === 1) this.#work = this.#work.then(() => this.#write());
  }

  /** Drops all records before the one with this token. */
  truncate(token: number): void {
    this.#work = this.#work.then(() => this.#truncate(token));
  }

  async #write(): Promise<void> {
    const writes = this.#waiting;
    this.#waiting = [];
    let result: StoreResult = "ok";
    try {
      await this.#file.write(concat(writes.map(({ bytes }) => bytes)));
      await this.#file.datasync();
      this.#entries.push(...writes);
    } catch (error) {
      result = (error as NodeJS.ErrnoException).code === "ENOSPC" ? "full" : "io";
    }
    for (const { done } of writes) done(result);
  }

  /** One that fails leaves the longer file, which is as good. */
  async #truncate(token: number): Promise<void> {
    const first = this.#entries.findIndex((entry) => entry.token === token);
    if (first <= 0) return;
    const path = join(this.#folder, "journal");
    const kept = this.#entries.slice(first);
    try {
      await replaceFile(path, concat(kept.map(({ bytes }) => bytes)));
      const file = await open(path, "a");
      await this.#file.close();
      this.#file = file;
      this.#entries = kept;
    } catch {
      // The node goes on with the file that it has.
    }
  }
}

function entryBytes(slot: number, record: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD + record.length);
  const view = new DataView(bytes.buffer);
  for (const at of [0, 8]) {
    view.setUint32(at, slot, true);
    view.setUint32(at + 4, record.length, true);
  }
  writeDigest(bytes, 16, digestOf(record));
  bytes.set(record, HEAD);
  return bytes;
}

function parse(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Entry[] = [];
  const records: Uint8Array[] = [];
  const damaged: number[] = [];
  for (let at = 0; at + HEAD <= bytes.length; ) {
    const slot = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    const isSound =
      slot === view.getUint32(at + 8, true) && length === view.getUint32(at + 12, true);
    if (!isSound) {
      // Nobody knows where the next record begins, or how far the node had come.
      damaged.push(0xffff_ffff);
      break;
    }
    const end = at + HEAD + length;
    if (end > bytes.length) break;
    const record = bytes.slice(at + HEAD, end);
    if (digestOf(record) === readDigest(bytes, at + 16)) records.push(record);
    else damaged.push(slot);
    entries.push({ token: -1, bytes: bytes.slice(at, end) });
    at = end;
  }
  return { entries, records, damaged };
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

async function readOrNothing(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Uint8Array(0);
    throw error;
  }
}

async function readCount(path: string): Promise<number> {
  const text = new TextDecoder().decode(await readOrNothing(path));
  return text === "" ? 0 : Number.parseInt(text, 10);
}

/** The old content or the new, whatever happens. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, bytes, { flush: true });
  await rename(`${path}.new`, path);
}
