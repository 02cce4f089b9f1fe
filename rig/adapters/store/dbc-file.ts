/** Reads DBC files, plain or packed with gzip. */

import { type DbcFile, parseDbc, textOfDbc } from "../../core/dbc/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { withFile } from "./named-error.ts";
import { unpackedPiecesOf } from "./unpacked.ts";

/** The largest that are known have some megabytes. */
const BYTES_MAX = 1 << 28;

/**
 * `encoding` is a label such as `gbk`, instead of what the bytes show. Throws `input.unreadable`,
 * `input.malformed` with file and line, or `usage.option` for an unknown encoding.
 */
export async function readDbcFile(path: string, encoding?: string): Promise<DbcFile> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of unpackedPiecesOf(path)) {
    length += piece.length;
    if (length > BYTES_MAX) {
      const text = `${path}: more than ${BYTES_MAX} bytes: expected a DBC file`;
      throw new RigError("input.malformed", text);
    }
    pieces.push(piece.slice());
  }
  const text = textOf(Buffer.concat(pieces), encoding);
  try {
    return parseDbc(text);
  } catch (error) {
    throw withFile(path, error);
  }
}

function textOf(bytes: Uint8Array, encoding: string | undefined): string {
  try {
    return textOfDbc(bytes, encoding);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const text = `--encoding is "${encoding}": expected one such as utf-8, windows-1252 or gbk`;
    throw new RigError("usage.option", text, { cause: error });
  }
}
