/** What the supplies of a bench say of themselves. Switches nothing. */

import type { Bench } from "../../core/bench/bench.ts";
import { openSupply } from "../bench-supply.ts";

export interface NodeState {
  /** On, off or unknown; null where nobody was asked. */
  readonly supply: string | null;
  readonly trouble: string | null;
}

export async function askAll(bench: Bench, signal: AbortSignal): Promise<readonly NodeState[]> {
  const all = [...bench.nodes.keys()];
  try {
    return await ask(bench, all, signal);
  } catch {
    signal.throwIfAborted();
  }
  // Each node by itself: a unit that is missing says nothing about the others.
  const states: NodeState[] = [];
  for (const number of all) {
    try {
      states.push(...(await ask(bench, [number], signal)));
    } catch (error) {
      signal.throwIfAborted();
      const { name } = bench.nodes[number] ?? {};
      states.push({ supply: "trouble", trouble: `${name}: ${(error as Error).message}` });
    }
  }
  return states;
}

async function ask(
  bench: Bench,
  nodes: readonly number[],
  signal: AbortSignal,
): Promise<readonly NodeState[]> {
  const supply = await openSupply(bench, nodes, async () => undefined);
  try {
    const states: NodeState[] = [];
    for (const number of nodes) {
      states.push({ supply: await supply.state(number, signal), trouble: null });
    }
    return states;
  } finally {
    await supply.close();
  }
}
