/**
 * The logical faults in force on a bus model: which deliveries a partition withholds, which
 * are lost or late. Each fault draws from a stream of its own.
 */

import { ALL_STATIONS } from "../../can/acceptance.ts";
import { type BusModel, type DeliveryPolicy, LOST } from "../../can/bus.ts";
import { Random } from "../../random/random.ts";
import type { Fault } from "../fault.ts";
import type { FaultFamily } from "../fault-family.ts";
import { isTogether, LOGICAL_FAULT_KINDS } from "../logical-faults.ts";

type FilteringBus = Pick<BusModel, "setVisible" | "setDeliveryPolicy">;
type Partition = Extract<Fault, { kind: "partition" }>;
type Disturbance = Extract<Fault, { kind: "loss" | "delay" }>;

export class LogicalFaults implements FaultFamily {
  readonly kinds = LOGICAL_FAULT_KINDS;
  readonly #seed: number;
  readonly #nodes: number;
  readonly #bus: FilteringBus;
  readonly #count: (fault: Fault) => void;
  readonly #streams = new Map<string, Random>();
  #partitions: Partition[] = [];
  #disturbances: Disturbance[] = [];

  constructor(
    options: { readonly seed: number; readonly nodes: number; readonly bus: FilteringBus },
    count: (fault: Fault) => void,
  ) {
    this.#seed = options.seed;
    this.#nodes = options.nodes;
    this.#bus = options.bus;
    this.#count = count;
  }

  inject(fault: Fault): void {
    if (fault.kind === "partition") this.#partitions.push(fault);
    else if (fault.kind === "loss" || fault.kind === "delay") this.#disturbances.push(fault);
    this.#apply();
  }

  heal(fault: Fault): void {
    this.#partitions = this.#partitions.filter((each) => each !== fault);
    this.#disturbances = this.#disturbances.filter((each) => each !== fault);
    this.#apply();
  }

  /** A partition kept this frame from its receiver. */
  withheld(sender: number, receiver: number): void {
    const cause = this.#partitions.find((partition) => !isTogether(partition, sender, receiver));
    if (cause !== undefined) this.#count(cause);
  }

  #apply(): void {
    for (let sender = 0; sender < this.#nodes; sender++) {
      let mask = ALL_STATIONS;
      for (let receiver = 0; receiver < this.#nodes; receiver++) {
        if (this.#partitions.every((partition) => isTogether(partition, sender, receiver)))
          continue;
        mask &= ~(1 << receiver);
      }
      this.#bus.setVisible(sender, mask);
    }
    this.#bus.setDeliveryPolicy(this.#disturbances.length === 0 ? undefined : this.#policy);
  }

  readonly #policy: DeliveryPolicy = (_sender, receiver) => {
    let delayNs = 0;
    for (const fault of this.#disturbances) {
      if (!fault.nodes.includes(receiver)) continue;
      const random = this.#stream(fault);
      if (fault.kind === "delay") {
        delayNs += random.between(fault.minNs, fault.maxNs);
        this.#count(fault);
      } else if (random.below(1_000_000) < fault.probability * 1_000_000) {
        this.#count(fault);
        return LOST;
      }
    }
    return delayNs;
  };

  #stream(fault: Fault): Random {
    let stream = this.#streams.get(fault.id);
    if (stream === undefined) {
      stream = Random.of(this.#seed, "fault", fault.id);
      this.#streams.set(fault.id, stream);
    }
    return stream;
  }
}
