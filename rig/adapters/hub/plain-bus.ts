/**
 * The rig's channel to one interface that all nodes share. It can put no fault on that bus: what is
 * sent there reaches everybody.
 *
 * Does not model: arbitration and bit times, where the interface is a vcan.
 */

import { frameDurationNs } from "../../core/can/bit-count.ts";
import type { ErrorState } from "../../core/can/error-confinement.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { BusStatistics } from "../../core/run/evidence.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import type { Clock } from "../../ports/clock.ts";
import type { HubChannel } from "./open-vcan-world.ts";

export interface PlainBusOptions {
  readonly plan: Pick<RunPlan, "bus" | "nodes">;
  readonly clock: Clock;
  /** A channel that hears what it sends. */
  readonly openChannel: (onFrame: (frame: CanFrame) => void) => HubChannel;
  /** Called for each frame: who counts what a pause holds back. */
  readonly onFrame: () => void;
}

export class PlainBus implements CanBus {
  readonly faultKinds = [] as const;
  readonly #options: PlainBusOptions;
  readonly #channel: HubChannel;
  readonly #listeners = new Set<(frame: CanFrame, timeNs: number) => void>();
  #frames = 0;
  #errorFrames = 0;
  #busyNs = 0;
  #refused = 0;
  #isClosed = false;

  constructor(options: PlainBusOptions) {
    this.#options = options;
    this.#channel = options.openChannel((frame) => this.#onFrame(frame));
  }

  send(frame: CanFrame): boolean {
    const isSent = !this.#isClosed && this.#channel.send(frame);
    if (!isSent) this.#refused++;
    return isSent;
  }

  listen(onFrame: (frame: CanFrame, timeNs: number) => void): () => void {
    if (!this.#isClosed) this.#listeners.add(onFrame);
    return () => this.#listeners.delete(onFrame);
  }

  state(): ErrorState {
    return "error-active";
  }

  counters(): BusStatistics {
    return {
      frames: this.#frames,
      busyNs: Math.round(this.#busyNs),
      // Nobody knows who else took a frame.
      delivered: 0,
      withheld: 0,
      dropped: this.#refused + this.#channel.lost,
      errorFrames: this.#errorFrames,
      busOffs: 0,
      duplicates: 0,
    };
  }

  inject(): Promise<void> {
    throw new RigError("rig.internal", "a fault was let through to a bus that can have none");
  }

  heal(): Promise<number> {
    return Promise.resolve(0);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listeners.clear();
    this.#channel.close();
  }

  #onFrame(frame: CanFrame): void {
    const { plan, clock, onFrame } = this.#options;
    if (frame.error) this.#errorFrames++;
    else {
      this.#frames++;
      this.#busyNs += frameDurationNs(frame, plan.bus);
      onFrame();
    }
    const timeNs = clock.nowNs();
    for (const listener of this.#listeners) listener(frame, timeNs);
  }
}
