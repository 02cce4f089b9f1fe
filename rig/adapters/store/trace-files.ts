/**
 * Trace files as they are being recorded: written as frames come, flushed now and then, and begun
 * anew when one is large or old enough. A file of a format with a head is whole once it is closed.
 */

import { closeSync, openSync, writeSync } from "node:fs";
import { deflateSync } from "node:zlib";
import type { TraceFormat, TraceRecord, TraceWriter } from "../../core/trace/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { writeFailed } from "./append-file.ts";

export interface TraceFilesOptions {
  /** Name of the first file; later ones get `.2`, `.3` before the ending. */
  readonly path: string;
  readonly format: TraceFormat;
  /** A file is closed once it has so many bytes; without: never. */
  readonly rotateBytes?: number | undefined;
}

const GATHERED_MAX = 1 << 16;

export class TraceFiles {
  readonly #options: TraceFilesOptions;
  readonly paths: string[] = [];
  #descriptor: number | null = null;
  #writer: TraceWriter | null = null;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #writtenBytes = 0;

  /** Throws `output.not-writable` where there is such a file, or can be none. */
  constructor(options: TraceFilesOptions) {
    this.#options = options;
    this.#begin();
  }

  write(record: TraceRecord): void {
    this.#writer?.write(record);
    const { rotateBytes } = this.#options;
    if (rotateBytes !== undefined && this.#writtenBytes + this.#gatheredBytes >= rotateBytes) {
      this.rotate();
    }
  }

  /** Closes the file and begins the next. */
  rotate(): void {
    this.close();
    this.#begin();
  }

  /** What was recorded so far survives the death of the rig. */
  flush(): void {
    if (this.#descriptor === null || this.#gatheredBytes === 0) return;
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#put(this.#descriptor, bytes, null);
    this.#writtenBytes += bytes.length;
  }

  /** Idempotent. */
  close(): void {
    if (this.#descriptor === null) return;
    this.#writer?.finish();
    this.flush();
    const patch = this.#writer?.headPatch ?? null;
    if (patch !== null) this.#put(this.#descriptor, patch, 0);
    closeSync(this.#descriptor);
    this.#descriptor = null;
    this.#writer = null;
  }

  #begin(): void {
    const { format } = this.#options;
    const path = this.#nextPath();
    if (format.writer === null) {
      throw new RigError("usage.option", `format ${format.name} can be read, not written`);
    }
    try {
      this.#descriptor = openSync(path, "wx");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = code === "EEXIST" ? "there is such a file already" : `${code}`;
      throw new RigError("output.not-writable", `${path}: not writable: ${why}`, { cause: error });
    }
    this.paths.push(path);
    this.#writtenBytes = 0;
    const deflate = (data: Uint8Array) => deflateSync(data);
    this.#writer = format.writer({ clock: "epoch", start: null }, (bytes) => this.#take(bytes), {
      deflate,
    });
  }

  #nextPath(): string {
    const { path } = this.#options;
    const number = this.paths.length + 1;
    if (number === 1) return path;
    const dot = path.lastIndexOf(".");
    const hasEnding = dot > path.lastIndexOf("/") + 1;
    return hasEnding ? `${path.slice(0, dot)}.${number}${path.slice(dot)}` : `${path}.${number}`;
  }

  #take(bytes: Uint8Array): void {
    this.#gathered.push(bytes.slice());
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes > GATHERED_MAX) this.flush();
  }

  #put(descriptor: number, bytes: Uint8Array, position: number | null): void {
    try {
      for (let at = 0; at < bytes.length; ) {
        const place = position === null ? null : position + at;
        at += writeSync(descriptor, bytes, at, bytes.length - at, place);
      }
    } catch (error) {
      throw writeFailed(this.paths.at(-1) as string, error);
    }
  }
}
