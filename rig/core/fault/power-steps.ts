/** When faults of the supply switch which nodes off and on: the same at every level. */

import { Random } from "../random/random.ts";
import type { Fault } from "./fault.ts";
import { POWER_FAULT_KINDS, type PowerFaultDetail } from "./power-faults.ts";

export type PowerFault = Extract<Fault, { kind: PowerFaultDetail["kind"] }>;

export interface PowerStep {
  /** Since the fault came into force; never before that of the step before. */
  readonly atNs: number;
  readonly nodes: readonly number[];
  readonly hasPower: boolean;
}

export function isPowerFault(fault: Fault): fault is PowerFault {
  return POWER_FAULT_KINDS.some((kind) => kind === fault.kind);
}

/** Without end for faults that go round and round; the first step is at once. */
export function* powerSteps(fault: PowerFault, seed: number): Generator<PowerStep> {
  const { nodes, offNs } = fault;
  switch (fault.kind) {
    case "power-cycle":
      for (let atNs = 0; ; atNs += fault.everyNs ?? 0) {
        yield { atNs, nodes, hasPower: false };
        yield { atNs: atNs + offNs, nodes, hasPower: true };
        if (fault.everyNs === undefined) return;
      }
    case "power-cycle-rolling":
      for (let turn = 0; ; turn++) {
        const one = [nodes[turn % nodes.length] as number];
        const atNs = turn * (offNs + fault.gapNs);
        yield { atNs, nodes: one, hasPower: false };
        yield { atNs: atNs + offNs, nodes: one, hasPower: true };
      }
    case "brown-out-all": {
      yield { atNs: 0, nodes, hasPower: false };
      const order = Random.of(seed, "power-fault", fault.id).shuffled(nodes);
      for (const [index, node] of order.entries()) {
        yield { atNs: offNs + index * fault.staggerNs, nodes: [node], hasPower: true };
      }
    }
  }
}
