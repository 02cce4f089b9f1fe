/**
 * Faults of the CAN bus itself: bits that stations read wrong, controllers whose counters are
 * driven up, wires stuck or cut, frames with another content than was sent. What follows on the bus
 * (flags, counters, repetition, bus-off) is left to the bus model.
 */

import type { FaultTraits } from "./traits.ts";

export const BUS_FAULT_KINDS = [
  "bit-error",
  "error-burst",
  "emi",
  "termination-missing",
  "ground-shift",
  "bit-timing-mismatch",
  "fd-intolerant-node",
  "double-receive",
  "omission",
  "error-passive",
  "bus-off",
  "silent-disable",
  "ack-starvation",
  "one-shot",
  "stuck-dominant",
  "stuck-recessive",
  "freeze",
  "segment-split",
  "isolate-one",
  "stub-open",
  "janus",
  "crc-residual",
] as const;
export type BusFaultKind = (typeof BUS_FAULT_KINDS)[number];

type Nodes = readonly number[];

/** Which frames a fault strikes, of those that fit: all, unless it says a share. */
export interface FrameChoice {
  /** Nodes whose frames; otherwise all, the host's too. */
  readonly senders?: Nodes;
  /** Names of messages, such as `Vote`; otherwise all. */
  readonly messages?: readonly string[];
  /** Arbitration ID; otherwise all. */
  readonly canId?: number;
  /** Each frame with this probability. Not together with `every`. */
  readonly probability?: number;
  /** Every so many frames one. */
  readonly every?: number;
}

/** The bit of end of frame that is dominant: receivers accept after the last but one. */
export const EOF_BITS = ["last", "last-but-one"] as const;
export type EofBit = (typeof EOF_BITS)[number];

/** What becomes of a transmitter whose frame was good for some: it can't repeat it. */
export const TRANSMITTER_FATES = ["one-shot", "dies"] as const;
export type TransmitterFate = (typeof TRANSMITTER_FATES)[number];

/** Kinds that only say which nodes they strike. */
const PLAIN_BUS_FAULT_KINDS = [
  "fd-intolerant-node",
  "error-passive",
  "bus-off",
  "silent-disable",
  "ack-starvation",
  "one-shot",
  "isolate-one",
  "stub-open",
] as const satisfies readonly BusFaultKind[];

export { PLAIN_BUS_FAULT_KINDS };

export type BusFaultDetail =
  /** The nodes read one bit of a frame wrong: the one at `bit`, from start of frame, which is 0, or
   *  one drawn for each frame. Counts frames hit. */
  | ({ readonly kind: "bit-error"; readonly nodes: Nodes; readonly bit?: number } & FrameChoice)
  /** As bit-error, in `frames` frames in a row out of every `every`. Counts frames hit. */
  | ({
      readonly kind: "error-burst";
      readonly nodes: Nodes;
      readonly frames: number;
      readonly every: number;
    } & Pick<FrameChoice, "senders" | "messages">)
  /** Coupled noise: each bit is wrong at each node with this probability, by itself. Counts frames
   *  hit. */
  | { readonly kind: "emi"; readonly nodes: Nodes; readonly bitErrorRate: number }
  /** Reflections: the nodes read a bit of the fast data phase wrong, in each frame with this
   *  probability, each node by itself. Counts frames hit. */
  | { readonly kind: "termination-missing"; readonly nodes: Nodes; readonly probability: number }
  /** Another ground: a frame between the nodes and the others is, with this probability, read
   *  wrong by those on the far side. Counts frames hit. */
  | { readonly kind: "ground-shift"; readonly nodes: Nodes; readonly probability: number }
  /** The nodes' bit clocks are off by so many parts in a million, their sample point lies at so
   *  many per cent of a bit. Counts frames hit. */
  | {
      readonly kind: "bit-timing-mismatch";
      readonly nodes: Nodes;
      readonly ppm: number;
      readonly samplePercent: number;
    }
  /** Dominant in the last bits of end of frame. In the last bit the transmitter sees it: it repeats
   *  a frame that all have. In the last but one the nodes see it: they have the frame once, others
   *  twice. Counts frames hit. */
  | ({ readonly kind: "double-receive"; readonly nodes: Nodes; readonly eof: EofBit } & FrameChoice)
  /** As double-receive, but the transmitter gives the frame up (one-shot) or loses power before it
   *  can repeat it. Counts frames that are never repeated. */
  | ({
      readonly kind: "omission";
      readonly nodes: Nodes;
      readonly eof: EofBit;
      readonly transmitter: TransmitterFate;
    } & FrameChoice)
  /**
   * fd-intolerant-node: a classic controller sees a form error in each FD frame, and can't send
   * any. Counts frames disturbed. error-passive: the transmit counter is kept above 127. Counts
   * frames sent by an error-passive node. bus-off: each of the node's frames is hit. Counts times
   * bus-off. silent-disable: bus-off without an error frame. Counts times disabled.
   * ack-starvation: nobody acknowledges the node. Counts frames not acknowledged. one-shot: a frame
   * that an error hits is given up. Counts frames given up. isolate-one, stub-open: each node is
   * alone on its end of the wire. Counts frames that did not cross the cut.
   */
  | { readonly kind: (typeof PLAIN_BUS_FAULT_KINDS)[number]; readonly nodes: Nodes }
  /** The whole bus at one level. Counts error frames. */
  | { readonly kind: "stuck-dominant" | "stuck-recessive" }
  /** Overload frames hold the bus for `holdNs` after each frame of these nodes. Counts holds. */
  | { readonly kind: "freeze"; readonly nodes: Nodes; readonly holdNs: number }
  /** The wire is cut: each group, and the host with the largest, is a bus of its own. Counts frames
   *  that did not cross the cut. */
  | { readonly kind: "segment-split"; readonly groups: readonly Nodes[] }
  /** Frames of the nodes have another content for the receivers, with a check sequence that fits.
   *  Counts deliveries altered. */
  | ({ readonly kind: "janus"; readonly nodes: Nodes; readonly receivers: Nodes } & Omit<
      FrameChoice,
      "senders"
    >)
  /** One bit of what the nodes receive is wrong, and the check sequence does not tell. Counts
   *  deliveries altered. */
  | ({ readonly kind: "crc-residual"; readonly nodes: Nodes } & FrameChoice);

