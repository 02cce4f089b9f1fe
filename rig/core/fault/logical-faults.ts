/** Faults of deliveries that no CAN bus has by itself: the rig withholds or delays them. */

import type { FaultTraits } from "./traits.ts";

export const LOGICAL_FAULT_KINDS = ["partition", "loss", "delay"] as const;

export type LogicalFaultDetail =
  /** Deliveries between nodes of different groups vanish. The host reaches every group. Counts
   *  deliveries withheld. */
  | { readonly kind: "partition"; readonly groups: readonly (readonly number[])[] }
  /** Each delivery to a node is withheld with this probability (CAN itself retransmits). Counts
   *  deliveries withheld. */
  | { readonly kind: "loss"; readonly nodes: readonly number[]; readonly probability: number }
  /** Each delivery to a node arrives later, by a uniform draw. Counts deliveries delayed. */
  | {
      readonly kind: "delay";
      readonly nodes: readonly number[];
      readonly minNs: number;
      readonly maxNs: number;
    };

const A_FILTERING_BUS = "a bus that can keep frames from some nodes";

export const LOGICAL_FAULT_TRAITS = {
  partition: {
    levels: ["sim", "process", "vcan", "bench"],
    toll: "splits",
    effects: "deliveries withheld",
    needs: A_FILTERING_BUS,
  },
  loss: {
    levels: ["sim", "process", "vcan", "bench"],
    toll: "disturbs",
    effects: "deliveries withheld",
    needs: A_FILTERING_BUS,
  },
  delay: {
    levels: ["sim", "process", "vcan", "bench"],
    toll: "disturbs",
    effects: "deliveries delayed",
    needs: "a bus that can hold frames back",
  },
} as const satisfies Record<LogicalFaultDetail["kind"], FaultTraits>;

/** Whether the partition lets two nodes hear each other; one that is in no group hears all. */
export function isTogether(
  { groups }: Extract<LogicalFaultDetail, { readonly kind: "partition" }>,
  a: number,
  b: number,
): boolean {
  const group = groups.find((each) => each.includes(a));
  return group === undefined || group.includes(b) || !groups.some((each) => each.includes(b));
}
