/** What injectors of a plan need of this machine, looked for before anything is touched. */

import { hasAddon } from "../../adapters/socketcan/addon.ts";
import { isOnPath } from "../../adapters/vm/guest.ts";
import type { Bench, BenchInjector } from "../../core/bench/bench.ts";
import { gatewaysOf, injectorFor } from "../../core/bench/bench-capability.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

const TOOLS: Readonly<Record<BenchInjector["by"], readonly string[]>> = {
  relay: [],
  agents: [],
  cangw: ["cangw", "ip"],
  link: ["ip"],
  stranger: [],
};

/** An error of the family `capability` that names the part; null where nothing is missing. */
export function missingTool(
  bench: Bench,
  plan: Pick<RunPlan, "nodes" | "faults">,
): RigError | null {
  const ways = gatewaysOf(bench, plan);
  const joining = bench.injectors.filter(
    ({ name }) => !(ways instanceof RigError) && ways.includes(name),
  );
  const struck = plan.faults.flatMap((fault) => injectorFor(bench, fault) ?? []);
  for (const { name, by } of [...struck, ...joining]) {
    const tool = TOOLS[by].find((each) => !isOnPath(each));
    const what =
      by === "stranger" && !hasAddon() ? "the SocketCAN addon, which is not built" : tool;
    if (what === undefined) continue;
    const missing = tool === undefined ? what : `${tool}, which is missing`;
    return new RigError(
      "capability.fault",
      `bench ${bench.name}: injector ${name} needs ${missing}`,
    );
  }
  return null;
}
