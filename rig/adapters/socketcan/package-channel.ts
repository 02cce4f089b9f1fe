/**
 * One raw CAN socket by the npm package `socketcan`, behind checks: a bad argument would end the
 * process or send something else. It sends plain frames without waiting; receiving with it is the
 * way out where our own addon can't be built, and then FD, BRS and ESI are not known.
 */

import { createRequire } from "node:module";
import { isFrameLength } from "../../core/can/dlc.ts";
import { BASE_ID_MAX, type CanFrame, EXTENDED_ID_MAX } from "../../core/can/frame.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

/** A message as the package has it; its own declarations lack half of this. */
interface PackageMessage {
  readonly id: number;
  /** Absent in received base frames. */
  readonly ext?: boolean;
  readonly rtr?: boolean;
  readonly err?: boolean;
  readonly data: Buffer;
  readonly fd_brs?: boolean;
  readonly ts_sec?: number;
  readonly ts_usec?: number;
}

interface PackageRawChannel {
  addListener(event: "onMessage", listener: (message: PackageMessage) => void): void;
  addListener(event: "onStopped", listener: () => void): void;
  start(): void;
  stop(): void;
  /** Bytes, or -1 without any reason given. */
  send(message: PackageMessage): number;
  sendFD(message: PackageMessage): number;
  setRxFilters(filters: readonly { readonly id: number; readonly mask: number }[]): void;
  setErrorFilters(mask: number): void;
  disableLoopback(): void;
}

interface PackageModule {
  createRawChannelWithOptions(
    name: string,
    options: { readonly timestamps: boolean; readonly non_block_send: boolean },
  ): PackageRawChannel;
}

export interface PackageChannelOptions {
  readonly name: string;
  /** Identifier and mask, one after the other; everything when absent or empty. */
  readonly filters?: readonly number[];
  readonly errorMask?: number;
  /** False: other programs on this host don't see what is sent. */
  readonly loopback?: boolean;
}

/** What the package can tell of a frame. */
export interface PackageReceived {
  readonly id: number;
  readonly extended: boolean;
  readonly remote: boolean;
  readonly error: boolean;
  readonly data: Uint8Array;
  /** Since 1970, UTC, to the microsecond. */
  readonly epochNs: bigint;
}

/** Throws `capability.socketcan` where the package did not install. */
function loadPackage(): PackageModule {
  try {
    return createRequire(import.meta.url)("socketcan") as PackageModule;
  } catch (error) {
    throw new RigError("capability.socketcan", "the npm package socketcan is not installed", {
      hint: "It is an optional dependency that needs Linux and a C++ compiler: npm rebuild",
      cause: error,
    });
  }
}

export function hasPackage(): boolean {
  try {
    return loadPackage() !== null;
  } catch {
    return false;
  }
}

export class PackageChannel {
  readonly #channel: PackageRawChannel;
  #isStarted = false;
  #isClosed = false;

  /** Throws `capability.socketcan` without the package, `bench.trouble` for a bad interface. */
  constructor({ name, filters = [], errorMask = 0, loopback = true }: PackageChannelOptions) {
    const { createRawChannelWithOptions } = loadPackage();
    try {
      this.#channel = createRawChannelWithOptions(name, { timestamps: true, non_block_send: true });
    } catch (error) {
      // The package gives no code.
      throw new RigError("bench.trouble", `interface ${name} can't be opened`, { cause: error });
    }
    this.#channel.setErrorFilters(errorMask);
    if (!loopback) this.#channel.disableLoopback();
    if (filters.length > 0) this.#channel.setRxFilters(pairs(filters));
  }

  /** Whether the package can send such a frame as it is: not with ESI, nor an error frame. */
  static canSend({ error, esi, fd, remote, data }: CanFrame): boolean {
    return !error && !esi && !(fd && remote) && isFrameLength(data.length, fd);
  }

  /**
   * False when the kernel did not take the frame; the package does not say why. Throws
   * `rig.internal` for a frame that `canSend` refuses.
   */
  send(frame: CanFrame): boolean {
    if (this.#isClosed) return false;
    const { id, extended, fd, brs, remote, data } = frame;
    const most = extended ? EXTENDED_ID_MAX : BASE_ID_MAX;
    if (!PackageChannel.canSend(frame) || !Number.isInteger(id) || id < 0 || id > most) {
      throw new RigError("rig.internal", `frame ${id} can't be sent by the package socketcan`);
    }
    const message = { id, ext: extended, data: Buffer.from(data) };
    if (fd) return this.#channel.sendFD({ ...message, fd_brs: brs }) > 0;
    return this.#channel.send(remote ? { ...message, rtr: true } : message) > 0;
  }

  /** Only where the addon can't receive. `onStopped`: the interface is gone. */
  receive(onFrame: (received: PackageReceived) => void, onStopped: () => void): void {
    this.#channel.addListener("onMessage", (message) => {
      if (this.#isClosed) return;
      const { id, ext = false, rtr = false, err = false, data, ts_sec = 0, ts_usec = 0 } = message;
      onFrame({
        id,
        extended: ext,
        remote: rtr,
        error: err,
        data: new Uint8Array(data),
        epochNs: BigInt(ts_sec >>> 0) * 1_000_000_000n + BigInt(ts_usec) * 1_000n,
      });
    });
    this.#channel.addListener("onStopped", () => {
      this.#isStarted = false;
      if (!this.#isClosed) onStopped();
    });
    this.#channel.start();
    this.#isStarted = true;
  }

  /** The package frees the socket when the object is collected. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isStarted) this.#channel.stop();
  }
}

function pairs(filters: readonly number[]): { readonly id: number; readonly mask: number }[] {
  const found = [];
  for (let at = 0; at + 1 < filters.length; at += 2) {
    found.push({ id: filters[at] as number, mask: filters[at + 1] as number });
  }
  return found;
}
