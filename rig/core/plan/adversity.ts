/**
 * What the faults of a plan do at their worst: which nodes are as good as Byzantine, how many are
 * silent at once, and how many of the largest group that is left can still talk to each other.
 * Faults are taken to be in force together unless their positions, in one unit, say otherwise.
 */

import { faultBound, quorum } from "../consensus/quorum.ts";
import { harmedBy, isBusFault } from "../fault/bus-faults.ts";
import { FAULT_TRAITS, type Fault, type Position } from "../fault/fault.ts";
import { shareLeft } from "../fault/traffic-faults.ts";
import type { Adversity } from "./expectation.ts";
import type { RunPlan } from "./plan.ts";

type Nodes = ReadonlySet<number>;

export function adversityOf(nodes: number, faults: readonly Fault[]): Adversity {
  const byzantine = byzantineAmong(nodes, faults);
  const severe = faults.filter(
    (fault) => "groups" in fault || silencedBy([fault], nodes).size > 0 || shareLeft([fault]) < 1,
  );
  let silent = 0;
  let largestGroup = nodes - byzantine.size;
  // The worst is reached where some fault comes into force.
  for (const { start } of severe) {
    const together = severe.filter((fault) => mayBeInForce(fault, start));
    const lost = silencedBy(together, nodes, byzantine);
    silent = Math.max(silent, lost.size - byzantine.size);
    largestGroup = Math.min(largestGroup, largestConnected(nodes, together, lost));
  }
  return { nodes, byzantine: byzantine.size, silent, largestGroup };
}

/** What the nodes of the plan have to face: nobody without a key speaks in another's name. */
export function facedFaults({ auth, faults }: Pick<RunPlan, "auth" | "faults">): readonly Fault[] {
  return auth === "mac" ? faults.filter(({ kind }) => kind !== "masquerade") : faults;
}

/** The Byzantine nodes, if the protocol has to bear so many: they are bound by no promise. */
export function byzantineWithin(nodes: number, faults: readonly Fault[]): readonly number[] {
  const byzantine = byzantineAmong(nodes, faults);
  return byzantine.size <= faultBound(nodes) ? [...byzantine] : [];
}

/** Nodes that lie, which one that only keeps silent does not. */
export function liarsAmong(faults: readonly Fault[]): Nodes {
  const lying = faults.filter(
    (fault) => fault.kind === "byzantine" && fault.behaviour !== "silent",
  );
  return new Set(lying.flatMap(nodesOf));
}

/** Nodes that lie or may break promises, or for which others speak: nothing tells those apart. */
export function byzantineAmong(nodes: number, faults: readonly Fault[]): Nodes {
  const broken = faults.flatMap((fault) => (mayBreakPromises(fault) ? nodesOf(fault) : []));
  return new Set([...liarsAmong(faults), ...broken].filter((node) => node < nodes));
}

function mayBreakPromises(fault: Fault): boolean {
  const { toll } = FAULT_TRAITS[fault.kind];
  if (toll === "forgets" || toll === "impersonates") return true;
  return "beyondLimit" in fault && fault.beyondLimit === true;
}

function nodesOf(fault: Fault): readonly number[] {
  return "nodes" in fault ? fault.nodes : [];
}

/** Nodes that say or hear nothing, with those that are lost anyway. */
function silencedBy(faults: readonly Fault[], nodes: number, lost: Nodes = new Set()): Nodes {
  const silenced = new Set(lost);
  if (isBlocked(faults)) for (let node = 0; node < nodes; node++) silenced.add(node);
  for (const fault of faults) {
    for (const node of silencedByOne(fault)) if (node < nodes) silenced.add(node);
  }
  // Others strike a few nodes at a time: at the worst those that were left.
  for (const fault of faults) {
    const left = nodesOf(fault).filter((node) => node < nodes && !silenced.has(node));
    for (const node of left.slice(0, silencedAtOnce(fault, nodes))) silenced.add(node);
  }
  return silenced;
}

/** Nothing is left of the bus. */
function isBlocked(faults: readonly Fault[]): boolean {
  return shareLeft(faults) === 0 || faults.some(({ kind }) => FAULT_TRAITS[kind].toll === "blocks");
}

/** A loss of everything leaves a node as good as silent; so may a store that holds it up. */
function silencedByOne(fault: Fault): readonly number[] {
  if (fault.kind === "loss") return fault.probability === 1 ? fault.nodes : [];
  if (fault.kind === "byzantine") return fault.behaviour === "silent" ? fault.nodes : [];
  switch (FAULT_TRAITS[fault.kind].toll) {
    case "silences":
      return nodesOf(fault);
    case "harms":
      return isBusFault(fault) ? harmedBy(fault) : [];
    default:
      return [];
  }
}

/** Damaged records silence a node in single slots, but never more than n - q nodes in one. */
function silencedAtOnce({ kind }: Fault, nodes: number): number {
  const { toll } = FAULT_TRAITS[kind];
  if (toll === "damages") return nodes - quorum(nodes);
  return toll === "rolls" ? 1 : 0;
}

function largestConnected(nodes: number, faults: readonly Fault[], lost: Nodes): number {
  const alive = Array.from({ length: nodes }, (_, node) => node).filter((n) => !lost.has(n));
  const partitions = faults.flatMap((fault) => ("groups" in fault ? [fault.groups] : []));
  // Each choice of one side in every partition leaves one group; nodes in no group are on all.
  let groups = [alive];
  for (const partition of partitions) {
    const listed = new Set(partition.flat());
    const split = groups.flatMap((group) =>
      partition.map((side) => group.filter((node) => side.includes(node) || !listed.has(node))),
    );
    groups = [...new Map(split.map((group) => [group.join(), group])).values()];
  }
  return groups.reduce((most, group) => Math.max(most, group.length), 0);
}

/**
 * Whether the fault may be in force there, as far as positions tell. One that ends right there
 * counts: what it struck needs a moment to recover.
 */
function mayBeInForce({ start, end }: Fault, at: Position): boolean {
  return !isBefore(at, start) && !(end !== undefined && isBefore(end, at));
}

function isBefore(a: Position, b: Position): boolean {
  if ("atNs" in a) return "atNs" in b && a.atNs < b.atNs;
  return "atOperation" in b && a.atOperation < b.atOperation;
}
