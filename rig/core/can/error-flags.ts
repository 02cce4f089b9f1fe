/**
 * The error and overload flags of one error frame, as intervals of time: when the bus is dominant
 * because of them, when each flag is complete, and when its station has had its delimiter
 * (ISO 11898-1, 10.4.4 and 10.4.5). Flags run at the nominal rate wherever they begin.
 */

import type { ErrorEvent } from "./error-confinement.ts";

export interface Flag {
  readonly station: number;
  readonly startNs: number;
  /** Active error flags and overload flags; those of listen-only stations stay inside them. */
  readonly level: "dominant" | "recessive" | "inside";
  /** What the station counts for the error; undefined for an overload flag. */
  readonly event: ErrorEvent | undefined;
  readonly isTransmitter: boolean;
}

export interface CompletedFlag {
  readonly endNs: number;
  /** The station sees a dominant bit right after its flag: it was among the first to send one. */
  readonly isFollowed: boolean;
  /** A dominant bit came while it was being sent. */
  readonly isMet: boolean;
  /** End of the station's delimiter. */
  readonly readyNs: number;
}

const FLAG_BITS = 6;
const DELIMITER_BITS = 8;
/** Stations look at the bus when this part of a bit has gone by. */
const SAMPLE_POINT = 0.8;

export class ErrorFlags {
  readonly list: Flag[] = [];
  /** When the last dominant flag ends; undefined while there is none. */
  dominantEndNs: number | undefined;
  private readonly bitNs: number;
  /** Start and end of dominant bits that were no flag. */
  private readonly others: (readonly [number, number])[] = [];

  constructor(bitNs: number) {
    this.bitNs = bitNs;
  }

  add(flag: Flag): void {
    this.list.push(flag);
    if (flag.level !== "dominant") return;
    const endNs = flag.startNs + FLAG_BITS * this.bitNs;
    this.dominantEndNs = Math.max(this.dominantEndNs ?? 0, endNs);
  }

  /** A bit of the frame, or its acknowledgement, was dominant. */
  note(startNs: number, endNs: number): void {
    this.others.push([startNs, endNs]);
  }

  /** Whether flags make the bus dominant in the bit between two times. */
  isDominant(startNs: number, endNs: number): boolean {
    const sampleNs = startNs + SAMPLE_POINT * (endNs - startNs);
    return this.list.some(
      (flag) =>
        flag.level === "dominant" &&
        flag.startNs <= sampleNs &&
        sampleNs < flag.startNs + FLAG_BITS * this.bitNs,
    );
  }

  /** Whether a dominant flag goes on after `timeNs`. */
  isDriven(timeNs: number): boolean {
    // Half a bit of tolerance: bit ends are rounded to nanoseconds, flags are not.
    return this.dominantEndNs !== undefined && this.dominantEndNs > timeNs + this.bitNs / 2;
  }

  /** How a flag went, once nobody sends anything but flags any more. */
  complete(flag: Flag): CompletedFlag {
    let atNs = flag.startNs;
    let isMet = false;
    if (flag.level !== "recessive") {
      atNs += FLAG_BITS * this.bitNs;
    } else {
      // A passive flag is complete after six equal bits (ISO 11898-1, 10.4.4.2).
      let last: boolean | undefined;
      for (let run = 0; run < FLAG_BITS; atNs += this.bitNs) {
        const level = this.wasDominant(atNs);
        run = level === last ? run + 1 : 1;
        last = level;
        isMet ||= level;
      }
    }
    const isFollowed = this.isDominant(atNs, atNs + this.bitNs);
    const recessiveNs = isFollowed ? (this.dominantEndNs ?? atNs) : atNs;
    const readyNs = recessiveNs + DELIMITER_BITS * this.bitNs;
    return { endNs: atNs, isFollowed, isMet, readyNs };
  }

  private wasDominant(startNs: number): boolean {
    const sampleNs = startNs + SAMPLE_POINT * this.bitNs;
    if (this.isDominant(startNs, startNs + this.bitNs)) return true;
    return this.others.some(([fromNs, toNs]) => fromNs <= sampleNs && sampleNs < toNs);
  }
}
