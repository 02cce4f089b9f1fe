/** The lines of a text file of any size, read piece by piece. */

import { closeSync, openSync, readSync } from "node:fs";
import { RigError } from "../../core/verdict/rig-error.ts";

export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** False for a last line without an end. */
  readonly isWhole: boolean;
}

const PIECE = 1 << 20;

/** Pieces of a file, each valid until the next is asked for. Throws `input.unreadable`. */
export function* piecesOf(path: string): Generator<Uint8Array> {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const piece = new Uint8Array(PIECE);
    for (;;) {
      const length = readPiece(descriptor, piece, path);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

export function* linesOf(path: string): Generator<Line> {
  const decoder = new TextDecoder();
  let rest = "";
  let number = 0;
  for (const piece of piecesOf(path)) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() as string;
    for (const text of lines) yield { text, number: ++number, isWhole: true };
  }
  if (rest !== "") yield { text: rest, number: number + 1, isWhole: false };
}

function readPiece(descriptor: number, piece: Uint8Array, path: string): number {
  try {
    return readSync(descriptor, piece);
  } catch (error) {
    throw unreadable(path, error);
  }
}

export function unreadable(path: string, error: unknown): RigError {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "it is a folder" : `${code}`;
  return new RigError("input.unreadable", `${path}: not readable: ${why}`, { cause: error });
}
