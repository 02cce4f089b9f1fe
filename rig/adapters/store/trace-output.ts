/**
 * Bytes of a trace on their way into a file or to standard output, as gzip if wanted. A file has
 * `.partial` behind its name until it is whole, so that what is cut off is never taken for a trace.
 */

import { createWriteStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { RigError } from "../../core/verdict/rig-error.ts";
import { isNoRoom, writeFailed } from "./append-file.ts";

export interface TraceTarget {
  /** `-` is standard output. */
  readonly path: string;
  readonly isPacked: boolean;
  /** Whether an older file may be written over. */
  readonly isForced: boolean;
}

export class TraceOutputFile {
  readonly #target: TraceTarget;
  /** Where the bytes go until all of them are there. */
  readonly partialPath: string;

  /** Throws `output.not-writable` where there is such a file already. */
  constructor(target: TraceTarget) {
    this.#target = target;
    const { path, isForced } = target;
    const isFile = path !== "-" && (!existsSync(path) || statSync(path).isFile());
    // Devices and pipes have no partial form and can't be renamed.
    this.partialPath = isFile ? `${path}.partial` : path;
    if (isFile && !isForced && existsSync(path)) {
      throw new RigError("output.not-writable", `${path}: there is such a file already`, {
        hint: "give another name, or --force to write over it",
      });
    }
  }

  get isAtomic(): boolean {
    return this.partialPath !== this.#target.path;
  }

  /** Takes all bytes, no faster than they can be written. */
  async take(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const { path, isPacked } = this.#target;
    const isStdout = path === "-";
    const sink = isStdout ? process.stdout : createWriteStream(this.partialPath);
    try {
      if (isPacked) await pipeline(bytes, createGzip(), sink, { end: !isStdout });
      else await pipeline(bytes, sink, { end: !isStdout });
    } catch (error) {
      throw writeError(isStdout ? "standard output" : path, error);
    }
  }

  /** Puts bytes over the first ones; of gzip and pipes they stay as they are. */
  async patchHead(bytes: Uint8Array): Promise<void> {
    if (!this.isAtomic || this.#target.isPacked) return;
    const file = await open(this.partialPath, "r+");
    try {
      await file.write(bytes, 0, bytes.length, 0);
    } finally {
      await file.close();
    }
  }

  /** Gives the file its name. */
  finish(): void {
    if (!this.isAtomic) return;
    try {
      renameSync(this.partialPath, this.#target.path);
    } catch (error) {
      throw writeError(this.#target.path, error);
    }
  }

  remove(): void {
    if (this.isAtomic) rmSync(this.partialPath, { force: true });
  }
}

function writeError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof RigError || code === undefined || code === "EPIPE") return error;
  if (isNoRoom(error) || code === "EIO") return writeFailed(path, error);
  return new RigError("output.not-writable", `${path}: not writable (${code})`, { cause: error });
}
