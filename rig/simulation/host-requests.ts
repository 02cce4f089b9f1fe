/**
 * What the rig's channel has to say and could not send yet. Asking again while the question waits
 * would only fill the queue of a bus that is blocked.
 */

import type { CanFrame } from "../core/can/frame.ts";
import { digestOf } from "../core/wire/digest.ts";
import { HEADER_LENGTH } from "../core/wire/header.ts";

export class HostRequests {
  readonly #waiting = new Set<string>();

  waits(frame: CanFrame): boolean {
    return this.#waiting.has(contentOf(frame));
  }

  sent(frame: CanFrame): void {
    this.#waiting.add(contentOf(frame));
  }

  /** It is through, or given up. */
  done(frame: CanFrame): void {
    this.#waiting.delete(contentOf(frame));
  }
}

/** A fragment of a request without what changes when it is sent again. */
function contentOf({ data }: CanFrame): string {
  return `${(data[2] ?? 0) >>> 4}/${digestOf(data.subarray(HEADER_LENGTH))}`;
}
