/** What a fault of the bus strikes, in words. */

import { NS_PER_MS } from "../time/time.ts";
import type { BusFaultDetail, FrameChoice } from "./bus-faults.ts";

export function describeBusTarget(fault: BusFaultDetail): string {
  switch (fault.kind) {
    case "stuck-dominant":
    case "stuck-recessive":
      return "the bus";
    case "segment-split":
      return fault.groups.map((group) => group.join(" ")).join(" | ");
    case "bit-error": {
      const bit = fault.bit === undefined ? "" : `, bit ${fault.bit}`;
      return `${fault.nodes.join(" ")}${bit}${choiceText(fault)}`;
    }
    case "error-burst": {
      const rate = `, ${fault.frames} of every ${fault.every} frames`;
      const { senders, messages } = fault;
      return `${fault.nodes.join(" ")}${rate}${ofText(senders)}${messagesText(messages)}`;
    }
    case "emi":
      return `${fault.nodes.join(" ")} at a bit error rate of ${fault.bitErrorRate}`;
    case "termination-missing":
    case "ground-shift":
      return `${fault.nodes.join(" ")} at ${percentText(fault.probability)}`;
    case "bit-timing-mismatch":
      return `${fault.nodes.join(" ")} by ${fault.ppm} ppm, sampling at ${fault.samplePercent} %`;
    case "double-receive":
      return `${fault.nodes.join(" ")}, ${fault.eof} bit${choiceText(fault)}`;
    case "omission": {
      const fate = fault.transmitter === "dies" ? "transmitter dies" : "transmitter in one-shot";
      return `${fault.nodes.join(" ")}, ${fault.eof} bit, ${fate}${choiceText(fault)}`;
    }
    case "freeze":
      return `${fault.nodes.join(" ")}, ${fault.holdNs / NS_PER_MS} ms after each frame`;
    case "janus":
      return `${fault.nodes.join(" ")} towards ${fault.receivers.join(" ")}${choiceText(fault)}`;
    case "crc-residual":
      return `${fault.nodes.join(" ")}${choiceText(fault)}`;
    default:
      return fault.nodes.join(" ");
  }
}

function choiceText({ senders, messages, canId, probability, every }: FrameChoice): string {
  const id = canId === undefined ? "" : ` with ID ${canId.toString(16).toUpperCase()}`;
  const rate = probability === undefined ? "" : `, each frame at ${percentText(probability)}`;
  const turn = every === undefined ? "" : `, one of every ${every} frames`;
  return `${turn}${rate}${ofText(senders)}${id}${messagesText(messages)}`;
}

function ofText(senders: readonly number[] | undefined): string {
  return senders === undefined ? "" : ` from ${senders.join(" ")}`;
}

function messagesText(messages: readonly string[] | undefined): string {
  return messages === undefined ? "" : `, of ${messages.join(" and ")}`;
}

function percentText(share: number): string {
  return `${Math.round(share * 1e6) / 1e4} %`;
}
