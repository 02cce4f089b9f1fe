/** The bytes of a file of any size, piece by piece; gzip is unpacked, whatever its name. */

import { RigError } from "../../core/verdict/rig-error.ts";
import { piecesOf } from "./lines.ts";

const PIECE = 1 << 20;
const STDIN = "/dev/stdin";

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Pieces, each valid until the next is asked for. Throws `input.unreadable`. */
export function unpackedPiecesOf(path: string): AsyncGenerator<Uint8Array> {
  // A socket in the place of a pipe can't be opened by this name.
  return unpackedPieces(path, path === STDIN ? process.stdin : piecesOf(path));
}

/** The same for bytes from anywhere; errors call them `name`. */
export async function* unpackedPieces(name: string, pieces: Pieces): AsyncGenerator<Uint8Array> {
  const all = inTurn(pieces);
  let first = (await all.next()).value;
  // A pipe may give a single byte first.
  if (first?.length === 1) first = joined(first.slice(), (await all.next()).value);
  if (first === undefined) return;
  const whole = chained(first, all);
  const isPacked = first[0] === 0x1f && first[1] === 0x8b;
  yield* isPacked ? unpacked(name, whole) : whole;
}

async function* inTurn(pieces: Pieces): AsyncGenerator<Uint8Array, undefined> {
  yield* pieces;
  return undefined;
}

async function* chained(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

function joined(a: Uint8Array, b: Uint8Array | undefined): Uint8Array {
  if (b === undefined) return a;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

async function* unpacked(
  name: string,
  packed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  // Loaded here, since most histories are not packed.
  const { pipeline, Readable } = await import("node:stream");
  const { createGunzip } = await import("node:zlib");
  const gunzip = createGunzip({ chunkSize: PIECE });
  // What goes wrong on either side is thrown by the loop below.
  pipeline(Readable.from(copiesOf(packed)), gunzip, () => {});
  try {
    for await (const piece of gunzip) yield piece as Uint8Array;
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    if (!code.startsWith("Z_")) throw error;
    const what = code === "Z_BUF_ERROR" ? "are cut short" : "are damaged";
    throw new RigError("input.unreadable", `${name}: not readable: its gzip data ${what}`, {
      cause: error,
    });
  }
}

/** The stream keeps a piece for longer than until the next one is read. */
async function* copiesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield piece.slice();
}
