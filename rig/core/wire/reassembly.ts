/**
 * Puts the fragments of messages together again, whatever order they arrive in. Per source a few
 * messages can be incomplete at once; the oldest gives way, as a lost fragment would otherwise
 * hold its place for ever.
 */

import { FRAGMENT_LENGTH, HEADER_LENGTH, type Header } from "./header.ts";

const INCOMPLETE_MAX = 8;

interface Incomplete {
  /** Boot counter, link sequence of the first fragment, and the last fragment's number. */
  readonly key: number;
  readonly bytes: Uint8Array;
  /** With the header; known once the last fragment is there. */
  length: number;
  missing: number;
}

export class Reassembler {
  readonly #sources: Incomplete[][] = Array.from({ length: 16 }, () => []);

  /**
   * The whole message with its body at `HEADER_LENGTH`, or null while fragments are missing.
   * `data` is a frame of `source` whose header is `header`.
   */
  add(source: number, header: Header, data: Uint8Array): Uint8Array | null {
    const { fragment, lastFragment } = header;
    if (lastFragment === 0) return data;
    if (fragment > lastFragment || data.length <= HEADER_LENGTH) return null;
    const queue = this.#sources[source] as Incomplete[];
    const first = (header.sequence - fragment) & 0xffff;
    const key = (header.boot << 20) | (first << 4) | lastFragment;
    let entry = queue.find((candidate) => candidate.key === key);
    if (entry === undefined) {
      entry = {
        key,
        bytes: new Uint8Array(HEADER_LENGTH + (lastFragment + 1) * FRAGMENT_LENGTH),
        length: 0,
        missing: (1 << (lastFragment + 1)) - 1,
      };
      if (queue.length === INCOMPLETE_MAX) queue.shift();
      queue.push(entry);
    }
    entry.bytes.set(data.subarray(HEADER_LENGTH), HEADER_LENGTH + fragment * FRAGMENT_LENGTH);
    if (fragment === lastFragment) {
      entry.length = fragment * FRAGMENT_LENGTH + data.length;
    }
    entry.missing &= ~(1 << fragment);
    if (entry.missing !== 0) return null;
    queue.splice(queue.indexOf(entry), 1);
    return entry.bytes.subarray(0, entry.length);
  }
}
