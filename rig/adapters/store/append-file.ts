/** A text file that only grows: lines gather in memory and are written out in large pieces. */

import { closeSync, openSync, writeSync } from "node:fs";
import { RigError } from "../../core/verdict/rig-error.ts";

export class AppendFile {
  readonly #path: string;
  readonly #gatheredMax: number;
  readonly #descriptor: number;
  #gathered = "";
  #isClosed = false;

  private constructor(path: string, gatheredMax: number) {
    this.#path = path;
    this.#gatheredMax = gatheredMax;
    this.#descriptor = openSync(path, "wx");
  }

  static create(path: string, gatheredMax: number): AppendFile {
    return new AppendFile(path, gatheredMax);
  }

  line(text: string): void {
    this.#gathered += text;
    this.#gathered += "\n";
    if (this.#gathered.length > this.#gatheredMax) this.flush();
  }

  flush(): void {
    if (this.#gathered === "") return;
    const bytes = Buffer.from(this.#gathered);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      throw writeFailed(this.#path, error);
    }
    this.#gathered = "";
  }

  /** Idempotent; what has gathered must have been flushed before. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }
}

export function isNoRoom(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}

export function writeFailed(path: string, error: unknown): RigError {
  const { code } = error as NodeJS.ErrnoException;
  const what = isNoRoom(error) ? "no room left to write" : "writing failed";
  return new RigError("output.write-failed", `${path}: ${what} (${code})`, { cause: error });
}
