/**
 * What the faults of a plan do at their worst: how many nodes are silent at once, and how many of
 * the largest group that is left can still talk to each other. Faults are taken to be in force
 * together unless their positions, in one unit, say otherwise.
 */

import type { Fault, Position } from "../fault/fault.ts";
import type { Adversity } from "./expectation.ts";

export function adversityOf(nodes: number, faults: readonly Fault[]): Adversity {
  let silent = 0;
  let largestGroup = nodes;
  // The worst is reached where some fault comes into force.
  for (const fault of faults) {
    const together = faults.filter((other) => mayOverlap(fault, other));
    const silenced = silencedBy(together, nodes);
    silent = Math.max(silent, silenced.size);
    largestGroup = Math.min(largestGroup, largestConnected(nodes, together, silenced));
  }
  return { nodes, byzantine: 0, silent, largestGroup };
}

/** Nodes that say or hear nothing. A loss of everything leaves a node as good as silent. */
function silencedBy(faults: readonly Fault[], nodes: number): ReadonlySet<number> {
  const silenced = new Set<number>();
  for (const fault of faults) {
    const isSilencing =
      fault.kind === "crash" ||
      fault.kind === "power-cut" ||
      fault.kind === "pause" ||
      (fault.kind === "loss" && fault.probability === 1);
    if (!isSilencing) continue;
    for (const node of fault.nodes) if (node < nodes) silenced.add(node);
  }
  return silenced;
}

function largestConnected(
  nodes: number,
  faults: readonly Fault[],
  silenced: ReadonlySet<number>,
): number {
  const alive = Array.from({ length: nodes }, (_, node) => node).filter((n) => !silenced.has(n));
  const partitions = faults.flatMap((fault) => (fault.kind === "partition" ? [fault.groups] : []));
  // Each choice of one side in every partition leaves one group; a node in no group is on all sides.
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
 * Whether both may be in force at one time, as far as their positions tell. Back to back counts:
 * what the first one struck needs a moment to recover.
 */
function mayOverlap(a: Fault, b: Fault): boolean {
  return a === b || (!isOverBefore(a, b) && !isOverBefore(b, a));
}

function isOverBefore(first: Fault, second: Fault): boolean {
  return first.end !== undefined && isBefore(first.end, second.start);
}

function isBefore(a: Position, b: Position): boolean {
  if ("atNs" in a) return "atNs" in b && a.atNs < b.atNs;
  return "atOperation" in b && a.atOperation < b.atOperation;
}
