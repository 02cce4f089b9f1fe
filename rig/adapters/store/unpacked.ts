/** The bytes of a file of any size, piece by piece; gzip is unpacked, whatever its name. */

import { RigError } from "../../core/verdict/rig-error.ts";
import { piecesOf } from "./lines.ts";

const PIECE = 1 << 20;

/** Pieces, each valid until the next is asked for. Throws `input.unreadable`. */
export async function* unpackedPiecesOf(path: string): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(path);
  const first = pieces.next();
  if (first.done === true) return;
  if (first.value[0] === 0x1f && first.value[1] === 0x8b) {
    yield* unpacked(path, copiesOf(first.value, pieces));
  } else {
    yield first.value;
    yield* pieces;
  }
}

async function* unpacked(path: string, packed: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Loaded here, since most histories are not packed.
  const { pipeline, Readable } = await import("node:stream");
  const { createGunzip } = await import("node:zlib");
  const gunzip = createGunzip({ chunkSize: PIECE });
  // What goes wrong on either side is thrown by the loop below.
  pipeline(Readable.from(packed), gunzip, () => {});
  try {
    for await (const piece of gunzip) yield piece as Uint8Array;
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    if (!code.startsWith("Z_")) throw error;
    const what = code === "Z_BUF_ERROR" ? "are cut short" : "are damaged";
    throw new RigError("input.unreadable", `${path}: not readable: its gzip data ${what}`, {
      cause: error,
    });
  }
}

/** The stream keeps a piece for longer than until the next one is read. */
function* copiesOf(first: Uint8Array, others: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield first.slice();
  for (const piece of others) yield piece.slice();
}
