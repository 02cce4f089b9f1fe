/**
 * A history as columns of numbers: what the checkers work on. One row is one operation of a
 * client; operations whose process is not an integer (the nemesis) are left out, as Elle does.
 * Micro-operations lie flat, `mopStart[row]` to `mopStart[row + 1]`. Keys and elements are dense
 * numbers; an element number stands for one (key, value) pair, so that a flat array can say for
 * each who appended it. `readHistory`, `HistoryReader` and `tableOfOperations` make tables.
 */

import { RigError } from "../verdict/rig-error.ts";

/** Values of `type`. */
export const INVOKE = 0;
export const OK = 1;
export const FAIL = 2;
export const INFO = 3;

/** Values of `mopKind`. */
export const APPEND = 0;
/** A read without an answer: unknown on `info`, the initial state on `ok`. */
export const READ_NIL = 1;
export const READ_LIST = 2;
/** Register write and register read with a value. */
export const WRITE = 3;
export const READ_VALUE = 4;

export interface HistoryNames {
  /** Canonical text of a key, in EDN's writing: `3`, `"x"`, `:x`, `[1 2]`. */
  key(key: number): string;
  element(element: number): string;
  /** Elements with their texts, of those that are not integers of 32 bits. */
  longElements(): Iterable<readonly [element: number, text: string]>;
  /** The node that served the operation of a row, where the history names it. */
  node(row: number): string | undefined;
}

export interface HistoryTable {
  /** Number of rows. */
  readonly rows: number;
  readonly type: Uint8Array;
  readonly index: Float64Array;
  readonly process: Float64Array;
  /** Nanoseconds; -1 where the operation had none. Never used for order. */
  readonly time: Float64Array;
  /** Line of the file on which the operation begins, from 1. */
  readonly line: Int32Array;
  /** Row of the completion of an invocation and the reverse; -1 where there is none. */
  readonly partner: Int32Array;

  readonly mopStart: Int32Array;
  readonly mopKind: Uint8Array;
  readonly mopKey: Int32Array;
  /** Element of an append, a write or a READ_VALUE; for READ_LIST the offset in `lists`. */
  readonly mopElement: Int32Array;
  /** Length of a READ_LIST, else 0. */
  readonly mopLength: Int32Array;

  /** Elements of all lists that were read. */
  readonly lists: Int32Array;
  /**
   * Most reads of a key are prefixes of one list, which is stored once, from `sharedStart[key]`
   * to `sharedEnd[key]` in `lists`. A read has this offset exactly if it is such a prefix.
   * Lists that are no such prefix come before all shared ones.
   */
  readonly sharedStart: Int32Array;
  readonly sharedEnd: Int32Array;

  readonly keys: number;
  readonly elements: number;
  readonly elementKey: Int32Array;
  readonly names: HistoryNames;
  /** Operations left out because their process is not an integer. */
  readonly skipped: number;
  /** Those of them whose process is missing, or a number: most likely clients. */
  readonly nameless: number;
}

/** The one error for a history that can't be used; the caller puts the file name before it. */
export function malformed(line: number, text: string): RigError {
  return new RigError("input.malformed", `line ${line}: ${text}`);
}
