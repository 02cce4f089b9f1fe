/** What the hub counts of its bus and of the controllers on it. */

import type { BusCounters } from "../../core/can/bus-options.ts";
import type { ErrorCounters, ErrorState } from "../../core/can/error-confinement.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import type { BusStatistics, ControllerStatistics } from "../../core/run/evidence.ts";

export class HubTally {
  delivered = 0;
  withheld = 0;
  /** Frames lost for want of room. */
  dropped = 0;
  #busOffs = 0;
  #duplicates = 0;
  /** By station, the bytes of the last frame of it that was good for a receiver or itself. */
  readonly #lastData = new Map<number, Uint8Array>();
  readonly #changes = new Map<number, { passives: number; busOffs: number }>();

  observed(sender: number, { data }: CanFrame): void {
    // A repetition is the very frame again, which a protocol's own repetition never is.
    if (this.#lastData.get(sender) === data) this.#duplicates++;
    this.#lastData.set(sender, data);
  }

  busState(station: number, state: ErrorState): void {
    const changes = this.#changes.get(station) ?? { passives: 0, busOffs: 0 };
    this.#changes.set(station, changes);
    if (state === "error-passive") changes.passives++;
    if (state !== "bus-off") return;
    changes.busOffs++;
    this.#busOffs++;
  }

  controller(node: number, { state, tec, rec }: ErrorCounters): ControllerStatistics {
    return { state, tec, rec, ...(this.#changes.get(node) ?? { passives: 0, busOffs: 0 }) };
  }

  statistics({ frames, busyNs, errorFrames }: BusCounters): BusStatistics {
    return {
      frames,
      busyNs: Math.round(busyNs),
      delivered: this.delivered,
      withheld: this.withheld,
      dropped: this.dropped,
      errorFrames,
      busOffs: this.#busOffs,
      duplicates: this.#duplicates,
    };
  }
}
