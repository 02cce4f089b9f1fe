/**
 * Faults that make stations read bits of frames wrong. Each is asked once as a frame starts and
 * says who misreads which bit; the rest is the bus model's. Each draws from a stream of its own.
 */

import type { StationMask } from "../../can/acceptance.ts";
import { totalBits } from "../../can/bit-count.ts";
import { ackSlotBit, dataPhase, lastBit, lastButOneBit } from "../../can/bit-position.ts";
import type { BitHit } from "../../can/error-signalling.ts";
import { errorOfFlip } from "../../can/flipped-bit.ts";
import type { CanFrame } from "../../can/frame.ts";
import { lowestStation } from "../../can/station-mask.ts";
import { BIT_FIELD, type WireBits, wireBits } from "../../can/wire-bits.ts";
import { Random } from "../../random/random.ts";
import { timingErrorShare } from "../bus-faults.ts";
import type { Fault } from "../fault.ts";
import { type BusFaultHost, maskOf } from "./faulty-bus.ts";
import { FrameChooser, happens } from "./frame-choice.ts";

/** A frame as it starts. */
interface StartingFrame {
  readonly senders: StationMask;
  readonly frame: CanFrame;
  /** Packed count. */
  readonly bits: number;
  readonly wire: () => WireBits;
}

type Spoiler = (start: StartingFrame) => readonly BitHit[];
type OfKind<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;

/** How far into a frame the transmitter is hit that is driven bus-off: behind arbitration. */
const ATTACKED_PART = 0.6;
const NONE: readonly BitHit[] = [];

export class FrameFaults {
  readonly #host: BusFaultHost;
  readonly #spoilers = new Map<Fault, Spoiler>();
  /** The omission that the frame on the wire is about to become. */
  #omission: { readonly fault: OfKind<"omission">; readonly senders: StationMask } | null = null;

  constructor(host: BusFaultHost) {
    this.#host = host;
  }

  /** False when the fault is none of these. */
  inject(fault: Fault): boolean {
    const spoiler = this.#spoilerOf(fault);
    if (spoiler === null) return false;
    this.#spoilers.set(fault, spoiler);
    this.#install();
    if (fault.kind === "omission") this.#setOneShot(fault, true);
    return true;
  }

  heal(fault: Fault): void {
    if (!this.#spoilers.delete(fault)) return;
    this.#install();
    if (fault.kind !== "omission") return;
    this.#setOneShot(fault, false);
    for (const node of fault.senders ?? []) this.#host.release(node, fault);
  }

  /** An error frame began: a transmitter that has to die does so before it can repeat. */
  errorFrame(): void {
    const omission = this.#omission;
    if (omission?.fault.transmitter !== "dies") return;
    this.#omission = null;
    const { fault, senders } = omission;
    if (this.#host.stop(lowestStation(senders), fault)) this.#host.count(fault);
  }

  aborted(): void {
    const omission = this.#omission;
    this.#omission = null;
    if (omission?.fault.transmitter === "one-shot") this.#host.count(omission.fault);
  }

  #install(): void {
    const { bus } = this.#host;
    bus.setErrorSource(
      this.#spoilers.size === 0
        ? undefined
        : (senders, frame, bits) => this.#hits(senders, frame, bits),
    );
  }

  #hits(senders: StationMask, frame: CanFrame, bits: number): readonly BitHit[] | null {
    let layout: WireBits | undefined;
    const wire = () => {
      layout ??= wireBits(frame);
      return layout;
    };
    this.#omission = null;
    const hits: BitHit[] = [];
    for (const [fault, spoiler] of this.#spoilers) {
      const own = spoiler({ senders, frame, bits, wire });
      if (own.length === 0) continue;
      hits.push(...own);
      if (fault.kind === "omission") this.#omission = { fault, senders };
      else if (fault.kind !== "bus-off") this.#host.count(fault);
    }
    return hits.length === 0 ? null : hits;
  }

