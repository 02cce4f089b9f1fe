/**
 * Faults by traffic on a real bus: a second interface of this machine is a station too many, which
 * floods, babbles, forges or replays as the stranger of the rig's own hub does. Its neutral
 * position is silence; it ends with the process. Counts frames that the kernel says were sent.
 *
 * Does not model: a node's own controller that babbles; the stranger sends what the node said last.
 * A stranger that collides with its victims may go bus-off: the interface's restart-ms helps it.
 */

import type { BenchInjector } from "../../core/bench/bench.ts";
import type { BitRates } from "../../core/can/bit-count.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import { TrafficFaults } from "../../core/fault/bus/traffic-bus-faults.ts";
import type { Fault } from "../../core/fault/fault.ts";
import { STARVING_ID } from "../../core/fault/traffic-faults.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { sourceOfId } from "../../core/wire/identifier.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Injector } from "../../ports/injector.ts";
import { readInterface } from "./interface-info.ts";
import { PacedChannel } from "./paced-channel.ts";

type StrangerSettings = Extract<BenchInjector, { readonly by: "stranger" }>;

/** What it has to know of the bench. */
export interface StrangerPlace {
  readonly rates: BitRates;
  /** Nodes of the bench. */
  readonly nodes: number;
  /** Numbers of the nodes that it is for. */
  readonly struck: readonly number[];
  readonly clock: Clock;
}

/** Of a fault by hand, which no plan describes. */
const LOAD = 0.9;
const LAG_NS = 100 * NS_PER_MS;

export class StrangerInjector implements Injector {
  readonly name: string;
  readonly fault: StrangerSettings["fault"];
  readonly #place: StrangerPlace;
  readonly #traffic: TrafficFaults;
  readonly #channel: PacedChannel;
  readonly #inForce = new Map<string, Fault>();
  #effects = 0;

  private constructor(settings: StrangerSettings, place: StrangerPlace) {
    const { rates, nodes, clock } = place;
    this.name = settings.name;
    this.fault = settings.fault;
    this.#place = place;
    const nowNs = () => clock.nowNs();
    const channel = new PacedChannel(settings.interface, { rates, clock });
    const nothing = () => 0;
    this.#traffic = new TrafficFaults(
      {
        seed: 0,
        nodes,
        rates,
        bus: {
          send: (station, frame, token) => channel.send(station, frame, token),
          clear: () => channel.clear(),
          attach: nothing,
          detach: nothing,
          setAcceptance: nothing,
          setOneShot: nothing,
        },
        nowNs,
        after: (delayNs, act) => void setTimeout(act, delayNs / NS_PER_MS),
      },
      () => this.#effects++,
    );
    channel.onSent = (station, token) => void this.#traffic.transmitted(station, token);
    channel.onHeard = (frame: CanFrame) => {
      if (!frame.extended) this.#traffic.observed(sourceOfId(frame.id), frame);
    };
    this.#channel = channel;
  }

  /** Silent. Throws `bench.trouble` for an interface that is not there or can't be opened. */
  static open(settings: StrangerSettings, place: StrangerPlace): StrangerInjector {
    const { isUp } = readInterface(settings.interface);
    if (isUp) return new StrangerInjector(settings, place);
    const text = `${settings.name}: interface ${settings.interface} is down, expected it up`;
    throw new RigError("bench.trouble", text);
  }

  async inject(signal: AbortSignal, fault: Fault = this.#byHand()): Promise<void> {
    signal.throwIfAborted();
    if (this.#inForce.has(fault.id)) return;
    this.#inForce.set(fault.id, fault);
    this.#traffic.inject(fault);
  }

  async heal(): Promise<number> {
    for (const fault of this.#inForce.values()) this.#traffic.heal(fault);
    this.#inForce.clear();
    this.#channel.clear();
    return this.#effects;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.heal();
    this.#channel.close();
  }

  #byHand(): Fault {
    const common = { id: this.name, start: { atNs: 0 } };
    const { fault: kind } = this;
    const { struck: nodes } = this.#place;
    switch (kind) {
      case "id0-flood":
        return { ...common, kind, load: LOAD };
      case "arbitration-starvation":
        return { ...common, kind, load: LOAD, identifier: STARVING_ID };
      case "replay":
        return { ...common, kind, nodes, lagNs: LAG_NS, probability: 1 };
      case "background": {
        const text = `injector ${this.name}: the frames of a background are in a plan`;
        throw new RigError("capability.fault", `${text}: expected it in a run, not by hand`);
      }
      default:
        return { ...common, kind, nodes };
    }
  }
}
