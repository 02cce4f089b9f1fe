/**
 * The history of an agent as bytes: what its ring holds is records, each behind its length and the
 * low 16 bits of its number; a gap between numbers is records that did not fit. The layout is that
 * of docs/reference/control-line.md.
 */

/** In the order of their numbers in a record. */
export const NOTE_EVENTS = [
  "boot",
  "propose",
  "vote",
  "lock",
  "confirm",
  "commit",
  "apply",
  "expire",
  "fetch",
  "snapshot",
  "abstain",
  "refuse",
  "reject",
] as const;

/** All that is said of a refusal: the frame was in the node's own name. */
const OWN_NAME = { message: "frame", reason: "own-name" } as const;

/** What a node notes of its own deeds, as `rig node` says it. */
export interface AgentNote {
  readonly event: (typeof NOTE_EVENTS)[number];
  readonly slot: number;
  readonly round: number;
  /** Hexadecimal; null for nil and where there is none. */
  readonly digest: string | null;
  readonly requests?: readonly (readonly [client: number, request: number])[];
  readonly voters?: number;
  /** Of `reject`. */
  readonly message?: string;
  readonly reason?: string;
}

export interface RawRecord {
  /** From 0 at each start, low 16 bits. */
  readonly number: number;
  readonly body: Uint8Array;
}

const HEAD = 3;

/** The whole records at the start of `bytes`, and how many bytes they are. */
export function splitRecords(bytes: Uint8Array): {
  readonly records: readonly RawRecord[];
  readonly length: number;
} {
  const records: RawRecord[] = [];
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const end = at + HEAD + (bytes[at] ?? 0);
    if (end > bytes.length) break;
    const number = (bytes[at + 1] ?? 0) | ((bytes[at + 2] ?? 0) << 8);
    records.push({ number, body: bytes.slice(at + HEAD, end) });
    at = end;
  }
  return { records, length: at };
}

const HAS_DIGEST = 1;
const HAS_VOTERS = 2;
const HAS_REQUESTS = 4;

/** Null for what is no note. */
export function decodeNote(body: Uint8Array): AgentNote | null {
  if (body.length < 8) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const event = NOTE_EVENTS[view.getUint8(0)];
  const marks = view.getUint8(1);
  const fixed = 8 + (marks & HAS_DIGEST ? 8 : 0) + (marks & HAS_VOTERS ? 2 : 0);
  if (event === undefined || body.length < fixed) return null;
  let at = 8;
  let digest: string | null = null;
  if (marks & HAS_DIGEST) {
    const bytes = [...body.subarray(at, at + 8)];
    digest = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    at += 8;
  }
  const place = { slot: view.getUint32(2, true), round: view.getUint16(6, true), digest };
  const note = { event, ...place, ...(event === "reject" ? OWN_NAME : {}) };
  const voters = marks & HAS_VOTERS ? { voters: view.getUint16(at, true) } : {};
  if (!(marks & HAS_REQUESTS)) return { ...note, ...voters };
  const requests: [number, number][] = [];
  for (at = fixed; at + 4 <= body.length; at += 4) {
    requests.push([view.getUint16(at, true), view.getUint16(at + 2, true)]);
  }
  return { ...note, ...voters, requests };
}

/** Refusals for other reasons, and convictions, have no place in the history of a board. */
export function isNote<T extends { readonly event: string; readonly reason?: string }>(
  record: T,
): record is T & Pick<AgentNote, "event"> {
  if (record.event === "reject") return record.reason === OWN_NAME.reason;
  return NOTE_EVENTS.some((each) => each === record.event);
}

/** The body of a record. */
export function encodeNote(note: AgentNote): Uint8Array {
  const { event, slot, round, digest, requests, voters } = note;
  const bytes = new Uint8Array(18 + 4 * (requests?.length ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, NOTE_EVENTS.indexOf(event));
  view.setUint32(2, slot, true);
  view.setUint16(6, round, true);
  let [at, marks] = [8, 0];
  if (digest !== null) {
    marks |= HAS_DIGEST;
    for (let index = 0; index < 8; index++) {
      bytes[at++] = Number.parseInt(digest.slice(2 * index, 2 * index + 2), 16);
    }
  }
  if (voters !== undefined) {
    marks |= HAS_VOTERS;
    view.setUint16(at, voters, true);
    at += 2;
  }
  if (requests !== undefined) marks |= HAS_REQUESTS;
  for (const [client, request] of requests ?? []) {
    view.setUint16(at, client, true);
    view.setUint16(at + 2, request, true);
    at += 4;
  }
  view.setUint8(1, marks);
  return bytes.slice(0, at);
}
