/** What the actions of `rig bench` take from the command line, and how they name nodes. */

import { type Bench, nodeNumber } from "../../core/bench/bench.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { GlobalArguments } from "../command.ts";

export const SWITCHINGS = ["state", "on", "off", "cycle"] as const;
export type Switching = (typeof SWITCHINGS)[number];

export interface BenchArguments extends GlobalArguments {
  readonly action: string;
  readonly file: string;
  readonly switching: Switching;
  readonly node?: readonly string[] | undefined;
  readonly wait?: string | undefined;
  readonly for?: string | undefined;
  readonly purpose?: string | undefined;
  readonly force: boolean;
  readonly injector?: string | undefined;
  readonly image?: string | undefined;
  readonly log?: string | undefined;
  readonly port?: readonly string[] | undefined;
  readonly offline: boolean;
}

/** Numbers of the nodes that were named; of all where none was. */
export function wantedNodes(bench: Bench, names: readonly string[] | undefined): readonly number[] {
  if (names === undefined) return bench.nodes.map((_, index) => index);
  return names.map((name) => {
    const found = nodeNumber(bench, name);
    if (found >= 0) return found;
    const known = bench.nodes.map((node) => node.name).join(", ");
    throw new RigError(
      "usage.option",
      `--node "${name}" is not on ${bench.name}: expected ${known}`,
    );
  });
}
