/**
 * Quorums, computed and never typed: f = floor((n - 1) / 3) and q = ceil((n + f + 1) / 2), so that
 * two quorums of n nodes always share an honest one.
 */

/** Byzantine nodes that a group of `nodes` bears. */
export function faultBound(nodes: number): number {
  return Math.floor((nodes - 1) / 3);
}

/** Nodes whose agreement decides. */
export function quorum(nodes: number): number {
  return Math.ceil((nodes + faultBound(nodes) + 1) / 2);
}