const BITS = {
  levels: ["sim", "process", "vcan", "bench"],
  toll: "harms",
  effects: "frames hit",
  needs: "a bus that can spoil single bits",
} as const;
const CUT = {
  levels: ["sim", "process", "vcan", "bench"],
  effects: "frames that did not cross the cut",
  needs: "a wire that can be cut",
} as const;
const ALTERED = {
  levels: ["sim", "process", "vcan", "bench"],
  toll: "forgets",
  effects: "deliveries altered",
  needs: "a bus that can change frames on their way",
} as const;
const STUCK = {
  levels: ["sim", "process", "vcan", "bench"],
  toll: "blocks",
  effects: "error frames",
  needs: "a bus that can be held at one level",
} as const;

export const BUS_FAULT_TRAITS = {
  "bit-error": BITS,
  "error-burst": BITS,
  emi: BITS,
  "termination-missing": BITS,
  "ground-shift": BITS,
  "bit-timing-mismatch": BITS,
  "fd-intolerant-node": { ...BITS, toll: "silences" },
  "double-receive": BITS,
  omission: { ...BITS, effects: "frames never repeated" },
  "error-passive": {
    ...BITS,
    toll: "disturbs",
    effects: "frames sent error-passive",
    needs: "controllers whose counters can be driven up",
  },
  "bus-off": { ...BITS, toll: "silences", effects: "times bus-off" },
  "silent-disable": {
    ...BITS,
    toll: "silences",
    effects: "times disabled",
    needs: "controllers that can be disabled",
  },
  "ack-starvation": {
    ...BITS,
    toll: "silences",
    effects: "frames not acknowledged",
    needs: "receivers that can be kept from acknowledging",
  },
  "one-shot": {
    ...BITS,
    toll: "disturbs",
    effects: "frames given up",
    needs: "controllers with a one-shot mode",
  },
  "stuck-dominant": STUCK,
  "stuck-recessive": STUCK,
  freeze: {
    ...STUCK,
    effects: "holds by overload frames",
    needs: "a bus that can send overload frames",
  },
  "segment-split": { ...CUT, toll: "splits" },
  "isolate-one": { ...CUT, toll: "silences" },
  "stub-open": { ...CUT, toll: "silences" },
  janus: ALTERED,
  "crc-residual": ALTERED,
} as const satisfies Record<BusFaultKind, FaultTraits>;

/** Bits of the longest of our frames: 64 bytes, with stuffing. */
const LONGEST_FRAME_BITS = 700;
/** Bits between two edges on which a receiver aligns itself again, at most (stuffing). */
const BITS_BETWEEN_EDGES = 10;
/** How far an edge may lie off, in bits: uniformly this much to either side. */
const EDGE_JITTER = 0.1;

/**
 * The share of frames that a clock so far off reads wrong: after ten bits without an edge a sample
 * lies ten deviations off, and is wrong once that and the jitter of the last edge exceed what the
 * sample point leaves of a bit.
 */
export function timingErrorShare(ppm: number, samplePercent: number): number {
  const drift = (BITS_BETWEEN_EDGES * Math.abs(ppm)) / 1e6;
  const margin = Math.min(samplePercent, 100 - samplePercent) / 100;
  const share = (drift + EDGE_JITTER - margin) / (2 * EDGE_JITTER);
  return Math.min(1, Math.max(0, share));
}

/** The share of frames that an error hits somewhere, at most. */
export function frameErrorShare(fault: BusFaultDetail): number {
  switch (fault.kind) {
    case "bit-error":
    case "double-receive":
    case "omission":
      return shareOf(fault);
    case "error-burst":
      return fault.frames / fault.every;
    case "emi":
      return Math.min(1, fault.nodes.length * fault.bitErrorRate * LONGEST_FRAME_BITS);
    case "termination-missing":
      return Math.min(1, fault.nodes.length * fault.probability);
    case "ground-shift":
      return fault.probability;
    case "bit-timing-mismatch":
      return timingErrorShare(fault.ppm, fault.samplePercent);
    default:
      return 0;
  }
}

function shareOf({ probability, every }: FrameChoice): number {
  return probability ?? 1 / (every ?? 1);
}

/** A success takes one off a transmit counter that an error raised by eight. */
const BEARABLE_SHARE = 1 / 9;

/**
 * The nodes that errors in frames leave as good as silent: while more than a ninth of the frames
 * is hit, counters rise faster than they fall, of those who send as of those who see the errors.
 */
export function harmedBy(fault: BusFaultDetail): readonly number[] {
  const nodes = "nodes" in fault ? fault.nodes : [];
  const senders = ("senders" in fault && fault.senders) || [];
  if (fault.kind === "omission" && fault.transmitter === "dies") return senders;
  return frameErrorShare(fault) > BEARABLE_SHARE ? [...nodes, ...senders] : [];
}

export function isBusFault<Each extends { readonly kind: string }>(
  fault: Each,
): fault is Extract<Each, { readonly kind: BusFaultKind }> {
  return BUS_FAULT_KINDS.some((kind) => kind === fault.kind);
}
