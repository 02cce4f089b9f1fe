/** What a fault strikes, in words for histories and reports. */

import { NS_PER_MS } from "../time/time.ts";
import { isBusFault } from "./bus-faults.ts";
import { describeBusTarget } from "./bus-target.ts";
import type { FaultDetail } from "./fault.ts";

export function describeTarget(fault: FaultDetail): string {
  if (isBusFault(fault)) return describeBusTarget(fault);
  switch (fault.kind) {
    case "partition":
      return fault.groups.map((group) => group.join(" ")).join(" | ");
    case "loss":
    case "misdirect":
    case "store-error":
      return `${fault.nodes.join(" ")} at ${percentText(fault.probability)}`;
    case "flash-bitrot":
      return `${fault.nodes.join(" ")}, each record at ${percentText(fault.probability)}`;
    case "byzantine":
      return `${fault.nodes.join(" ")}, ${fault.behaviour}`;
    case "amnesia": {
      const what = fault.records === "all" ? "all" : `last ${fault.records}`;
      return `${fault.nodes.join(" ")}, ${what} records`;
    }
    case "gray-slow": {
      return `${fault.nodes.join(" ")} by ${fault.factor} times and ${msText(fault.stallNs)}`;
    }
    case "power-cycle": {
      const again = fault.everyNs === undefined ? "" : ` every ${msText(fault.everyNs)}`;
      return `${fault.nodes.join(" ")} for ${msText(fault.offNs)}${again}`;
    }
    case "power-cycle-rolling": {
      const times = `each for ${msText(fault.offNs)} and ${msText(fault.gapNs)} between`;
      return `${fault.nodes.join(" ")} in turn, ${times}`;
    }
    case "brown-out-all": {
      const times = `for ${msText(fault.offNs)}, back ${msText(fault.staggerNs)} apart`;
      return `${fault.nodes.join(" ")} ${times}`;
    }
    case "rx-overrun": {
      const { nodes, depth, busyNs } = fault;
      return `${nodes.join(" ")}, ${depth} frames deep, ${msText(busyNs)} for each`;
    }
    case "mailbox-reorder":
      return `${fault.nodes.join(" ")} with ${fault.mailboxes} mailboxes`;
    case "id0-flood":
      return `identifier 0 at ${percentText(fault.load)}`;
    case "arbitration-starvation":
      return `identifier 0x${fault.identifier.toString(16)} at ${percentText(fault.load)}`;
    case "background":
      return `a trace of ${fault.frames.length} frames at ${percentText(fault.load)}`;
    case "replay": {
      const what = `${msText(fault.lagNs)} later, each at ${percentText(fault.probability)}`;
      return `${fault.nodes.join(" ")} ${what}`;
    }
    case "clock-drift":
      return `${fault.nodes.join(" ")} by ${fault.ppm} ppm`;
    case "clock-step":
      return `${fault.nodes.join(" ")} by ${msText(fault.stepNs)}`;
    case "delay":
      return `${fault.nodes.join(" ")} by ${rangeText(fault.minNs, fault.maxNs)}`;
    default:
      return fault.nodes.join(" ");
  }
}

function rangeText(minNs: number, maxNs: number): string {
  return `${minNs / NS_PER_MS} to ${maxNs / NS_PER_MS} ms`;
}

function msText(timeNs: number): string {
  return `${timeNs / NS_PER_MS} ms`;
}

function percentText(share: number): string {
  return `${Math.round(share * 1e6) / 1e4} %`;
}
