/**
 * What elle-cli is given to read. It takes one JSON array or plain EDN; such a file is handed over
 * as it is. Anything else (JSON lines, gzip, a run folder, EDN with tags of its own) is written
 * as EDN to a temporary file first.
 */

import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ednOfOperations } from "../../core/history/general-edn.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CheckRequest } from "../../ports/checker.ts";

export interface HandedOver {
  readonly path: string;
  readonly format: "edn" | "json";
  /** Removes what was written; idempotent. */
  dispose(): void;
}

const HEAD = 4096;
const PIECE = 1 << 20;
const HASH = 0x23;
const OPEN_BRACE = 0x7b;

/** Rejects with what reading the history throws, or `output.not-writable`. */
export async function handOver(request: CheckRequest): Promise<HandedOver> {
  const format = formatOf(request.file);
  if (format !== null) return { path: request.file, format, dispose() {} };
  const folder = temporaryFolder();
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "history.edn");
    writeLines(path, ednOfOperations(await request.operations()));
    return { path, format: "edn", dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The form of the file, if it is one that elle-cli reads. */
function formatOf(file: string): HandedOver["format"] | null {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const descriptor = openSync(file, "r");
  try {
    const head = Buffer.alloc(HEAD);
    const text = head.toString("latin1", 0, readSync(descriptor, head, 0, HEAD, 0)).trimStart();
    if (/^\[\s*\{\s*"/.test(text)) return "json";
    if (/^[[(]?\s*\{\s*:/.test(text) && !hasTags(descriptor)) return "edn";
    return null;
  } finally {
    closeSync(descriptor);
  }
}

/** A `#` that begins no set: a tag, which elle-cli's reader refuses, or part of a text. */
function hasTags(descriptor: number): boolean {
  const piece = new Uint8Array(PIECE);
  let isAfterHash = false;
  for (let at = 0; ; ) {
    const length = readSync(descriptor, piece, 0, PIECE, at);
    if (length === 0) return isAfterHash;
    for (let i = 0; i < length; i++) {
      if (isAfterHash && piece[i] !== OPEN_BRACE) return true;
      isAfterHash = piece[i] === HASH;
    }
    at += length;
  }
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "rig-elle-cli-"));
  } catch (error) {
    throw notWritable(tmpdir(), error);
  }
}

function writeLines(path: string, lines: Iterable<string>): void {
  const descriptor = openSync(path, "w");
  try {
    let gathered = "";
    for (const line of lines) {
      gathered += line;
      if (gathered.length < PIECE) continue;
      append(descriptor, gathered, path);
      gathered = "";
    }
    append(descriptor, gathered, path);
  } finally {
    closeSync(descriptor);
  }
}

function append(descriptor: number, text: string, path: string): void {
  try {
    appendFileSync(descriptor, text);
  } catch (error) {
    throw notWritable(path, error);
  }
}

function notWritable(path: string, error: unknown): RigError {
  const { code } = error as NodeJS.ErrnoException;
  const text = `${path}: not writable: ${code}; expected room for temporary files`;
  return new RigError("output.not-writable", text, { cause: error });
}
