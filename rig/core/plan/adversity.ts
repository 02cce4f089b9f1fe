/**
 * What the faults of a plan do at their worst: how many nodes are silent at once, and how many of
 * the largest group that is left can still talk to each other. Faults are taken to be in force
 * together unless their positions, in one unit, say otherwise.
 */

import { quorum } from "../consensus/quorum.ts";
import { FAULT_TRAITS, type Fault, type Position } from "../fault/fault.ts";
import type { Adversity } from "./expectation.ts";

export function adversityOf(nodes: number, faults: readonly Fault[]): Adversity {
  const severe = faults.filter(
    (fault) => fault.kind === "partition" || silencedByOne(fault, nodes).length > 0,
  );
  let silent = 0;
  let largestGroup = nodes;
  // The worst is reached where some fault comes into force.
  for (const { start } of severe) {
    const together = severe.filter((fault) => mayBeInForce(fault, start));
    const silenced = silencedBy(together, nodes);
    silent = Math.max(silent, silenced.size);
    largestGroup = Math.min(largestGroup, largestConnected(nodes, together, silenced));
  }
  return { nodes, byzantine: forgetfulAmong(faults, nodes), silent, largestGroup };
}

/** Nodes that may forget what they promised: nothing tells them from Byzantine ones. */
function forgetfulAmong(faults: readonly Fault[], nodes: number): number {
  const forgetful = faults.flatMap((fault) =>
    mayForget(fault) ? nodesOf(fault).filter((node) => node < nodes) : [],
  );
  return new Set(forgetful).size;
}

function mayForget(fault: Fault): boolean {
  if (FAULT_TRAITS[fault.kind].toll === "forgets") return true;
  return "beyondLimit" in fault && fault.beyondLimit === true;
}

function nodesOf(fault: Fault): readonly number[] {
  return fault.kind === "partition" ? [] : fault.nodes;
}

/** Nodes that say or hear nothing. */
function silencedBy(faults: readonly Fault[], nodes: number): ReadonlySet<number> {
  const silenced = faults.flatMap((fault) => silencedByOne(fault, nodes));
  return new Set(silenced.filter((node) => node < nodes));
}

/**
 * A loss of everything leaves a node as good as silent; so may a store that holds it up or
 * refuses. Damaged records silence a node in single slots, but never more than n - q nodes in one:
 * so many stand for all.
 */
function silencedByOne(fault: Fault, nodes: number): readonly number[] {
  switch (FAULT_TRAITS[fault.kind].toll) {
    case "silences":
      return nodesOf(fault);
    case "damages":
      return nodesOf(fault).slice(0, nodes - quorum(nodes));
    default:
      return fault.kind === "loss" && fault.probability === 1 ? fault.nodes : [];
  }
}

function largestConnected(
  nodes: number,
  faults: readonly Fault[],
  silenced: ReadonlySet<number>,
): number {
  const alive = Array.from({ length: nodes }, (_, node) => node).filter((n) => !silenced.has(n));
  const partitions = faults.flatMap((fault) => (fault.kind === "partition" ? [fault.groups] : []));
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
