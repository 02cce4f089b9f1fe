/**
 * What clients and nodes say to each other: a request is one transaction; a reply repeats client
 * and request, a status, and for each read of the transaction the number of elements (u8) and the
 * elements (u16). A register reads as a list of one value, or of none before the first write.
 * Clients live on the rig host, or on the nodes themselves.
 */

import { HEADER_LENGTH } from "./header.ts";
import { CLASS, makeId } from "./identifier.ts";
import { TYPE } from "./roj-message.ts";
import {
  readClient,
  readU16,
  type Transaction,
  writeClient,
  writeTransaction,
  writeU16,
} from "./transaction.ts";

/** A list fits one frame: 58 bytes less client, request, status and count. */
export const LIST_LENGTH_MAX = 24;
export const ELEMENT_MAX = 0xffff;

export const STATUS = {
  applied: 0,
  /** The transaction would have overfilled a list; nothing of it was done. */
  refused: 1,
} as const;

export interface ClientReply {
  readonly client: number;
  readonly request: number;
  readonly status: number;
  /** One list for each read of the transaction, in its order; none when refused. */
  readonly reads: readonly (readonly number[])[];
}

const REPLY_PREFIX = 4;

export function requestEnvelope(source: number, destination: number) {
  return { id: makeId(CLASS.request, 0, source), type: TYPE.request, count: 0, destination };
}

export function replyEnvelope(source: number, destination: number) {
  return { id: makeId(CLASS.reply, 0, source), type: TYPE.reply, count: 0, destination };
}

/** The body of a request; returns its length. */
export function writeRequest(body: Uint8Array, transaction: Transaction): number {
  return writeTransaction(body, 0, transaction);
}

export function encodeReply(reply: ClientReply): Uint8Array {
  const elements = reply.reads.reduce((sum, list) => sum + 1 + 2 * list.length, 0);
  const body = new Uint8Array(REPLY_PREFIX + elements);
  writeClient(body, 0, reply.client, reply.status);
  writeU16(body, 1, reply.request);
  let at = REPLY_PREFIX;
  for (const list of reply.reads) {
    body[at++] = list.length;
    for (const element of list) {
      writeU16(body, at, element);
      at += 2;
    }
  }
  return body;
}

/**
 * The reply whose body starts at `HEADER_LENGTH`; `reads` says how many lists to expect, given
 * client and request. Null when the bytes are none, or the request is not one that is waited for.
 */
export function decodeReply(
  bytes: Uint8Array,
  reads: (client: number, request: number) => number | null,
): ClientReply | null {
  if (bytes.length < HEADER_LENGTH + REPLY_PREFIX) return null;
  const { client, number: status } = readClient(bytes, HEADER_LENGTH);
  const request = readU16(bytes, HEADER_LENGTH + 1);
  const expected = reads(client, request);
  if (expected === null) return null;
  const lists: number[][] = [];
  let at = HEADER_LENGTH + REPLY_PREFIX;
  for (let index = 0; status === STATUS.applied && index < expected; index++) {
    const length = bytes[at++];
    if (length === undefined || at + 2 * length > bytes.length) return null;
    const list: number[] = [];
    for (let element = 0; element < length; element++, at += 2) list.push(readU16(bytes, at));
    lists.push(list);
  }
  return { client, request, status, reads: lists };
}
