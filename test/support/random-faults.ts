/** Random fault plans, drawn from a seed: all kinds, overlapping, placed by time or by operation. */

import type { Fault, FaultDetail, Position } from "../../rig/core/fault/fault.ts";
import { FAULT_KINDS } from "../../rig/core/fault/fault.ts";
import { Random } from "../../rig/core/random/random.ts";
import { NS_PER_MS } from "../../rig/core/time/time.ts";

export interface FaultSpace {
  readonly nodes: number;
  readonly operations: number;
  readonly faults: number;
}

export function randomFaults(seed: number, space: FaultSpace): readonly Fault[] {
  const random = Random.of(seed, "random-faults");
  return Array.from({ length: space.faults }, (_, index): Fault => {
    const detail = randomDetail(random, space);
    const id = `${detail.kind}-${index + 1}`;
    const start = randomPosition(random, space, 0);
    const end = randomPosition(random, space, 30);
    return random.chance(1, 3) ? { ...detail, id, start } : { ...detail, id, start, end };
  });
}

function randomPosition(random: Random, { operations }: FaultSpace, later: number): Position {
  if (random.chance(1, 2)) return { atNs: random.between(later, later + 60) * NS_PER_MS };
  return { atOperation: Math.min(operations, random.between(0, operations) + later) };
}

function randomDetail(random: Random, { nodes }: FaultSpace): FaultDetail {
  const kind = FAULT_KINDS[random.below(FAULT_KINDS.length)];
  const some = Array.from({ length: nodes }, (_, node) => node).filter(() => random.chance(1, 3));
  const others = Array.from({ length: nodes }, (_, node) => node).filter((n) => !some.includes(n));
  switch (kind) {
    case "partition":
      return { kind, groups: [some, others].filter((group) => group.length > 0) };
    case "loss":
      return { kind, nodes: some, probability: random.between(5, 60) / 100 };
    case "delay":
      return { kind, nodes: some, minNs: 0, maxNs: random.between(1, 40) * NS_PER_MS };
    case "crash":
    case "power-cut":
      return { kind, nodes: some };
    default:
      return { kind: "pause", nodes: some };
  }
}
