/** What a fault strikes, in words for histories and reports. */

import { NS_PER_MS } from "../time/time.ts";
import type { FaultDetail } from "./fault.ts";

export function describeTarget(fault: FaultDetail): string {
  switch (fault.kind) {
    case "partition":
      return fault.groups.map((group) => group.join(" ")).join(" | ");
    case "loss":
      return `${fault.nodes.join(" ")} at ${fault.probability * 100} %`;
    case "delay":
      return `${fault.nodes.join(" ")} by ${rangeText(fault.minNs, fault.maxNs)}`;
    default:
      return fault.nodes.join(" ");
  }
}

function rangeText(minNs: number, maxNs: number): string {
  return `${minNs / NS_PER_MS} to ${maxNs / NS_PER_MS} ms`;
}
