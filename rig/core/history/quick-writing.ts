/**
 * How JSON and EDN write the usual operation: one line of known fields, plain names, plain digits.
 * `QuickReader` follows these bytes one by one and leaves everything else to the tokenisers.
 */

export interface QuickWriting {
  /** Names of fields, with what stands between name and value. */
  readonly index: Uint8Array;
  readonly type: Uint8Array;
  readonly process: Uint8Array;
  readonly time: Uint8Array;
  readonly value: Uint8Array;
  /** Before every name and word; after a name; after a word. */
  readonly mark: number;
  readonly named: Uint8Array;
  readonly ended: Uint8Array;

  readonly invoke: Uint8Array;
  readonly ok: Uint8Array;
  readonly fail: Uint8Array;
  readonly info: Uint8Array;

  /** Beginnings of micro-operations, up to the key. */
  readonly append: Uint8Array;
  readonly read: Uint8Array;
  readonly write: Uint8Array;
  readonly nil: Uint8Array;

  /** Between the items of a list. */
  readonly separator: number;
}

const ENCODER = new TextEncoder();

export const QUICK_JSON: QuickWriting = {
  index: bytes('"index":'),
  type: bytes('"type":'),
  process: bytes('"process":'),
  time: bytes('"time":'),
  value: bytes('"value":'),
  mark: 0x22,
  named: bytes('":'),
  ended: bytes('"'),
  invoke: bytes('"invoke"'),
  ok: bytes('"ok"'),
  fail: bytes('"fail"'),
  info: bytes('"info"'),
  append: bytes('["append",'),
  read: bytes('["r",'),
  write: bytes('["w",'),
  nil: bytes("null"),
  separator: 0x2c,
};

export const QUICK_EDN: QuickWriting = {
  index: bytes(":index "),
  type: bytes(":type "),
  process: bytes(":process "),
  time: bytes(":time "),
  value: bytes(":value "),
  mark: 0x3a,
  named: bytes(" "),
  ended: bytes(""),
  invoke: bytes(":invoke"),
  ok: bytes(":ok"),
  fail: bytes(":fail"),
  info: bytes(":info"),
  append: bytes("[:append "),
  read: bytes("[:r "),
  write: bytes("[:w "),
  nil: bytes("nil"),
  separator: 0x20,
};

function bytes(text: string): Uint8Array {
  return ENCODER.encode(text);
}
