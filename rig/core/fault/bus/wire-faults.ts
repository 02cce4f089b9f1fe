/**
 * Faults of the wire as a whole: stuck at one level, held by overload frames, cut. Cuts in force
 * together leave the pieces that all of them leave.
 */

import { STATION_LIMIT } from "../../can/acceptance.ts";
import type { PLAIN_BUS_FAULT_KINDS } from "../bus-faults.ts";
import type { Fault } from "../fault.ts";
import type { BusFaultHost } from "./faulty-bus.ts";

type Stuck = Extract<Fault, { kind: "stuck-dominant" | "stuck-recessive" }>;
type Freeze = Extract<Fault, { kind: "freeze" }>;
type Cut =
  | Extract<Fault, { kind: "segment-split" }>
  | Extract<Fault, { kind: (typeof PLAIN_BUS_FAULT_KINDS)[number] }>;

export class WireFaults {
  readonly #host: BusFaultHost;
  /** The last one counts. */
  #stuck: readonly Stuck[] = [];
  #freezes: readonly Freeze[] = [];
  #cuts: readonly Cut[] = [];

  constructor(host: BusFaultHost) {
    this.#host = host;
  }

  inject(fault: Fault): void {
    if (isStuck(fault)) this.#setStuck([...this.#stuck, fault]);
    else if (fault.kind === "freeze") this.#freezes = [...this.#freezes, fault];
    else if (isCut(fault)) this.#setCuts([...this.#cuts, fault]);
  }

  heal(fault: Fault): void {
    if (isStuck(fault)) this.#setStuck(this.#stuck.filter((each) => each !== fault));
    else if (isCut(fault)) this.#setCuts(this.#cuts.filter((each) => each !== fault));
    else this.#freezes = this.#freezes.filter((each) => each !== fault);
  }

  errorFrame(): void {
    const stuck = this.#stuck.at(-1);
    if (stuck !== undefined) this.#host.count(stuck);
  }

  observed(sender: number): void {
    const { bus, count, nowNs } = this.#host;
    for (const cut of this.#cuts) count(cut);
    for (const freeze of this.#freezes) {
      if (!freeze.nodes.includes(sender)) continue;
      if (bus.overload(sender, nowNs() + freeze.holdNs, nowNs())) count(freeze);
    }
  }

  #setStuck(stuck: readonly Stuck[]): void {
    this.#stuck = stuck;
    const last = stuck.at(-1);
    const level = last === undefined ? null : last.kind.slice("stuck-".length);
    this.#host.bus.setStuck(level as "dominant" | "recessive" | null, this.#host.nowNs());
  }

  #setCuts(cuts: readonly Cut[]): void {
    this.#cuts = cuts;
    const pieces = new Map<string, number>();
    for (let station = 0; station < STATION_LIMIT; station++) {
      const piece = cuts.map((cut) => sideOf(cut, station)).join();
      pieces.set(piece, (pieces.get(piece) ?? 0) | (1 << station));
    }
    this.#host.bus.split([...pieces.values()], this.#host.nowNs());
  }
}

/** The side of the cut on which a station is; those that no group lists are with the largest. */
function sideOf(cut: Cut, station: number): number {
  if (!("groups" in cut)) return cut.nodes.includes(station) ? station : -1;
  const own = cut.groups.findIndex((group) => group.includes(station));
  if (own >= 0) return own;
  const sizes = cut.groups.map((group) => group.length);
  return sizes.indexOf(Math.max(...sizes));
}

function isStuck(fault: Fault): fault is Stuck {
  return fault.kind === "stuck-dominant" || fault.kind === "stuck-recessive";
}

function isCut(fault: Fault): fault is Cut {
  return ["segment-split", "isolate-one", "stub-open"].includes(fault.kind);
}
