/**
 * Faults by traffic on a bus model: strangers that flood, forge and replay, and nodes whose
 * controllers babble. Whoever drives the bus passes on what it observes and what was transmitted.
 */

import type { BitRates } from "../../can/bit-count.ts";
import type { BusModel } from "../../can/bus.ts";
import type { ErrorState } from "../../can/error-confinement.ts";
import type { CanFrame } from "../../can/frame.ts";
import { LoadSource } from "../../can/load-source.ts";
import { Random } from "../../random/random.ts";
import type { Fault } from "../fault.ts";
import type { FaultFamily } from "../fault-family.ts";
import { TRAFFIC_FAULT_KINDS, type TrafficFaultDetail } from "../traffic-faults.ts";
import { BackgroundSource } from "./background-source.ts";
import { Impostor } from "./impostor.ts";

type TrafficFault = Extract<Fault, { kind: TrafficFaultDetail["kind"] }>;
type OfKind<K extends TrafficFault["kind"]> = Extract<TrafficFault, { kind: K }>;
type Flood = OfKind<"id0-flood" | "arbitration-starvation">;

/** The station of all strangers: neither a node, 0 to 13, nor the rig's channel, 14. */
const STRANGER = 15;

export interface TrafficOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly rates: BitRates;
  readonly bus: Pick<
    BusModel,
    "send" | "attach" | "detach" | "setAcceptance" | "setOneShot" | "clear"
  >;
  readonly nowNs: () => number;
  /** Does something later. */
  readonly after: (delayNs: number, act: () => void) => void;
}

/** What one fault does with what goes over the bus. */
interface Activity {
  readonly fault: TrafficFault;
  /** Of its frames: below 0, as programs count theirs from 1. */
  readonly token: number;
  observed(sender: number, frame: CanFrame): void;
  /** Its frame is sent or given up. */
  next(station: number): void;
}

export class TrafficFaults implements FaultFamily {
  readonly kinds = TRAFFIC_FAULT_KINDS;
  readonly #options: TrafficOptions;
  readonly #count: (fault: Fault) => void;
  #active: Activity[] = [];
  #tokens = 0;

  constructor(options: TrafficOptions, count: (fault: Fault) => void) {
    this.#options = options;
    this.#count = count;
  }

  inject(fault: Fault): void {
    if (!isTrafficFault(fault)) return;
    if (fault.kind !== "babbling-idiot" && !this.#hasStranger()) {
      const { bus, nowNs } = this.#options;
      bus.setAcceptance(STRANGER, []);
      bus.attach(STRANGER, nowNs());
    }
    const activity = this.#begin(fault, --this.#tokens);
    this.#active.push(activity);
    this.#adaptStranger();
    if ("load" in fault) activity.next(STRANGER);
  }

  heal(fault: Fault): void {
    this.#active = this.#active.filter((each) => each.fault !== fault);
    if (this.#hasStranger()) this.#adaptStranger();
    else this.#options.bus.detach(STRANGER, this.#options.nowNs());
  }

  /** A good frame on the bus. */
  observed(sender: number, frame: CanFrame): void {
    for (const activity of this.#active) activity.observed(sender, frame);
  }

  /** True when the frame was one of these faults, and no business of its station's program. */
  transmitted(station: number, token: number): boolean {
    const activity = this.#activityOf(token);
    if (activity !== undefined) {
      this.#count(activity.fault);
      activity.next(station);
    }
    return token < 0;
  }

  /** As `transmitted`, of a frame that was given up. */
  aborted(station: number, token: number): boolean {
    this.#activityOf(token)?.next(station);
    return token < 0;
  }

  /** A stranger that collides with its victims sets its controller up anew before it is passive. */
  busState(station: number, state: ErrorState): void {
    if (station !== STRANGER || state !== "error-passive" || !this.#isForging()) return;
    this.#options.bus.clear(STRANGER, this.#options.nowNs());
    for (const activity of this.#active) {
      if ("load" in activity.fault) activity.next(STRANGER);
    }
  }

  #activityOf(token: number): Activity | undefined {
    return token < 0 ? this.#active.find((activity) => activity.token === token) : undefined;
  }

  #hasStranger(): boolean {
    return this.#active.some(({ fault }) => fault.kind !== "babbling-idiot");
  }

  #isForging(): boolean {
    return this.#active.some(({ fault }) => fault.kind === "masquerade" || fault.kind === "replay");
  }

