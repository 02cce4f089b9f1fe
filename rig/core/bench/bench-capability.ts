/** What a bench can do of a plan: by its boards, their supplies, its injectors and its bus. */

import { BUS_FAULT_KINDS } from "../fault/bus-faults.ts";
import { FAULT_TRAITS, type Fault, type FaultKind } from "../fault/fault.ts";
import { LOGICAL_FAULT_KINDS } from "../fault/logical-faults.ts";
import { POWER_FAULT_KINDS } from "../fault/power-faults.ts";
import { TRAFFIC_FAULT_KINDS } from "../fault/traffic-faults.ts";
import type { RunPlan } from "../plan/plan.ts";
import { RigError } from "../verdict/rig-error.ts";
import { type Bench, type BenchInjector, BY_AGENTS, isOnHub, nodeNumber } from "./bench.ts";

const BY_SUPPLY: readonly FaultKind[] = ["power-cut", ...POWER_FAULT_KINDS];
/** Of emulated boards whose bus is the rig's hub. */
const BY_HUB: readonly FaultKind[] = [
  ...LOGICAL_FAULT_KINDS,
  ...TRAFFIC_FAULT_KINDS,
  ...BUS_FAULT_KINDS,
];

/**
 * The injector that brings the fault about: one for its kind and its nodes. One that names no nodes
 * strikes whom it strikes. Undefined where the bench has none.
 */
export function injectorFor(bench: Bench, fault: Fault): BenchInjector | undefined {
  const struck = "nodes" in fault ? [...fault.nodes].sort((a, b) => a - b) : null;
  return bench.injectors.find(({ fault: kind, nodes }) => {
    if (kind !== fault.kind) return false;
    if (nodes === undefined || struck === null) return true;
    const numbers = nodes.map((name) => nodeNumber(bench, name)).sort((a, b) => a - b);
    return numbers.join() === struck.join();
  });
}

/** Null where the bench can carry the plan out; else an error of the family `capability`. */
export function benchLacks(bench: Bench, plan: Omit<RunPlan, "seed">): RigError | null {
  const { nodes, faults } = plan;
  if (nodes > bench.nodes.length) {
    const text = `the run has ${nodes} nodes, bench ${bench.name} has ${bench.nodes.length}`;
    return new RigError("capability.level", `${text}: expected no more than that`);
  }
  const mute = bench.nodes
    .slice(0, nodes)
    .find(({ console }) => console === undefined || !console.hasControlLine);
  if (mute !== undefined) {
    const text = `${mute.name} has no control line: a run needs one`;
    return new RigError("capability.clients", text);
  }
  const [first] = bench.buses;
  const apart = bench.nodes.slice(0, nodes).find(({ bus }) => bus !== first?.name);
  if (apart !== undefined) {
    const text = `node ${apart.name} is on bus ${apart.bus}, not on ${first?.name} as the others`;
    return new RigError("capability.level", `bench ${bench.name}: ${text}`);
  }
  const isByBus = (kind: FaultKind) => isOnHub(bench) && BY_HUB.includes(kind);
  const impossible = faults.find((fault) => {
    const { kind } = fault;
    return !BY_SUPPLY.includes(kind) && !isByBus(kind) && injectorFor(bench, fault) === undefined;
  });
  return impossible === undefined ? null : withoutInjector(bench, impossible);
}

/** What a bench says to a fault that no part of it brings about. */
export function withoutInjector(bench: Bench, { id, kind }: Fault): RigError {
  const others = bench.injectors.filter(({ fault }) => fault === kind);
  const found =
    others.length === 0
      ? "no injector is for it"
      : `of its injectors ${others.map(({ name }) => name).join(", ")} none is for these nodes`;
  const text = `bench ${bench.name} can't bring fault "${id}" about: ${found}`;
  const needs = `${text}, and ${kind} needs ${FAULT_TRAITS[kind].needs}`;
  const byAgents: readonly FaultKind[] = BY_AGENTS;
  if (!byAgents.includes(kind)) return new RigError("capability.fault", needs);
  const example = `injectors: { cut: { fault: ${kind}, by: agents } }`;
  const hint = `Boards with our agent can do it, by a line in the bench file: ${example}`;
  return new RigError("capability.fault", needs, { hint });
}
