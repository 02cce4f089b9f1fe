/**
 * Bytes of a binary file that have come but are not read yet: chunks go in at one end, whole
 * structures come out at the other. It knows the offset in the file of what it gives.
 */

export class ByteQueue {
  private bytes = new Uint8Array(4096);
  /** Of all bytes: a view for each few of them takes longer than to read them. */
  private view = viewOf(this.bytes);
  private from = 0;
  private to = 0;
  private position: number;

  constructor(position = 0) {
    this.position = position;
  }

  /** How many bytes wait. */
  get length(): number {
    return this.to - this.from;
  }

  /** Offset in the file of the first byte that waits. */
  get offset(): number {
    return this.position;
  }

  append(chunk: Uint8Array): void {
    if (this.to + chunk.length > this.bytes.length) this.makeRoom(chunk.length);
    this.bytes.set(chunk, this.to);
    this.to += chunk.length;
  }

  /** The first bytes, without taking them. Valid until the next `append`. */
  peek(length: number): DataView {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.from, length);
  }

  /** Numbers so many bytes behind the first; there must be enough. */
  uint16(at: number, isLittle: boolean): number {
    return this.view.getUint16(this.from + at, isLittle);
  }

  uint32(at: number, isLittle: boolean): number {
    return this.view.getUint32(this.from + at, isLittle);
  }

  /** Takes the first bytes, and gives those behind the head. Valid until the next `append`. */
  borrow(length: number, headLength = 0): Uint8Array {
    const taken = this.bytes.subarray(this.from + headLength, this.from + length);
    this.skip(length);
    return taken;
  }

  /** Takes a copy of the first bytes. */
  take(length: number): Uint8Array {
    const taken = this.bytes.slice(this.from, this.from + length);
    this.skip(length);
    return taken;
  }

  skip(length: number): void {
    this.from += length;
    this.position += length;
  }

  private makeRoom(more: number): void {
    const waiting = this.bytes.subarray(this.from, this.to);
    const needed = waiting.length + more;
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
      larger.set(waiting);
      this.bytes = larger;
      this.view = viewOf(larger);
    } else {
      this.bytes.copyWithin(0, this.from, this.to);
    }
    this.to = waiting.length;
    this.from = 0;
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
