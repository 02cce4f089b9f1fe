/** What a fault strikes, in words for histories and reports. */

import { NS_PER_MS } from "../time/time.ts";
import type { FaultDetail } from "./fault.ts";

export function describeTarget(fault: FaultDetail): string {
  switch (fault.kind) {
    case "partition":
      return fault.groups.map((group) => group.join(" ")).join(" | ");
    case "loss":
    case "misdirect":
    case "store-error":
      return `${fault.nodes.join(" ")} at ${percentText(fault.probability)}`;
    case "flash-bitrot":
      return `${fault.nodes.join(" ")}, each record at ${percentText(fault.probability)}`;
    case "amnesia": {
      const what = fault.records === "all" ? "all" : `last ${fault.records}`;
      return `${fault.nodes.join(" ")}, ${what} records`;
    }
    case "gray-slow": {
      const stallMs = fault.stallNs / NS_PER_MS;
      return `${fault.nodes.join(" ")} by ${fault.factor} times and ${stallMs} ms`;
    }
    case "delay":
      return `${fault.nodes.join(" ")} by ${rangeText(fault.minNs, fault.maxNs)}`;
    default:
      return fault.nodes.join(" ");
  }
}

function rangeText(minNs: number, maxNs: number): string {
  return `${minNs / NS_PER_MS} to ${maxNs / NS_PER_MS} ms`;
}

function percentText(share: number): string {
  return `${Math.round(share * 1e6) / 1e4} %`;
}
