/**
 * What stands in a node's store: records in order, each with a head (its number, length and
 * CRC-32) in sectors of its own, which are written whole or not at all. Reading tells a sound
 * record from a torn, rotten or misplaced one. The bytes on the medium are only made up where
 * something happened to them.
 *
 * Does not model: damage to the directory, which holds the slot and place of each record and is
 * kept twice; records that share a sector; blocks that wear out or must be erased.
 */

import type { Random } from "../core/random/random.ts";

/** Number, length and checksum, four bytes each. */
const HEAD = 12;

export interface Entry {
  /** Tells the store's writes apart. */
  readonly number: number;
  readonly slot: number;
  readonly isBase: boolean;
  /** Boot and token under which the node knows the record. */
  readonly boot: number;
  readonly token: number;
  readonly record: Uint8Array;
  /** What stands in its sectors, where that is not what was written. */
  found: Uint8Array | null;
}

export class StorageMedium {
  readonly #sectorBytes: number;
  #entries: Entry[] = [];
  #sectors = 0;

  constructor(sectorBytes: number) {
    this.#sectorBytes = sectorBytes;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Bytes of all sectors in use. */
  get bytes(): number {
    return this.#sectors * this.#sectorBytes;
  }

  /** Bytes of the sectors that the record takes. */
  sizeOf(record: Uint8Array): number {
    return this.sectorsOf(record) * this.#sectorBytes;
  }

  sectorsOf(record: Uint8Array): number {
    return Math.ceil((HEAD + record.length) / this.#sectorBytes);
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
    this.#sectors += this.sectorsOf(entry.record);
  }

  /** Only the first sectors of the record were written; the others are blank. */
  tear(entry: Entry, sectors: number): void {
    entry.found = this.#content(entry).fill(0, sectors * this.#sectorBytes);
  }

  /** One to three bits of the record flip. */
  rot(entry: Entry, random: Random): void {
    const found = entry.found ?? this.#content(entry);
    for (let flips = random.between(1, 3); flips > 0; flips--) {
      const bit = random.below(8 * (HEAD + entry.record.length));
      found[bit >>> 3] = (found[bit >>> 3] as number) ^ (1 << (bit & 7));
    }
    entry.found = found;
  }

  /** The record was written over the place of `victim`, and its own place stayed blank. */
  misdirect(entry: Entry, victim: Entry): void {
    const content = this.#content(entry);
    const found = victim.found ?? this.#content(victim);
    found.set(content.subarray(0, found.length));
    victim.found = found;
    entry.found = content.fill(0);
  }

  /** The last records are gone, and nothing shows that they were there. */
  forget(count: number): number {
    const gone = this.#entries.splice(Math.max(0, this.#entries.length - count));
    for (const { record } of gone) this.#sectors -= this.sectorsOf(record);
    return gone.length;
  }

  /** Drops what stands before the record that the node knows by `boot` and `token`. */
  truncate(boot: number, token: number): void {
    const at = this.#entries.findLastIndex((each) => each.boot === boot && each.token === token);
    if (at <= 0) return;
    for (let index = 0; index < at; index++) {
      this.#sectors -= this.sectorsOf((this.#entries[index] as Entry).record);
    }
    this.#entries = this.#entries.slice(at);
  }

  /** The sound records in order, and the slots of the others. */
  read(): { readonly image: readonly Uint8Array[]; readonly damaged: readonly number[] } {
    const image: Uint8Array[] = [];
    const damaged: number[] = [];
    for (const entry of this.#entries) {
      if (isSound(entry)) image.push(entry.record);
      else damaged.push(entry.slot);
    }
    return { image, damaged };
  }

  /** The record with its head, filled up to whole sectors. */
  #content({ number, record }: Entry): Uint8Array {
    const bytes = new Uint8Array(this.sizeOf(record));
    bytes.set(record, HEAD);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, number);
    view.setUint32(4, record.length);
    view.setUint32(8, checksum(bytes, record.length));
    return bytes;
  }
}

function isSound({ number, record, found }: Entry): boolean {
  if (found === null) return true;
  const view = new DataView(found.buffer);
  if (view.getUint32(0) !== number || view.getUint32(4) !== record.length) return false;
  return view.getUint32(8) === checksum(found, record.length);
}

/** CRC-32 (reflected, as Ethernet has it) of number, length and record. */
function checksum(bytes: Uint8Array, length: number): number {
  let crc = 0xffff_ffff;
  for (let index = 0; index < HEAD + length; index++) {
    // The checksum itself stands here.
    if (index >= 8 && index < HEAD) continue;
    crc ^= bytes[index] as number;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * 0xedb8_8320);
  }
  return ~crc >>> 0;
}
