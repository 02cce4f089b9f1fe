/** An archive as the Linux kernel unpacks it for its first file system (cpio, format `newc`). */

export interface ArchiveEntry {
  readonly path: string;
  /** Type and permissions, as `stat` has them. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

const MAGIC = "070701";

export function cpioArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const end = { path: "TRAILER!!!", mode: 0, bytes: new Uint8Array() };
  return Buffer.concat([...entries, end].map(entryBytes));
}

function entryBytes({ path, mode, bytes }: ArchiveEntry, index: number): Uint8Array {
  const name = Buffer.from(`${path}\0`);
  // inode, mode, owner, group, links, time, size, device (2), special device (2), name, checksum
  const fields = [index + 1, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length, 0];
  const head = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  return Buffer.concat([padded(Buffer.concat([Buffer.from(MAGIC + head), name])), padded(bytes)]);
}

/** To a multiple of four bytes. */
function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}
