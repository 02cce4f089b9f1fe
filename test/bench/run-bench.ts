/**
 * Whole runs: five nodes, 200 operations, from plan to history, on one core. Measured with
 * recording off, with the record kept in memory, and with the run folder on disk.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFolder } from "../../rig/adapters/store/run-folder.ts";
import { makeNode } from "../../rig/core/consensus/make-node.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { swarmPlan } from "../../rig/core/plan/swarm.ts";
import { EvidenceBuilder } from "../../rig/core/run/evidence-builder.ts";
import type { RunSink } from "../../rig/core/run/record.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { runPlan } from "../../rig/simulation/run-scenario.ts";
import { SimulatedRun } from "../../rig/simulation/simulated-run.ts";
import type { BenchRow } from "./rows.ts";

const RUNS = 150;
const SWARM_SEEDS = 200;
const OFF: RunSink = { record() {}, node() {}, frame() {} };

function runOnce(seed: number, sink: RunSink): number {
  const plan = makePlan({ scenario: "happy", nodes: 5, operations: 200, seed });
  const run = new SimulatedRun({ plan, makeNode: (node) => makeNode(plan, node), sink });
  while (!run.advance(1_000_000)) {
    // One slice is enough; the loop is for safety.
  }
  run.end(null);
  return run.nowNs;
}

function perSecond(work: (seed: number) => void): number {
  for (let seed = 0; seed < 40; seed++) work(seed);
  const startMs = performance.now();
  for (let seed = 0; seed < RUNS; seed++) work(seed);
  return (RUNS * 1000) / (performance.now() - startMs);
}

/** Plans of the swarm, from plan to verdict. */
function swarmPerSecond(): number {
  for (let seed = 1; seed <= 40; seed++) runPlan(swarmPlan(seed));
  const startUs = process.cpuUsage().user;
  for (let seed = 41; seed <= 40 + SWARM_SEEDS; seed++) runPlan(swarmPlan(seed));
  return (SWARM_SEEDS * 1e6) / (process.cpuUsage().user - startUs);
}

export function benchRuns(): BenchRow[] {
  const folder = mkdtempSync(join(tmpdir(), "rig-bench-"));
  const plan = makePlan({ scenario: "happy", nodes: 5, operations: 200, seed: 0 });
  try {
    const off = perSecond((seed) => runOnce(seed, OFF));
    const judged = perSecond((seed) => {
      const builder = new EvidenceBuilder(plan);
      runOnce(seed, { ...OFF, record: (entry) => builder.add(entry) });
      judgeRun(builder.evidence());
    });
    const onDisk = perSecond((seed) => {
      const name = String(seed);
      const files = RunFolder.create({ outputDir: folder, scenario: "happy", name, nodes: 5 });
      runOnce(seed, files);
      files.close();
    });
    const ratio = (value: number) => `${(value / off).toFixed(2)} of recording off`;
    return [
      { name: "5-node runs of 200 operations, recording off", value: off, unit: "runs/s" },
      { name: "the same, judged in memory", value: judged, unit: "runs/s", ratio: ratio(judged) },
      { name: "the same, recorded on disk", value: onDisk, unit: "runs/s", ratio: ratio(onDisk) },
      { name: "plans of the swarm, judged", value: swarmPerSecond(), unit: "seeds/core s" },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
