/**
 * Frames of seeded identifiers and contents that together keep a bus busy to a given share: each is
 * due when the frames before it, stretched by that share, are through.
 */

import { type BitRates, frameDurationNs } from "../can/bit-count.ts";
import { fdLengthOfDlc } from "../can/dlc.ts";
import type { CanFrame } from "../can/frame.ts";
import { Random } from "../random/random.ts";
import { FrameStore } from "./frame-store.ts";
import type { IdentifierRange } from "./identifiers.ts";

export interface LoadOptions {
  readonly seed: number;
  readonly rates: BitRates;
  /** Over 0, and at most 1. */
  readonly load: number;
  /** How long the frames are to last. */
  readonly durationNs: number;
  readonly ids: IdentifierRange;
  readonly format: "classic" | "fd" | "brs";
}

const DLC_MAX = { classic: 8, fd: 15, brs: 15 } as const;

/** At least one frame. */
export function loadFrames(options: LoadOptions): FrameStore {
  const { seed, rates, load, durationNs } = options;
  const random = Random.of(seed, "load");
  const store = new FrameStore();
  let busyNs = 0;
  while (store.length === 0 || busyNs / load < durationNs) {
    const frame = randomFrame(random, options);
    store.add({ timeNs: Math.round(busyNs / load), channel: 0, frame, rawDlc: null });
    busyNs += frameDurationNs(frame, rates);
  }
  return store;
}

function randomFrame(random: Random, { ids, format }: LoadOptions): CanFrame {
  const id = ids.first + random.below(ids.last - ids.first + 1);
  const data = new Uint8Array(fdLengthOfDlc(random.below(DLC_MAX[format] + 1)));
  for (let at = 0; at < data.length; at++) data[at] = random.below(256);
  return {
    id,
    extended: ids.extended,
    fd: format !== "classic",
    brs: format === "brs",
    esi: false,
    remote: false,
    error: false,
    data,
  };
}
