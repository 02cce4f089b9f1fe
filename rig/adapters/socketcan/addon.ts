/** Our own SocketCAN addon, loaded when it is first asked for: not every machine can build it. */

import { createRequire } from "node:module";
import { RigError } from "../../core/verdict/rig-error.ts";

/** Stands for a channel inside the addon. */
export type ChannelHandle = object;

/** Stands for a player inside the addon. */
export type PlayerHandle = object;

/**
 * The functions of native/canraw.c and canplay.c. Each throws an `Error` with an `errno` where it
 * can't.
 */
export interface CanRawAddon {
  /**
   * `settings`: receive buffer in bytes, error mask, places in the ring, and 1 for one that hears
   * what it sends. The listener is called when records have come in, once until `state` is asked.
   */
  open(
    name: string,
    settings: Uint32Array,
    filters: Uint32Array,
    listener: () => void,
  ): { readonly handle: ChannelHandle; readonly ring: ArrayBuffer };
  /** Writes head, tail, records that found no room, and the last errno. */
  state(handle: ChannelHandle, out: Float64Array): void;
  taken(handle: ChannelHandle, tail: number): void;
  /** Writes how many were sent, and the errno that stopped it. */
  send(handle: ChannelHandle, records: Uint8Array, count: number, out: Int32Array): void;
  close(handle: ChannelHandle): void;
  /** The channels must outlive it; at most 16. */
  openPlayer(
    channels: readonly ChannelHandle[],
    capacity: number,
  ): { readonly handle: PlayerHandle; readonly ring: ArrayBuffer };
  given(handle: PlayerHandle, head: number): void;
  /** Writes tail, waits for room, the errno that ended it, and the index of its channel. */
  played(handle: PlayerHandle, out: Float64Array): void;
  closePlayer(handle: PlayerHandle): void;
}

let loaded: CanRawAddon | null = null;

/** Throws `capability.socketcan` where it was not built. */
export function loadAddon(): CanRawAddon {
  try {
    loaded ??= createRequire(import.meta.url)("#canraw") as CanRawAddon;
    return loaded;
  } catch (error) {
    throw new RigError("capability.socketcan", "the SocketCAN addon is not built", {
      hint: "It needs Linux and a C compiler when the package is installed: npm rebuild",
      cause: error,
    });
  }
}

export function hasAddon(): boolean {
  try {
    return loadAddon() !== null;
  } catch {
    return false;
  }
}
