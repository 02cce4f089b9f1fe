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

/**
 * Names of the gateways that make one bus of the interfaces that the nodes of a run are on: one for
 * each way between the first bus and another, that of a fault before others. Or what is missing.
 */
export function gatewaysOf(
  bench: Bench,
  { nodes, faults }: Pick<RunPlan, "nodes" | "faults">,
): readonly string[] | RigError {
  const gateways = bench.injectors.filter((each) => each.by === "cangw");
  const struck = new Set(faults.map((fault) => injectorFor(bench, fault)?.name));
  const inFaults = gateways.filter(({ name }) => struck.has(name));
  const [first] = bench.buses;
  const chosen = new Set<string>();
  for (const { name, bus } of bench.nodes.slice(0, nodes)) {
    const other = bench.buses.find((each) => each.name === bus);
    if (first === undefined || other === undefined || other === first) continue;
    const pair = [first.interface, other.interface] as const;
    for (const [from, to] of [pair, pair.toReversed()]) {
      const isWay = (each: (typeof gateways)[number]) => each.from === from && each.to === to;
      const [way, second] = [...new Set([...inFaults.filter(isWay), ...gateways.filter(isWay)])];
      if (way === undefined) {
        const text = `node ${name} is on bus ${bus}, not on ${first.name}`;
        const needs = `an injector that is a gateway from ${from} to ${to} would join them`;
        return new RigError("capability.level", `bench ${bench.name}: ${text}: ${needs}`);
      }
      if (second !== undefined && struck.has(second.name)) {
        const text = `${way.name} and ${second.name} are both gateways from ${from} to ${to}`;
        return new RigError("capability.fault", `bench ${bench.name}: ${text}: a run can have one`);
      }
      chosen.add(way.name);
    }
  }
  return [...chosen];
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
  const ways = gatewaysOf(bench, plan);
  if (ways instanceof RigError) return ways;
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
