/** What a simulated cluster counts of its bus: frames by what they say, repetitions, losses. */

import type { ErrorState } from "../core/can/error-confinement.ts";
import type { CanFrame } from "../core/can/frame.ts";
import { HEADER_LENGTH, readHeader } from "../core/wire/header.ts";
import { messageName } from "../core/wire/message-name.ts";

const STATIONS = 16;

export class BusTally {
  delivered = 0;
  withheld = 0;
  /** Frames lost for want of room. */
  dropped = 0;
  #busOffs = 0;
  #duplicates = 0;
  readonly #messages = new Map<string, number>();
  /** By station, the bytes of the last frame of it that was good for a receiver or itself. */
  readonly #lastData: (Uint8Array | undefined)[] = new Array(STATIONS).fill(undefined);

  observed(sender: number, { fd, data }: CanFrame): void {
    // A repetition is the very frame again, which a protocol's own repetition never is.
    if (this.#lastData[sender] === data) this.#duplicates++;
    this.#lastData[sender] = data;
    if (!fd || data.length < HEADER_LENGTH) return;
    const header = readHeader(data);
    if (header.fragment !== 0) return;
    const name = messageName(header.type);
    this.#messages.set(name, (this.#messages.get(name) ?? 0) + 1);
  }

  busState(state: ErrorState): void {
    if (state === "bus-off") this.#busOffs++;
  }

  /** Sent messages by name, in the order of the names. */
  messages(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#messages].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  counts() {
    return {
      delivered: this.delivered,
      withheld: this.withheld,
      dropped: this.dropped,
      busOffs: this.#busOffs,
      duplicates: this.#duplicates,
    };
  }
}
