/** What a port has received and nobody has read yet, and the read that waits for more. */

interface Read {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly length: number;
  readonly resolve: (result: { buffer: Buffer; bytesRead: number }) => void;
  readonly reject: (error: Error) => void;
}

export class PortInput {
  #received = Buffer.alloc(0);
  #read: Read | null = null;

  push(bytes: Uint8Array): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    this.#serve();
  }

  /** At most `length` bytes, at least one, to `buffer` from `offset` on. */
  read(buffer: Buffer, offset: number, length: number) {
    return new Promise<{ buffer: Buffer; bytesRead: number }>((resolve, reject) => {
      this.#read = { buffer, offset, length, resolve, reject };
      this.#serve();
    });
  }

  /** Rejects the read that waits; the stream above knows a canceled one by its flag. */
  cancel(): void {
    this.fail(Object.assign(new Error("canceled"), { canceled: true }));
  }

  fail(error: Error): void {
    const read = this.#read;
    this.#read = null;
    read?.reject(error);
  }

  clear(): void {
    this.#received = Buffer.alloc(0);
  }

  #serve(): void {
    const read = this.#read;
    if (read === null || this.#received.length === 0) return;
    this.#read = null;
    const bytes = this.#received.subarray(0, read.length);
    this.#received = this.#received.subarray(bytes.length);
    read.buffer.set(bytes, read.offset);
    read.resolve({ buffer: read.buffer, bytesRead: bytes.length });
  }
}
