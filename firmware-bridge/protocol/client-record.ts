/**
 * The records of the clients that live on a board, as bytes in the ring of its agent: they stand
 * among the notes, and their first byte tells them apart. The layout is that of
 * docs/reference/control-line.md.
 */

/** In the order of their numbers in a record. */
export const CLIENT_RECORD_KINDS = ["boot", "invoke", "ok", "fail", "info"] as const;

type ClientMicroOp =
  | readonly [f: "append" | "w", key: number, value: number]
  | readonly [f: "r", key: number, value: readonly number[] | number | null];

export interface ClientRecord {
  readonly kind: (typeof CLIENT_RECORD_KINDS)[number];
  /** Number of the record and of the process in this start of the board. */
  readonly number: number;
  readonly process: number;
  /** On the board's own clock; whole microseconds are kept. */
  readonly localNs: number;
  readonly value: readonly ClientMicroOp[] | null;
  readonly request?: readonly [client: number, request: number];
  readonly error?: string;
}

/** Set in the first byte, which is the event in a note. */
const IS_CLIENTS = 0x80;
const HEAD = 18;
const OPS_MAX = 4;
const ELEMENTS_MAX = 24;
/** In the order of their numbers; 0 is none. */
const ERRORS = ["", "timeout", "refused: a list is full"];
const CODE = { append: 0, r: 1, w: 2 } as const;
/** A read whose value is one of a register, and the count of one that is not known. */
const REGISTER = 3;
const UNKNOWN = 255;
const KEY_BITS = 14;

export function isClientRecord(body: Uint8Array): boolean {
  return ((body[0] ?? 0) & IS_CLIENTS) !== 0;
}

export function encodeClientRecord(record: ClientRecord): Uint8Array {
  const { kind, number, process, localNs, value, request, error = "" } = record;
  const bytes: number[] = new Array<number>(HEAD).fill(0);
  const put16 = (at: number, word: number) => {
    bytes[at] = word & 255;
    bytes[at + 1] = (word >>> 8) & 255;
  };
  const put32 = (at: number, word: number) => {
    put16(at, word);
    put16(at + 2, word >>> 16);
  };
  bytes[0] = IS_CLIENTS | CLIENT_RECORD_KINDS.indexOf(kind);
  bytes[1] = (value?.length ?? 0) | (Math.max(0, ERRORS.indexOf(error)) << 4);
  put32(2, number);
  put32(6, process);
  const localUs = Math.floor(localNs / 1_000);
  put32(10, localUs % 2 ** 32);
  put32(14, Math.floor(localUs / 2 ** 32));
  if (kind === "invoke") {
    const [client, number] = request ?? [0, 0];
    put16(HEAD, client);
    put16(HEAD + 2, number);
  }
  for (const microOp of value ?? []) putMicroOp(microOp);
  return Uint8Array.from(bytes);

  function putMicroOp([f, key, argument]: ClientMicroOp): void {
    const isOfRegister = f === "r" && typeof argument === "number";
    put16(bytes.length, ((isOfRegister ? REGISTER : CODE[f]) << KEY_BITS) | key);
    const elements = typeof argument === "number" ? [argument] : (argument ?? []);
    if (f === "r") bytes.push(argument === null ? UNKNOWN : elements.length);
    for (const element of elements) put16(bytes.length, element);
  }
}

/** Null for what is none. */
export function decodeClientRecord(body: Uint8Array): ClientRecord | null {
  const kind = CLIENT_RECORD_KINDS[(body[0] ?? 0) & ~IS_CLIENTS];
  const isInvoke = kind === "invoke";
  const first = HEAD + (isInvoke ? 4 : 0);
  if (!isClientRecord(body) || kind === undefined || body.length < first) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const marks = view.getUint8(1);
  const count = marks & 7;
  const error = ERRORS[marks >> 4];
  const value = readMicroOps(view, first, count);
  if (value === null || error === undefined) return null;
  const localUs = view.getUint32(10, true) + view.getUint32(14, true) * 2 ** 32;
  return {
    kind,
    number: view.getUint32(2, true),
    process: view.getUint32(6, true),
    localNs: localUs * 1_000,
    value: kind === "boot" ? null : value,
    ...(isInvoke ? { request: [view.getUint16(HEAD, true), view.getUint16(HEAD + 2, true)] } : {}),
    ...(error === "" ? {} : { error }),
  };
}

function readMicroOps(view: DataView, first: number, count: number): ClientMicroOp[] | null {
  let at = first;
  const left = () => view.byteLength - at;
  const take = () => {
    at += 2;
    return view.getUint16(at - 2, true);
  };
  const microOps: ClientMicroOp[] = [];
  for (let index = 0; index < count; index++) {
    if (count > OPS_MAX || left() < 3) return null;
    const word = take();
    const [code, key] = [word >>> KEY_BITS, word & ((1 << KEY_BITS) - 1)];
    if (code === CODE.append || code === CODE.w) {
      if (left() < 2) return null;
      microOps.push([code === CODE.append ? "append" : "w", key, take()]);
      continue;
    }
    const length = view.getUint8(at++);
    const isUnknown = length === UNKNOWN;
    if (!isUnknown && (length > ELEMENTS_MAX || left() < 2 * length)) return null;
    const list = Array.from({ length: isUnknown ? 0 : length }, take);
    microOps.push(["r", key, isUnknown ? null : code === REGISTER ? (list[0] ?? null) : list]);
  }
  return at === view.byteLength ? microOps : null;
}
