/** A fault of a scenario file, with its units taken off. */

import { isBusFault } from "../../core/fault/bus-faults.ts";
import type { ScenarioFault, ScenarioPosition } from "../../core/plan/scenario.ts";
import { percentOf } from "../../core/plan/units.ts";
import type { FaultOfFile } from "./fault-schema.ts";
import { busDetail } from "./faults/bus.ts";
import { clockDetail } from "./faults/clock.ts";
import { controllerDetail } from "./faults/controller.ts";
import { powerDetail } from "./faults/power.ts";
import { trafficDetail } from "./faults/traffic.ts";
import { nsOf, percentOfField } from "./fields.ts";

export function scenarioFault(fault: FaultOfFile): ScenarioFault {
  return { ...detailOf(fault), ...placeOf(fault) } as ScenarioFault;
}

function placeOf({ id, start, end }: FaultOfFile) {
  return {
    ...(id === undefined ? {} : { id }),
    start: start === undefined ? { atNs: 0 } : positionOf(start),
    ...(end === undefined ? {} : { end: positionOf(end) }),
  };
}

/** Without its place. The cast in the caller only joins the two parts of the union again. */
type Detail = ScenarioFault extends infer Each
  ? Each extends ScenarioFault
    ? Omit<Each, "id" | "start" | "end">
    : never
  : never;

function detailOf(fault: FaultOfFile): Detail {
  if (isBusFault(fault)) return busDetail(fault);
  switch (fault.kind) {
    case "partition":
      return { kind: fault.kind, groups: fault.groups };
    case "loss":
    case "store-error": {
      const { kind, nodes } = fault;
      return { kind, nodes, probability: percentOfField(fault.probability) / 100 };
    }
    case "delay": {
      const { kind, nodes, min, max } = fault;
      return { kind, nodes, minNs: nsOf(min), maxNs: nsOf(max) };
    }
    case "torn-write":
      return { kind: fault.kind, nodes: fault.nodes, ...limitOf(fault) };
    case "flash-bitrot":
    case "misdirect": {
      const { kind, nodes } = fault;
      const probability = percentOfField(fault.probability) / 100;
      return { kind, nodes, probability, ...limitOf(fault) };
    }
    case "amnesia":
      return { kind: fault.kind, nodes: fault.nodes, records: fault.records };
    case "gray-slow": {
      const { kind, nodes, factor, stall } = fault;
      return { kind, nodes, factor, stallNs: stall === undefined ? 0 : nsOf(stall) };
    }
    case "power-cycle":
    case "power-cycle-rolling":
    case "brown-out-all":
      return powerDetail(fault);
    case "clock-drift":
    case "clock-step":
      return clockDetail(fault);
    case "rx-overrun":
    case "mailbox-reorder":
    case "stale-mailbox":
      return controllerDetail(fault);
    case "babbling-idiot":
    case "id0-flood":
    case "arbitration-starvation":
    case "masquerade":
    case "twin-node":
    case "replay":
      return trafficDetail(fault);
    case "byzantine":
      return { kind: fault.kind, nodes: fault.nodes, behaviour: fault.behaviour };
    default:
      return { kind: fault.kind, nodes: fault.nodes };
  }
}

function limitOf(fault: { readonly "beyond-limit"?: boolean | undefined }) {
  const beyondLimit = fault["beyond-limit"];
  return beyondLimit === undefined ? {} : { beyondLimit };
}

function positionOf(position: string | number): ScenarioPosition {
  if (typeof position === "number") return { atOperation: position };
  const atPercent = percentOf(position);
  return atPercent === null ? { atNs: nsOf(position) } : { atPercent };
}
