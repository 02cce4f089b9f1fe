/**
 * A world that plays a script: host frames at their times, faults that come into force and go at
 * once with the number of effects that the script has. It stands for the cluster in the simulation
 * driver, and behind ports for the engine.
 */

import { VirtualClock } from "../../rig/adapters/sim/virtual-clock.ts";
import type { CanFrame } from "../../rig/core/can/frame.ts";
import { FAULT_KINDS, type Fault } from "../../rig/core/fault/fault.ts";
import type { RunRecord } from "../../rig/core/run/record.ts";
import type { CanBus } from "../../rig/ports/can-bus.ts";
import type { NodeControl } from "../../rig/ports/node-control.ts";
import type { World } from "../../rig/ports/world.ts";
import type { DrivenCluster } from "../../rig/simulation/simulated-run.ts";
import type { TimedRunEvent } from "./drivers.ts";

const NO_BUS = {
  frames: 0,
  busyNs: 0,
  delivered: 0,
  withheld: 0,
  dropped: 0,
  errorFrames: 0,
  busOffs: 0,
  duplicates: 0,
};

export class ScriptedCluster implements DrivenCluster {
  readonly #frames: readonly { readonly frame: CanFrame; readonly timeNs: number }[];
  readonly #effects = new Map<string, number>();
  #at = 0;
  nowNs = 0;
  onFrame: (frame: CanFrame, timeNs: number) => void = () => undefined;

  constructor(events: readonly TimedRunEvent[]) {
    this.#frames = events.flatMap(({ event, timeNs }) =>
      event.kind === "frame" ? [{ frame: event.frame, timeNs }] : [],
    );
    for (const { event } of events) {
      if (event.kind === "healed") this.#effects.set(event.fault.id, event.effects);
    }
  }

  start(): void {}

  nextNs(): number {
    return this.#frames[this.#at]?.timeNs ?? Number.POSITIVE_INFINITY;
  }

  advance(): void {
    const { frame, timeNs } = this.#frames[this.#at++]!;
    this.nowNs = timeNs;
    this.onFrame(frame, timeNs);
  }

  setTime(timeNs: number): void {
    this.nowNs = timeNs;
  }

  sendFromHost(): boolean {
    return true;
  }

  command(): void {}

  inject(): void {}

  heal(fault: Fault): number {
    return this.#effects.get(fault.id) ?? 0;
  }

  statistics(): Extract<RunRecord, { type: "statistics" }> {
    const time = this.nowNs;
    return { type: "statistics", time, bus: NO_BUS, messages: {}, nodes: [], invariants: [] };
  }
}

/** The script behind ports: its bus injects every kind of fault. */
export function scriptedWorld(cluster: ScriptedCluster): World {
  const bus: CanBus = {
    faultKinds: FAULT_KINDS,
    send: () => cluster.sendFromHost(),
    listen(onFrame) {
      cluster.onFrame = onFrame;
      return () => undefined;
    },
    state: () => "error-active",
    counters: () => NO_BUS,
    inject: async () => cluster.inject(),
    heal: async (fault) => cluster.heal(fault),
    close: async () => undefined,
  };
  const nodes: NodeControl = {
    faultKinds: [],
    boot: async () => undefined,
    kill: async () => false,
    pause: async () => undefined,
    resume: async () => 0,
    listen: () => () => undefined,
  };
  return { clock: new VirtualClock(cluster), bus, nodes };
}