  /** Repeated together, its frame and that of its victim would collide again and again. */
  #adaptStranger(): void {
    this.#options.bus.setOneShot(STRANGER, this.#isForging(), this.#options.nowNs());
  }

  #begin(fault: TrafficFault, token: number): Activity {
    switch (fault.kind) {
      case "babbling-idiot":
        return this.#babble(fault, token);
      case "masquerade":
        return this.#forge(fault, token);
      case "replay":
        return this.#replay(fault, token);
      case "background":
        return this.#traffic(fault, token);
      default:
        return this.#flood(fault, token);
    }
  }

  #send(station: number, frame: CanFrame, token: number): void {
    this.#options.bus.send(station, frame, token, this.#options.nowNs());
  }

  #after(token: number, delayNs: number, act: () => void): void {
    this.#options.after(delayNs, () => {
      if (this.#activityOf(token) !== undefined) act();
    });
  }

  #flood(fault: Flood, token: number): Activity {
    const { rates, nowNs } = this.#options;
    const id = fault.kind === "id0-flood" ? 0 : fault.identifier;
    const source = new LoadSource({ id, load: fault.load, rates }, nowNs());
    const next = () => {
      const waitNs = source.nextNs(nowNs()) - nowNs();
      if (waitNs === 0) this.#send(STRANGER, source.take(), token);
      else this.#after(token, waitNs, () => this.#send(STRANGER, source.take(), token));
    };
    return { fault, token, observed() {}, next };
  }

  #babble(fault: OfKind<"babbling-idiot">, token: number): Activity {
    const babbling = new Map<number, readonly [CanFrame, CanFrame]>();
    let count = 0;
    const next = (node: number) => {
      const frames = babbling.get(node);
      if (frames !== undefined) this.#send(node, frames[count++ % 2] as CanFrame, token);
    };
    const observed = (sender: number, frame: CanFrame) => {
      if (babbling.has(sender) || !fault.nodes.includes(sender)) return;
      // Two, because the very same one would be taken for a repetition by the controller.
      const copy = () => ({ ...frame, data: frame.data.slice() });
      babbling.set(sender, [copy(), copy()]);
      next(sender);
    };
    return { fault, token, observed, next };
  }

  #forge(fault: OfKind<"masquerade">, token: number): Activity {
    const random = Random.of(this.#options.seed, "masquerade", fault.id);
    const send = (frame: CanFrame) => this.#send(STRANGER, frame, token);
    const impostor = new Impostor(fault.nodes, random, send);
    const observed = (sender: number, frame: CanFrame) => {
      if (sender < this.#options.nodes) impostor.hear(sender, frame);
    };
    return { fault, token, observed, next() {} };
  }

  #replay(fault: OfKind<"replay">, token: number): Activity {
    const random = Random.of(this.#options.seed, "replay", fault.id);
    const observed = (sender: number, frame: CanFrame) => {
      if (!fault.nodes.includes(sender)) return;
      if (random.below(1_000_000) >= fault.probability * 1_000_000) return;
      const copy = { ...frame, data: frame.data.slice() };
      this.#after(token, fault.lagNs, () => this.#send(STRANGER, copy, token));
    };
    return { fault, token, observed, next() {} };
  }

  #traffic(fault: OfKind<"background">, token: number): Activity {
    const { nowNs } = this.#options;
    const source = new BackgroundSource(fault, nowNs());
    let hasBegun = false;
    const goOn = () =>
      this.#after(token, source.nextNs() - nowNs(), () => {
        this.#send(STRANGER, source.take(), token);
        goOn();
      });
    // By its times alone: it neither waits for its frames nor sends one again.
    const next = () => {
      if (!hasBegun) goOn();
      hasBegun = true;
    };
    return { fault, token, observed() {}, next };
  }
}

function isTrafficFault(fault: Fault): fault is TrafficFault {
  return TRAFFIC_FAULT_KINDS.some((kind) => kind === fault.kind);
}