  #spoilerOf(fault: Fault): Spoiler | null {
    const random = Random.of(this.#host.seed, "fault", fault.id);
    switch (fault.kind) {
      case "bit-error": {
        const chooser = new FrameChooser(fault, random);
        return (start) => {
          if (!chooser.takes(start.senders, start.frame)) return NONE;
          return this.#flip(start, fault.bit ?? anyBit(start, random), maskOf(fault.nodes));
        };
      }
      case "error-burst":
        return this.#burst(fault, random);
      case "emi":
      case "termination-missing":
      case "ground-shift":
      case "bit-timing-mismatch":
        return this.#noise(fault, random);
      case "double-receive":
      case "omission": {
        const chooser = new FrameChooser(fault, random);
        return (start) =>
          chooser.takes(start.senders, start.frame) ? this.#endOfFrame(start, fault) : NONE;
      }
      case "fd-intolerant-node":
        return (start) => (start.frame.fd ? this.#refuse(start, maskOf(fault.nodes)) : NONE);
      case "bus-off":
        return ({ senders, bits }) => {
          const bit = Math.floor(totalBits(bits) * ATTACKED_PART);
          return hit(bit, senders & maskOf(fault.nodes), "bit");
        };
      case "ack-starvation":
        return ({ senders, bits }) => hit(ackSlotBit(bits), senders & maskOf(fault.nodes), "bit");
      default:
        return null;
    }
  }

  #burst(fault: OfKind<"error-burst">, random: Random): Spoiler {
    const chooser = new FrameChooser(fault, random);
    let count = 0;
    return (start) => {
      if (!chooser.takes(start.senders, start.frame)) return NONE;
      const isInBurst = count++ % fault.every < fault.frames;
      return isInBurst ? this.#flip(start, anyBit(start, random), maskOf(fault.nodes)) : NONE;
    };
  }

  #noise(
    fault: OfKind<"emi" | "termination-missing" | "ground-shift" | "bit-timing-mismatch">,
    random: Random,
  ): Spoiler {
    switch (fault.kind) {
      case "emi":
        return (start) => {
          const share = Math.min(1, fault.bitErrorRate * totalBits(start.bits));
          return this.#each(start, fault.nodes, () =>
            happens(random, share) ? anyBit(start, random) : null,
          );
        };
      case "termination-missing":
        return (start) => {
          const { first, count } = dataPhase(start.bits);
          if (count === 0) return NONE;
          return this.#each(start, fault.nodes, () =>
            happens(random, fault.probability) ? first + random.below(count) : null,
          );
        };
      default: {
        const share =
          fault.kind === "ground-shift"
            ? fault.probability
            : timingErrorShare(fault.ppm, fault.samplePercent);
        const group = maskOf(fault.nodes);
        return (start) => {
          if (!happens(random, share)) return NONE;
          // What differs is the two sides from each other, whoever sends.
          const farSide = (start.senders & group) === 0 ? group : ~group;
          return this.#flip(start, anyBit(start, random), this.#nodeMask() & farSide);
        };
      }
    }
  }

  /** Each node by itself. */
  #each(
    start: StartingFrame,
    nodes: readonly number[],
    bitOf: () => number | null,
  ): readonly BitHit[] {
    return nodes.flatMap((node) => {
      const bit = bitOf();
      return bit === null ? [] : this.#flip(start, bit, 1 << node);
    });
  }

  #flip(start: StartingFrame, bit: number, stations: StationMask): readonly BitHit[] {
    const { senders, bits, wire } = start;
    if (bit > lastBit(bits)) return NONE;
    const present = this.#present(stations);
    const seen = errorOfFlip(wire(), bit);
    const atReceivers = seen === null ? NONE : hit(seen.bit, present & ~senders, seen.kind);
    return [...hit(bit, present & senders, "bit"), ...atReceivers];
  }

  #endOfFrame(start: StartingFrame, fault: OfKind<"double-receive" | "omission">) {
    const { senders, bits } = start;
    if (fault.eof === "last") return hit(lastBit(bits), senders, "form");
    const seeing = this.#present(maskOf(fault.nodes)) & ~senders;
    return hit(lastButOneBit(bits), seeing, "form");
  }

  /** A classic controller sees a recessive bit where its format has a dominant one. */
  #refuse({ senders, wire }: StartingFrame, stations: StationMask): readonly BitHit[] {
    const { fields, isStuff } = wire();
    const fdf = fields.findIndex(
      (field, bit) => field === BIT_FIELD.reserved1 && isStuff[bit] === 0,
    );
    return hit(fdf, this.#present(stations) & ~senders, "form");
  }

  #present(stations: StationMask): StationMask {
    const { bus } = this.#host;
    let present = stations;
    for (let rest = stations; rest !== 0; rest &= rest - 1) {
      const station = lowestStation(rest);
      const isThere = bus.isAttached(station) && bus.errorState(station).state !== "bus-off";
      if (!isThere) present &= ~(1 << station);
    }
    return present;
  }

  #nodeMask(): StationMask {
    return (1 << this.#host.nodes) - 1;
  }

  #setOneShot(fault: OfKind<"omission">, isOneShot: boolean): void {
    if (fault.transmitter !== "one-shot") return;
    const { bus, nodes, nowNs } = this.#host;
    const all = Array.from({ length: nodes }, (_, node) => node);
    for (const node of fault.senders ?? all) bus.setOneShot(node, isOneShot, nowNs());
  }
}

function hit(bit: number, stations: StationMask, kind: BitHit["kind"]): readonly BitHit[] {
  return stations === 0 ? NONE : [{ bit, stations, kind }];
}

function anyBit({ bits }: StartingFrame, random: Random): number {
  return random.below(lastBit(bits) + 1);
}
