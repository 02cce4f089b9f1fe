/**
 * Gets the JAR of elle-cli: fetches the release, checks it, and takes the JAR out of it. Checksums
 * are recorded beside the JAR when it comes for the first time, and checked ever after.
 */

import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type FetchOptions, fetchInto } from "./fetch-file.ts";
import { readZipEntry, type ZipEntry, zipEntries } from "./zip.ts";

export interface DownloadOptions extends FetchOptions {
  /** Where the JAR goes. */
  readonly target: string;
  /** Expected SHA-256, in lower-case hexadecimal, of what is fetched or of the JAR in it. */
  readonly sha256: string | null;
}

export interface Downloaded {
  readonly state: "fetched" | "present";
  readonly bytes: number;
  /** Of the JAR. */
  readonly sha256: string;
}

interface Checksums {
  readonly jar: string;
  /** Of what was fetched: the archive, or the JAR itself. */
  readonly fetched: string;
}

/**
 * Rejects with `download.changed` where a checksum is another than it should be, and with what
 * fetching rejects with. The target is never left half written.
 */
export async function downloadElleCli(options: DownloadOptions): Promise<Downloaded> {
  const { target } = options;
  try {
    if (existsSync(target)) return verified(target, options.sha256);
    makeFolders(dirname(target));
    const part = `${target}.part`;
    await fetchInto(part, options);
    return install(part, options);
  } catch (error) {
    if (error instanceof RigError) throw error;
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    const kind = code === "ENOSPC" ? "output.write-failed" : "output.not-writable";
    const text = `${target}: not writable: ${code}; expected a place for the JAR`;
    throw new RigError(kind, text, { hint: "--target names another place", cause: error });
  }
}

/** One by one: Node's own recursive form never returns for paths such as /proc/x. */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  mkdirSync(path);
}

/** A JAR that is there already. */
function verified(target: string, sha256: string | null): Downloaded {
  const jar = sha256Of(target);
  const recorded = readChecksums(target);
  const expected = sha256 ?? recorded?.jar ?? jar;
  if (jar !== expected && !(recorded?.jar === jar && recorded.fetched === expected)) {
    throw changed(target, expected, jar);
  }
  if (recorded === null) writeChecksums(target, { jar, fetched: jar });
  return { state: "present", bytes: statSync(target).size, sha256: jar };
}

function install(part: string, { target, url, sha256 }: DownloadOptions): Downloaded {
  const fetched = sha256Of(part);
  const recorded = readChecksums(target);
  try {
    // An earlier download told what to expect, unless the user knows better.
    if (sha256 === null && recorded !== null && recorded.fetched !== fetched) {
      throw changed(url, recorded.fetched, fetched);
    }
    const fresh = takeJar(part, url);
    const jar = fresh === part ? fetched : sha256Of(fresh);
    if (sha256 !== null && sha256 !== fetched && sha256 !== jar) {
      rmSync(fresh, { force: true });
      throw changed(url, sha256, fetched);
    }
    renameSync(fresh, target);
    writeChecksums(target, { jar, fetched });
    return { state: "fetched", bytes: statSync(target).size, sha256: jar };
  } finally {
    // Whole, but of no use: the next attempt begins anew.
    rmSync(part, { force: true });
  }
}

/** The file with the JAR: the fetched one itself, or a new one with what was in the archive. */
function takeJar(part: string, url: string): string {
  const entries = zipEntries(part) ?? [];
  const inner = entries.find(isStandaloneJar);
  if (inner !== undefined) {
    const content = readZipEntry(part, inner);
    if (content === null) throw refused(url, `${inner.name} in it is damaged`);
    const fresh = `${part}.jar`;
    writeFileSync(fresh, content);
    return fresh;
  }
  if (entries.some(({ name }) => name === "META-INF/MANIFEST.MF")) return part;
  throw refused(url, "it is neither a JAR nor an archive with one");
}

function isStandaloneJar({ name }: ZipEntry): boolean {
  return name.endsWith("-standalone.jar");
}

/** As sha256sum writes it, so that others can check as well. */
function writeChecksums(target: string, { jar, fetched }: Checksums): void {
  const name = basename(target);
  const lines = [`${jar}  ${name}`, ...(fetched === jar ? [] : [`${fetched}  ${name}.part`])];
  writeFileSync(checksumPath(target), `${lines.join("\n")}\n`);
}

function readChecksums(target: string): Checksums | null {
  const path = checksumPath(target);
  if (!existsSync(path)) return null;
  const [jar, fetched] = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => /^[0-9a-f]{64}(?= )/.exec(line)?.[0]);
  if (jar !== undefined) return { jar, fetched: fetched ?? jar };
  const text = `${path}:1: no SHA-256; expected 64 hexadecimal digits and a file name`;
  throw new RigError("input.malformed", text, { hint: "remove it to record the checksum anew" });
}

function checksumPath(target: string): string {
  return `${target}.sha256`;
}

const PIECE = 1 << 20;

function sha256Of(path: string): string {
  const hash = createHash("sha256");
  const piece = new Uint8Array(PIECE);
  const file = openSync(path, "r");
  try {
    for (;;) {
      const length = readSync(file, piece);
      if (length === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

function changed(what: string, expected: string, found: string): RigError {
  const text = `${what}: SHA-256 is ${found}; expected ${expected}`;
  const hint = "if the new file is the right one, remove the JAR and its .sha256 file";
  return new RigError("download.changed", text, { hint });
}

function refused(url: string, why: string): RigError {
  const text = `${url}: what the server sent is not elle-cli: ${why}`;
  return new RigError("download.refused", text);
}
