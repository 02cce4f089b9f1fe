/**
 * Takes one file out of a ZIP archive: enough for the releases of elle-cli and to tell a JAR, which
 * is a ZIP archive as well, from something else. Stored and deflated files up to 1 GB; no zip64.
 * After PKWARE's APPNOTE, sections 4.3 and 4.4.
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32, inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;
const LARGEST = 1 << 30;

/** The files in the archive; `null` if it is no archive or a broken one. */
export function zipEntries(path: string): readonly ZipEntry[] | null {
  return withFile(path, (file, size) => {
    const tail = readAt(
      file,
      Math.max(0, size - END_SIZE - LONGEST_COMMENT),
      END_SIZE + LONGEST_COMMENT,
    );
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end < 0 || end + END_SIZE > tail.length) return null;
    if (tail.readUInt32LE(end) !== END_SIGNATURE) return null;
    const count = tail.readUInt16LE(end + 10);
    const directory = readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    const entries: ZipEntry[] = [];
    for (let at = 0; entries.length < count; ) {
      if (at + ENTRY_SIZE > directory.length) return null;
      if (directory.readUInt32LE(at) !== ENTRY_SIGNATURE) return null;
      const nameEnd = at + ENTRY_SIZE + directory.readUInt16LE(at + 28);
      entries.push({
        name: directory.toString("utf8", at + ENTRY_SIZE, nameEnd),
        method: directory.readUInt16LE(at + 10),
        crc: directory.readUInt32LE(at + 16),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      });
      at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return entries;
  });
}

/** The content of a file of the archive; `null` if it is damaged or packed in another way. */
export function readZipEntry(path: string, entry: ZipEntry): Buffer | null {
  const { method, crc, compressedSize, size, offset } = entry;
  if (size > LARGEST || compressedSize > LARGEST) return null;
  return withFile(path, (file) => {
    const local = readAt(file, offset, LOCAL_SIZE);
    if (local.length < LOCAL_SIZE || local.readUInt32LE(0) !== LOCAL_SIGNATURE) return null;
    const start = offset + LOCAL_SIZE + local.readUInt16LE(26) + local.readUInt16LE(28);
    const packed = readAt(file, start, compressedSize);
    const content = unpacked(packed, method, size);
    if (content === null || content.length !== size || crc32(content) !== crc) return null;
    return content;
  });
}

function unpacked(packed: Buffer, method: number, size: number): Buffer | null {
  if (method === STORED) return packed;
  if (method !== DEFLATED) return null;
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    return null;
  }
}

function withFile<T>(path: string, work: (file: number, size: number) => T): T {
  const file = openSync(path, "r");
  try {
    return work(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

/** Fewer bytes where the file ends. */
function readAt(file: number, position: number, length: number): Buffer {
  const left = Math.max(0, Math.min(length, fstatSync(file).size - position));
  const bytes = Buffer.alloc(left);
  let read = 0;
  while (read < left) {
    const count = readSync(file, bytes, read, left - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
