/**
 * A trace file of any format, or one that comes by standard input, as batches of records. The
 * content tells the format, gzip is unpacked, and no more than some pieces are held at a time.
 */

import { constants, inflateSync } from "node:zlib";
import {
  detectFormat,
  type Inflate,
  TRACE_FORMATS,
  type TraceFormat,
  type TraceInfo,
  type TraceOrigin,
  type TraceRecord,
} from "../../core/trace/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { piecesOf, unreadable } from "./lines.ts";
import { withFile } from "./named-error.ts";
import { unpackedPieces } from "./unpacked.ts";

export interface TraceFile {
  /** As errors call it: the path, or `standard input`. */
  readonly name: string;
  readonly format: TraceFormat;
  /** Complete once the last batch is read. */
  readonly info: TraceInfo;
  /** What the times mean, as of the first record; `info` until there is one. */
  readonly origin: TraceOrigin;
  /**
   * Records in the file's order; once only. Throws `input.malformed` with file and line (or
   * offset) after all records before it, and `input.unreadable`.
   */
  batches(): AsyncGenerator<readonly TraceRecord[]>;
}

export interface TraceFileOptions {
  /** Instead of the format that the content shows. */
  readonly format?: TraceFormat;
}

/** `-` is standard input. Throws `input.unreadable`, or `input.malformed` for no known format. */
export async function openTraceFile(
  path: string,
  options: TraceFileOptions = {},
): Promise<TraceFile> {
  const isInput = path === "-";
  const name = isInput ? "standard input" : path;
  const source = unpackedPieces(name, isInput ? inputPieces(name) : piecesOf(path));
  const head = new Head(source);
  const format = options.format ?? (await head.detect());
  if (format === null) {
    await source.return(undefined);
    throw unknownFormat(name, head.bytes);
  }
  return new OpenTrace(name, format, head.pieces());
}

async function* inputPieces(name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of process.stdin) yield piece as Uint8Array;
  } catch (error) {
    throw unreadable(name, error);
  }
}

const HEAD_BYTES = 16_384;
/** A live source is judged by what came so long after its first bytes. */
const HEAD_WAIT_MS = 300;

/** The first bytes, looked at before they are read as records. */
class Head {
  bytes: Uint8Array = new Uint8Array(0);
  readonly #source: AsyncGenerator<Uint8Array>;
  #next: Promise<IteratorResult<Uint8Array>> | null = null;

  constructor(source: AsyncGenerator<Uint8Array>) {
    this.#source = source;
  }

  async detect(): Promise<TraceFormat | null> {
    for (;;) {
      this.#next ??= this.#source.next();
      const next = this.bytes.length === 0 ? await this.#next : await withinWait(this.#next);
      if (next === null) {
        const format = detectFormat(this.bytes);
        if (format !== null) return format;
        await this.#next;
        continue;
      }
      if (next.done === true) return detectFormat(this.bytes);
      this.#add(next.value);
      this.#next = null;
      if (this.bytes.length >= HEAD_BYTES) return detectFormat(this.bytes);
    }
  }

  #add(piece: Uint8Array): void {
    const longer = new Uint8Array(this.bytes.length + piece.length);
    longer.set(this.bytes);
    longer.set(piece, this.bytes.length);
    this.bytes = longer;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    yield this.bytes;
    if (this.#next !== null) {
      const next = await this.#next;
      if (next.done === true) return;
      yield next.value;
    }
    yield* this.#source;
  }
}

async function withinWait<T>(next: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const wait = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, HEAD_WAIT_MS, null);
  });
  try {
    return await Promise.race([next, wait]);
  } finally {
    clearTimeout(timer);
  }
}

/** Small enough for the records of a batch to be gone before the memory of the next is taken. */
const BATCH_BYTES = 65_536;

class OpenTrace implements TraceFile {
  readonly name: string;
  readonly format: TraceFormat;
  readonly #pieces: AsyncGenerator<Uint8Array>;
  readonly #reader: ReturnType<TraceFormat["reader"]>;
  #batch: TraceRecord[] = [];
  #origin: TraceOrigin | null = null;

  constructor(name: string, format: TraceFormat, pieces: AsyncGenerator<Uint8Array>) {
    this.name = name;
    this.format = format;
    this.#pieces = pieces;
    this.#reader = format.reader((record) => this.#take(record), { inflate });
  }

  get origin(): TraceOrigin {
    return this.#origin ?? this.#reader.info;
  }

  get info(): TraceInfo {
    return this.#reader.info;
  }

  async *batches(): AsyncGenerator<readonly TraceRecord[]> {
    for await (const piece of this.#pieces) {
      for (let at = 0; at < piece.length; at += BATCH_BYTES) {
        const part = piece.subarray(at, at + BATCH_BYTES);
        yield* this.#batchOf(() => this.#reader.feed(part));
      }
    }
    yield* this.#batchOf(() => this.#reader.finish());
  }

  #take(record: TraceRecord): void {
    this.#origin ??= this.#reader.info;
    this.#batch.push(record);
  }

  *#batchOf(work: () => void): Generator<readonly TraceRecord[]> {
    let caught: unknown = null;
    try {
      work();
    } catch (error) {
      caught = withFile(this.name, error);
    }
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0) yield batch;
    if (caught !== null) throw caught;
  }
}

const inflate: Inflate = (data, length) =>
  inflateSync(data, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: length });

/** Files that people bring and that none of the readers is for, by what they begin with. */
const FOREIGN: readonly (readonly [start: RegExp, what: string, hint: string])[] = [
  [/^(MDF|UnFinMF)/, "it is MF4 (ASAM MDF)", "convert it to ASC or BLF first, with asammdf"],
  [/^SQLite format 3/, "it is a SQLite database", "export it, for python-can with can_convert"],
  [/^(VERSION|NS_|BO_|BU_)\b/, "it looks like a DBC file", "give it with --dbc, beside a trace"],
];

function unknownFormat(name: string, head: Uint8Array): RigError {
  if (head.length === 0) return new RigError("input.malformed", `${name}: it is empty`);
  const start = new TextDecoder("latin1").decode(head.subarray(0, 64)).trimStart();
  const foreign = FOREIGN.find(([pattern]) => pattern.test(start));
  const known = TRACE_FORMATS.map((format) => format.name).join(", ");
  const [, what, hint] = foreign ?? ["", "its content is of no known format", ""];
  const text = `${name}: not a trace that can be read: ${what}; expected one of ${known}`;
  return new RigError("input.malformed", text, hint === "" ? {} : { hint });
}
