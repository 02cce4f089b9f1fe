/** The command that repeats a run: without paths, so that it is the same anywhere. */

import type { RunPlan } from "../core/plan/plan.ts";

export function repeatCommand({
  scenario,
  nodes,
  workload,
  protocol,
  level,
  seed,
}: RunPlan): string {
  return (
    `rig run --scenario ${scenario} --nodes ${nodes} --operations ${workload.operations} ` +
    `--protocol ${protocol} --level ${level} --seed ${seed}`
  );
}
