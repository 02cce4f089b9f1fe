/** What a trace format is to those who use it: a name, a test of the content, reader and writer. */

import type { ReaderFactory } from "./trace-reader.ts";
import type { WriterFactory } from "./trace-writer.ts";

/** The beginning of a file, as bytes and as lines. */
export interface FileHead {
  readonly bytes: Uint8Array;
  /** Lines without colours and without blanks at either end; empty ones are left out. */
  readonly lines: readonly string[];
}

export interface TraceFormat {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Usual endings of its files, with the dot, lower case. */
  readonly extensions: readonly string[];
  /** Whether a file that begins so has this format. */
  detect(head: FileHead): boolean;
  readonly reader: ReaderFactory;
  /** Null where the format can only be read. */
  readonly writer: WriterFactory | null;
}
