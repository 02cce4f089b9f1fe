/**
 * Transactions on the wire: session slot u8, request u16, a byte with the number of
 * micro-operations (3 bits) and the session's owner (5 bits), then six bytes for each
 * micro-operation: opcode (2 bits) and key (14 bits), value u32. A batch is transactions end to
 * end; how many there are stands in the header's count.
 */

import { type Digest, digestOf } from "./digest.ts";

/** A key is used as a list (append, read) or as a register (write, read). */
export const OPCODE = { append: 0, read: 1, write: 2 } as const;

export const KEY_MAX = 0x3fff;
export const MICRO_OPS_MAX = 4;
export const BATCH_MAX = 15;

/** A client is a session: its owner (5 bits, 0 is the host), then a slot of that owner (8 bits). */
export const SLOT_BITS = 8;
/** The slot in a byte of its own; the owner shares one with a number of three bits. */
const OWNER_SHIFT = 3;
const NUMBER_MASK = 7;

export interface WireMicroOp {
  readonly opcode: number;
  readonly key: number;
  /** The element appended, the value written; 0 for reads. */
  readonly value: number;
}

/** A client's request as the log holds it. `client` is a session, never a process number. */
export interface Transaction {
  readonly client: number;
  readonly request: number;
  readonly microOps: readonly WireMicroOp[];
}

export interface Batch {
  readonly transactions: readonly Transaction[];
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

export function transactionLength(transaction: Transaction): number {
  return 4 + 6 * transaction.microOps.length;
}

/** Writes at `offset` and returns the offset behind it. */
export function writeTransaction(
  bytes: Uint8Array,
  offset: number,
  transaction: Transaction,
): number {
  writeClient(bytes, offset, transaction.client, transaction.microOps.length);
  writeU16(bytes, offset + 1, transaction.request);
  let at = offset + 4;
  for (const { opcode, key, value } of transaction.microOps) {
    bytes[at] = key & 255;
    bytes[at + 1] = (opcode << 6) | (key >>> 8);
    writeU32(bytes, at + 2, value);
    at += 6;
  }
  return at;
}

/** Null when the bytes are no transaction: too short, or with an opcode or count that is none. */
export function readTransaction(bytes: Uint8Array, offset: number): Transaction | null {
  if (offset + 4 > bytes.length) return null;
  const { client, number: count } = readClient(bytes, offset);
  if (count > MICRO_OPS_MAX || offset + 4 + 6 * count > bytes.length) return null;
  const microOps: WireMicroOp[] = [];
  for (let index = 0, at = offset + 4; index < count; index++, at += 6) {
    const high = bytes[at + 1] as number;
    const opcode = high >>> 6;
    if (opcode > OPCODE.write) return null;
    const key = (bytes[at] as number) | ((high & 0x3f) << 8);
    microOps.push({ opcode, key, value: readU32(bytes, at + 2) });
  }
  return {
    client,
    request: readU16(bytes, offset + 1),
    microOps,
  };
}

/** Client and a number up to 7 around a request number, as requests and replies begin. */
export function writeClient(
  bytes: Uint8Array,
  offset: number,
  client: number,
  number: number,
): void {
  bytes[offset] = client & 255;
  bytes[offset + 3] = ((client >>> SLOT_BITS) << OWNER_SHIFT) | number;
}

export function readClient(
  bytes: Uint8Array,
  offset: number,
): { readonly client: number; readonly number: number } {
  const shared = bytes[offset + 3] as number;
  const client = (bytes[offset] as number) | ((shared >>> OWNER_SHIFT) << SLOT_BITS);
  return { client, number: shared & NUMBER_MASK };
}

/** `digest` is that of the wire format in use. */
export function makeBatch(transactions: readonly Transaction[], digest = digestOf): Batch {
  const length = transactions.reduce((sum, each) => sum + transactionLength(each), 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const transaction of transactions) at = writeTransaction(bytes, at, transaction);
  return { transactions, bytes, digest: digest(bytes) };
}

/** The batch of `count` transactions at `offset`, followed by anything. Null if malformed. */
export function readBatch(
  bytes: Uint8Array,
  offset: number,
  count: number,
  digest = digestOf,
): Batch | null {
  const transactions: Transaction[] = [];
  let at = offset;
  for (let index = 0; index < count; index++) {
    const transaction = readTransaction(bytes, at);
    if (transaction === null) return null;
    transactions.push(transaction);
    at += transactionLength(transaction);
  }
  const own = bytes.slice(offset, at);
  return { transactions, bytes: own, digest: digest(own) };
}

export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value & 255;
  bytes[offset + 1] = (value >>> 8) & 255;
  bytes[offset + 2] = (value >>> 16) & 255;
  bytes[offset + 3] = value >>> 24;
}

export function readU32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) |
      ((bytes[offset + 1] as number) << 8) |
      ((bytes[offset + 2] as number) << 16) |
      ((bytes[offset + 3] as number) << 24)) >>>
    0
  );
}

export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value & 255;
  bytes[offset + 1] = value >>> 8;
}

export function readU16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}
