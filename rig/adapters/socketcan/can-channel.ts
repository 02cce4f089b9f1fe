/**
 * A channel on a CAN interface: the npm package opens it and sends plain frames, our addon hears
 * all and sends what the package can't. Where only one of the two is there, it does what it can.
 */

import type { CanFrame } from "../../core/can/frame.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { hasAddon } from "./addon.ts";
import { hasPackage, PackageChannel } from "./package-channel.ts";
import { ALL_ERRORS, RawChannel } from "./raw-channel.ts";
import type { ReceivedFrame } from "./records.ts";

export interface CanChannelOptions {
  readonly name: string;
  /** Identifier and mask, one after the other; everything when absent. */
  readonly filters?: readonly number[];
  readonly onFrame: (received: ReceivedFrame) => void;
  /** `ENETDOWN`: it may come up again. `ENODEV`: the interface is gone. */
  readonly onTrouble: (code: string) => void;
}

export class CanChannel {
  readonly #raw: RawChannel | null;
  readonly #package: PackageChannel | null;
  #refused = 0;

  /** Throws `capability.socketcan` with neither, `bench.trouble` for a bad interface. */
  constructor(options: CanChannelOptions) {
    const { name, filters, onFrame, onTrouble } = options;
    if (!hasAddon() && !hasPackage()) {
      throw new RigError("capability.socketcan", "no way to SocketCAN is installed", {
        hint: "It needs Linux and a C compiler when the package is installed: npm rebuild",
      });
    }
    const filter = filters === undefined ? {} : { filters };
    this.#package = hasPackage() ? new PackageChannel({ name, ...filter }) : null;
    this.#raw = hasAddon() ? new RawChannel({ name, ...filter, onFrame, onTrouble }) : null;
    if (this.#raw !== null) return;
    this.#package?.receive(
      ({ epochNs, ...frame }) =>
        onFrame({
          // More than eight bytes say that it was FD; up to there nobody knows.
          frame: { ...frame, fd: frame.data.length > 8, brs: false, esi: false },
          epochNs,
          direction: "rx",
          isOwn: false,
          isHardwareStamp: false,
          rawDlc: null,
          lost: 0,
        }),
      () => onTrouble("ENODEV"),
    );
  }

  /** Whether FD, BRS and ESI of received frames, losses and own frames are known. */
  get knowsAll(): boolean {
    return this.#raw !== null;
  }

  /** Frames that this channel lost or could not send. */
  get lost(): number {
    return (this.#raw?.lost ?? 0) + this.#refused;
  }

  /** False, and counted as lost, when the interface did not take it. */
  send(frame: CanFrame): boolean {
    const isSent = this.#send(frame);
    if (!isSent) this.#refused++;
    return isSent;
  }

  close(): void {
    this.#raw?.close();
    this.#package?.close();
  }

  #send(frame: CanFrame): boolean {
    if (this.#package !== null && PackageChannel.canSend(frame)) return this.#package.send(frame);
    return this.#raw !== null && this.#raw.send([frame]).sent === 1;
  }
}

export { ALL_ERRORS };
