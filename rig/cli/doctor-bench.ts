/** What `rig doctor --bench` looks at: who has the bench, and whether its supplies answer. */

import { readBenchFile } from "../adapters/store/bench-file.ts";
import { leaseText } from "../adapters/store/lease-file.ts";
import { leaseFileOf } from "./bench/bench-lease.ts";
import { askAll, type NodeState } from "./bench/supply-states.ts";
import { withBench } from "./bench/with-bench.ts";
import type { DoctorCheck } from "./doctor-checks.ts";

/** Rejects with `input.malformed` for a file that is no bench. */
export async function benchChecks(
  file: string,
  timeout: string | undefined,
): Promise<readonly DoctorCheck[]> {
  const bench = readBenchFile(file);
  const held = leaseFileOf(bench).read();
  const size = `${bench.name}, ${bench.nodes.length} nodes, ${bench.units.size} power units`;
  const isFree = held === null;
  const whole: DoctorCheck = { name: "bench file", status: "ok", detail: size };
  const lease: DoctorCheck = {
    name: "lease",
    status: isFree ? "ok" : "skipped",
    detail: isFree ? `${bench.name} is free` : `${bench.name}: ${leaseText(held)}`,
  };
  // A bench that is in use is not disturbed.
  if (!isFree) return [whole, lease];
  const occasion = { action: "show", file, wait: undefined, timeout };
  const states = await withBench(bench, occasion, askAll);
  const supplies = bench.nodes.map(({ name }, number) => supplyCheck(name, states[number]));
  return [whole, lease, ...supplies];
}

function supplyCheck(node: string, state: NodeState | undefined): DoctorCheck {
  const name = `supply of ${node}`;
  const { supply = null, trouble = null } = state ?? {};
  if (trouble !== null) {
    const next = "Look at its power unit: rig bench show FILE asks again";
    return { name, status: "fail", detail: trouble, next };
  }
  if (supply === "on" || supply === "off") return { name, status: "ok", detail: supply };
  return { name, status: "skipped", detail: "nothing reads it back" };
}
