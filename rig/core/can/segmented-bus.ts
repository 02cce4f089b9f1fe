/**
 * A bus whose wire can be cut into segments and joined again. Each segment is a bus model of its
 * own: stations acknowledge, arbitrate and recover among those that are still on one wire with
 * them. Whole, it is one bus model and costs next to nothing.
 *
 * Does not model: reflections where the cut leaves a segment without its termination.
 */

import { type AcceptanceFilter, ALL_STATIONS, type StationMask } from "./acceptance.ts";
import { BusModel } from "./bus.ts";
import type { BusListener } from "./bus-listener.ts";
import type { BusCounters, BusOptions, ErrorSource } from "./bus-options.ts";
import type { StuckLevel } from "./bus-state.ts";
import type { DeliveryPolicy } from "./delivery.ts";
import type { ErrorCounters } from "./error-confinement.ts";
import type { CanFrame } from "./frame.ts";

type Setting = (bus: BusModel, nowNs: number) => void;

export class SegmentedBus {
  readonly #options: BusOptions;
  readonly #listener: BusListener;
  readonly #segments: BusModel[];
  /** By station, its segment. */
  readonly #segmentOf = new Uint8Array(16);
  /** What was set, by what it is about, for segments still to come. */
  readonly #settings = new Map<string, Setting>();

  constructor(options: BusOptions, listener: BusListener) {
    this.#options = options;
    this.#listener = listener;
    this.#segments = [new BusModel(options, listener)];
  }

  /** Counters of all segments together; busy is the time of the busiest. */
  get counters(): BusCounters {
    const [first, ...others] = this.#segments.map(({ counters }) => counters);
    const sum = { ...(first as BusCounters) };
    for (const each of others) {
      const busyNs = Math.max(sum.busyNs, each.busyNs);
      for (const key of Object.keys(sum) as (keyof BusCounters)[]) sum[key] += each[key];
      sum.busyNs = busyNs;
    }
    return sum;
  }

  /** Cuts the wire so that only the stations of one mask still hear each other; the rest stay. */
  split(groups: readonly StationMask[], nowNs: number): void {
    const segments = groups.filter((mask) => mask !== 0);
    while (this.#segments.length < segments.length) this.#addSegment(nowNs);
    for (let station = 0; station < this.#segmentOf.length; station++) {
      const target = segments.findIndex((mask) => (mask & (1 << station)) !== 0);
      if (target >= 0) this.#move(station, target, nowNs);
    }
  }

  /** Makes the wire whole again. */
  join(nowNs: number): void {
    this.split([ALL_STATIONS], nowNs);
  }

  /** The stations on one segment with this one, itself included. */
  reach(station: number): StationMask {
    const segment = this.#segmentOf[station];
    return this.#segmentOf.reduce(
      (mask, at, each) => (at === segment ? mask | (1 << each) : mask),
      0,
    );
  }

  send(station: number, frame: CanFrame, token: number, nowNs: number): boolean {
    return this.#of(station).send(station, frame, token, nowNs);
  }

  cancel(station: number, token: number): boolean {
    return this.#of(station).cancel(station, token);
  }

  clear(station: number, nowNs: number): number {
    return this.#of(station).clear(station, nowNs);
  }

  waitingFrames(station: number): number {
    return this.#of(station).waitingFrames(station);
  }

  attach(station: number, nowNs: number): void {
    this.#of(station).attach(station, nowNs);
  }

  detach(station: number, nowNs: number): number {
    return this.#of(station).detach(station, nowNs);
  }

  isAttached(station: number): boolean {
    return this.#of(station).isAttached(station);
  }

  errorState(station: number): ErrorCounters {
    return this.#of(station).errorState(station);
  }

  forceErrorCounters(station: number, tec: number, rec: number, nowNs: number): void {
    this.#of(station).forceErrorCounters(station, tec, rec, nowNs);
  }

  restart(station: number, nowNs: number): void {
    this.#of(station).restart(station, nowNs);
  }

  overload(station: number, untilNs: number, nowNs: number): boolean {
    return this.#of(station).overload(untilNs, nowNs);
  }

  setOneShot(station: number, isOneShot: boolean, nowNs: number): void {
    this.#set(
      `one-shot ${station}`,
      (bus, atNs) => bus.setOneShot(station, isOneShot, atNs),
      nowNs,
    );
  }

  setMailboxes(station: number, count: number | undefined): void {
    this.#set(`mailboxes ${station}`, (bus) => bus.setMailboxes(station, count));
  }

  setListenOnly(station: number, isListenOnly: boolean, nowNs: number): void {
    const setting: Setting = (bus, atNs) => bus.setListenOnly(station, isListenOnly, atNs);
    this.#set(`listen-only ${station}`, setting, nowNs);
  }

  setErrorSource(source: ErrorSource | undefined): void {
    this.#set("error source", (bus) => bus.setErrorSource(source));
  }

  setStuck(level: StuckLevel, nowNs: number): void {
    this.#set("stuck", (bus, atNs) => bus.setStuck(level, atNs), nowNs);
  }

  setAcceptance(station: number, filters: readonly AcceptanceFilter[] | undefined): void {
    this.#set(`acceptance ${station}`, (bus) => bus.setAcceptance(station, filters));
  }

  setVisible(sender: number, receivers: StationMask): void {
    this.#set(`visible ${sender}`, (bus) => bus.setVisible(sender, receivers));
  }

  setDeliveryPolicy(policy: DeliveryPolicy | undefined): void {
    this.#set("delivery", (bus) => bus.setDeliveryPolicy(policy));
  }

  nextNs(): number {
    let nextNs = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#segments.length; index++) {
      nextNs = Math.min(nextNs, (this.#segments[index] as BusModel).nextNs());
    }
    return nextNs;
  }

  advance(nowNs: number): void {
    for (let index = 0; index < this.#segments.length; index++) {
      (this.#segments[index] as BusModel).advance(nowNs);
    }
  }

  #of(station: number): BusModel {
    return this.#segments[this.#segmentOf[station] as number] as BusModel;
  }

  #set(name: string, setting: Setting, nowNs = 0): void {
    this.#settings.set(name, setting);
    for (const bus of this.#segments) setting(bus, nowNs);
  }

  #addSegment(nowNs: number): void {
    const bus = new BusModel({ ...this.#options, stations: [] }, this.#listener);
    for (const setting of this.#settings.values()) setting(bus, nowNs);
    this.#segments.push(bus);
  }

  #move(station: number, target: number, nowNs: number): void {
    const from = this.#of(station);
    const to = this.#segments[target] as BusModel;
    if (from === to) return;
    this.#segmentOf[station] = target;
    to.putIn(station, from.takeOut(station, nowNs), nowNs);
  }
}
