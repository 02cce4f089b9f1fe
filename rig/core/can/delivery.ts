/**
 * Who gets a frame that the bus has carried well: acceptance filters, the logical faults that keep
 * or delay a delivery, and power that went in the meantime.
 */

import {
  type AcceptanceFilter,
  AcceptanceTable,
  ALL_STATIONS,
  STATION_LIMIT,
  type StationMask,
} from "./acceptance.ts";
import type { BusListener } from "./bus-listener.ts";
import type { CanFrame } from "./frame.ts";
import { lowestStation } from "./station-mask.ts";

/** Answer of a delivery policy: this receiver doesn't get the frame. */
export const LOST = -1;

/** Decides on one delivery: 0 at once, more is a delay in nanoseconds, or `LOST`. */
export type DeliveryPolicy = (sender: number, receiver: number, frame: CanFrame) => number;

export class FrameDelivery {
  /** Stations with power: those that listeners took off meanwhile get nothing. */
  attached: StationMask = 0;
  policy: DeliveryPolicy | undefined;
  private readonly listener: BusListener;
  private readonly acceptance = new AcceptanceTable();
  /** By sender, the receivers that its frames reach. */
  private readonly visible = new Uint16Array(STATION_LIMIT).fill(ALL_STATIONS);

  constructor(listener: BusListener) {
    this.listener = listener;
  }

  setAcceptance(station: number, filters: readonly AcceptanceFilter[] | undefined): void {
    this.acceptance.set(station, filters);
  }

  setVisible(sender: number, receivers: StationMask): void {
    this.visible[sender] = receivers;
  }

  deliver(frame: CanFrame, senders: StationMask, receivers: StationMask, timeNs: number): void {
    let visible = 0;
    for (let rest = senders; rest !== 0; rest &= rest - 1) {
      visible |= this.visible[lowestStation(rest)] as number;
    }
    const sender = lowestStation(senders);
    const accepting = receivers & this.acceptance.acceptors(frame);
    for (let rest = accepting & ~visible; rest !== 0; rest &= rest - 1) {
      this.listener.withheld(sender, lowestStation(rest), frame, timeNs);
    }
    for (let rest = accepting & visible; rest !== 0; rest &= rest - 1) {
      const receiver = lowestStation(rest);
      // A listener may have detached this station a moment ago.
      if ((this.attached & (1 << receiver)) === 0) continue;
      const delayNs = this.policy === undefined ? 0 : this.policy(sender, receiver, frame);
      if (delayNs === 0) this.listener.delivered(receiver, frame, timeNs);
      else if (delayNs > 0) this.listener.delayed(receiver, frame, timeNs + delayNs);
    }
  }
}
