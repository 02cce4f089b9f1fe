/**
 * Twins: a second board with the identity of a node, on a station of its own. It runs the same
 * core from a copy of the node's storage, with the same boot counter, and never knows of the
 * other. What it notes of its deeds is no record of the node's.
 */

import { HOST_STATION } from "../core/can/bus.ts";
import type { CanFrame } from "../core/can/frame.ts";
import type { SegmentedBus } from "../core/can/segmented-bus.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "../core/consensus/node-core.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { FaultFamily } from "../core/fault/fault-family.ts";
import { TWIN_FAULT_KINDS } from "../core/fault/twin-faults.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { NODE_FILTERS } from "../core/wire/identifier.ts";

interface TwinWorld {
  readonly plan: Pick<RunPlan, "nodes" | "storage">;
  readonly bus: Pick<SegmentedBus, "attach" | "detach" | "send" | "setAcceptance">;
  makeNode(node: number): NodeCore;
  /** The boot event of the node's last start, with what its storage holds now. */
  bootOf(node: number): NodeEvent;
  after(delayNs: number, act: () => void): void;
  nowNs(): number;
}

interface Twin {
  readonly fault: Fault;
  readonly core: NodeCore;
  readonly settings: Map<number, number>;
  storeFreeNs: number;
}

export class TwinFaults implements FaultFamily {
  readonly kinds = TWIN_FAULT_KINDS;
  readonly #world: TwinWorld;
  readonly #count: (fault: Fault) => void;
  /** By station. */
  readonly #twins = new Map<number, Twin>();

  constructor(world: TwinWorld, count: (fault: Fault) => void) {
    this.#world = world;
    this.#count = count;
  }

  inject(fault: Fault): void {
    if (fault.kind !== "twin-node") return;
    const { bus, makeNode, bootOf, nowNs } = this.#world;
    for (const node of fault.nodes) {
      const station = this.#freeStation();
      if (station === null) return;
      const core = makeNode(node);
      this.#twins.set(station, { fault, core, settings: new Map(), storeFreeNs: 0 });
      bus.setAcceptance(station, NODE_FILTERS);
      bus.attach(station, nowNs());
      this.#step(station, bootOf(node));
    }
  }

  heal(fault: Fault): void {
    for (const [station, twin] of this.#twins) {
      if (twin.fault !== fault) continue;
      this.#twins.delete(station);
      this.#world.bus.detach(station, this.#world.nowNs());
    }
  }

  /** A frame came to a station that no node has. */
  delivered(station: number, frame: CanFrame): void {
    this.#step(station, { kind: "frame", frame });
  }

  transmitted(station: number, token: number): void {
    const twin = this.#twins.get(station);
    if (twin !== undefined) this.#count(twin.fault);
    this.#step(station, { kind: "transmitted", token });
  }

  /** Below the rig's channel, and above the nodes. */
  #freeStation(): number | null {
    for (let station = HOST_STATION - 1; station >= this.#world.plan.nodes; station--) {
      if (!this.#twins.has(station)) return station;
    }
    return null;
  }

  #step(station: number, event: NodeEvent): void {
    const twin = this.#twins.get(station);
    if (twin === undefined) return;
    for (const effect of [...twin.core.step(event, this.#world.nowNs())]) {
      this.#perform(station, twin, effect);
    }
  }

  #perform(station: number, twin: Twin, effect: NodeEffect): void {
    const { bus, nowNs, plan } = this.#world;
    switch (effect.kind) {
      case "send":
        bus.send(station, effect.frame, effect.token, nowNs());
        break;
      case "set-timer":
        this.#setTimer(station, twin, effect);
        break;
      case "clear-timer":
        twin.settings.set(effect.timer, (twin.settings.get(effect.timer) ?? 0) + 1);
        break;
      case "persist": {
        const { token } = effect;
        twin.storeFreeNs = Math.max(twin.storeFreeNs, nowNs()) + plan.storage.writeNs;
        this.#later(station, twin, twin.storeFreeNs - nowNs(), () => {
          this.#step(station, { kind: "stored", token, result: "ok" });
        });
        break;
      }
      default:
    }
  }

  #setTimer(
    station: number,
    twin: Twin,
    { timer, delayNs }: Extract<NodeEffect, { kind: "set-timer" }>,
  ): void {
    const setting = (twin.settings.get(timer) ?? 0) + 1;
    twin.settings.set(timer, setting);
    this.#later(station, twin, Math.round(delayNs), () => {
      if (twin.settings.get(timer) === setting) this.#step(station, { kind: "timer", timer });
    });
  }

  #later(station: number, twin: Twin, delayNs: number, act: () => void): void {
    this.#world.after(delayNs, () => {
      if (this.#twins.get(station) === twin) act();
    });
  }
}
