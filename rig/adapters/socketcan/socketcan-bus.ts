/**
 * A CAN interface as the rig's channel to a bus. With the addon the kernel's echo of an own frame
 * says that it is sent; with the package alone a second channel on the interface hears it.
 *
 * Does not know: the time that frames keep the bus where there are no bit rates; with the package
 * alone, FD, BRS and ESI of what it hears up to 8 bytes, and lost frames.
 */

import { type BitRates, frameDurationNs } from "../../core/can/bit-count.ts";
import type { ErrorState } from "../../core/can/error-confinement.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import type { BusStatistics } from "../../core/run/evidence.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import { hasAddon } from "./addon.ts";
import { errorStateOf, isBusOff } from "./error-state.ts";
import { PackageChannel } from "./package-channel.ts";
import { ALL_ERRORS, RawChannel } from "./raw-channel.ts";

export interface SocketCanBusOptions {
  readonly name: string;
  readonly rates: BitRates;
  /** Time of the run by the kernel's stamp, since 1970. */
  readonly timeOf: (epochNs: bigint) => number;
  /** `ENETDOWN`: it may come up again. `ENODEV`: the interface is gone. */
  readonly onTrouble: (code: string) => void;
  /** Otherwise by the addon where there is one. */
  readonly way?: "addon" | "package";
}

type Listener = (frame: CanFrame, timeNs: number) => void;

/**
 * Frames that may be under way: given to the kernel, and not heard yet. Its queue loses what is
 * beyond 1,000 on a virtual interface without a word.
 */
const UNDER_WAY_MAX = 512;

export class SocketCanBus implements CanBus {
  readonly faultKinds = [] as const;
  readonly #options: SocketCanBusOptions;
  readonly #raw: RawChannel | null;
  readonly #package: readonly PackageChannel[];
  readonly #listeners = new Set<Listener>();
  #underWay: CanFrame[] = [];
  #state: ErrorState = "error-active";
  #frames = 0;
  #busyNs = 0;
  #errorFrames = 0;
  #busOffs = 0;
  #refused = 0;
  #lastNs = 0;
  #isClosed = false;

  /** Throws `capability.socketcan` without a way, `bench.trouble` for a bad interface. */
  constructor(options: SocketCanBusOptions) {
    this.#options = options;
    const { name, onTrouble, way = hasAddon() ? "addon" : "package" } = options;
    this.#raw = way === "addon" ? this.#openRaw(name) : null;
    this.#package = way === "addon" ? [] : [new PackageChannel({ name }), this.#openPackage(name)];
    this.#package[1]?.receive(
      ({ epochNs, ...frame }) =>
        this.#hear({ ...frame, fd: frame.data.length > 8, brs: false, esi: false }, epochNs),
      () => onTrouble("ENODEV"),
    );
  }

  send(frame: CanFrame): boolean {
    const isSent = !this.#isClosed && this.#underWay.length < UNDER_WAY_MAX && this.#give(frame);
    if (!isSent) this.#refused++;
    return isSent;
  }

  listen(onFrame: Listener): () => void {
    if (!this.#isClosed) this.#listeners.add(onFrame);
    return () => this.#listeners.delete(onFrame);
  }

  state(): ErrorState {
    return this.#state;
  }

  /** Frames that were given to the kernel and not heard yet. */
  get underWay(): number {
    return this.#underWay.length;
  }

  counters(): BusStatistics {
    return {
      frames: this.#frames,
      busyNs: this.#busyNs,
      delivered: this.#frames,
      withheld: 0,
      dropped: this.#refused + (this.#raw?.lost ?? 0),
      errorFrames: this.#errorFrames,
      busOffs: this.#busOffs,
      duplicates: 0,
    };
  }

  async inject(): Promise<void> {}

  async heal(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#underWay = [];
    this.#listeners.clear();
    this.#raw?.close();
    for (const channel of this.#package) channel.close();
  }

  #openRaw(name: string): RawChannel {
    return new RawChannel({
      name,
      errorMask: ALL_ERRORS,
      receivesOwn: true,
      onFrame: ({ frame, epochNs }) => this.#hear(frame, epochNs),
      onTrouble: (code) => {
        // What was on its way is never heard: it would be waited for, and fill the room for others.
        this.#underWay = [];
        this.#options.onTrouble(code);
      },
    });
  }

  #openPackage(name: string): PackageChannel {
    return new PackageChannel({ name, errorMask: ALL_ERRORS });
  }

  #give(frame: CanFrame): boolean {
    const [sender] = this.#package;
    const isGiven =
      this.#raw === null
        ? sender !== undefined && PackageChannel.canSend(frame) && sender.send(frame)
        : this.#raw.send([frame]).sent === 1;
    if (isGiven) this.#underWay.push(frame);
    return isGiven;
  }

  #hear(heard: CanFrame, epochNs: bigint): void {
    if (this.#isClosed) return;
    const own = this.#takeOwn(heard);
    const frame = own ?? heard;
    if (frame.error) {
      this.#errorFrames++;
      if (isBusOff(frame)) {
        this.#busOffs++;
        this.#underWay = [];
      }
      this.#state = errorStateOf(frame) ?? this.#state;
    } else {
      this.#frames++;
      this.#busyNs += frameDurationNs(frame, this.#options.rates);
    }
    // The kernel stamps the first frames of a new socket when they are read, later than the next.
    const timeNs = Math.max(this.#lastNs, this.#options.timeOf(epochNs));
    this.#lastNs = timeNs;
    for (const listener of [...this.#listeners]) listener(frame, timeNs);
  }

  /** The own frame that this is: it knows flags that the package can't tell. */
  #takeOwn({ id, extended, data }: CanFrame): CanFrame | null {
    const [first] = this.#underWay;
    const isOwn =
      first !== undefined &&
      first.id === id &&
      first.extended === extended &&
      Buffer.compare(first.data, data) === 0;
    if (!isOwn) return null;
    this.#underWay.shift();
    return first;
  }
}
