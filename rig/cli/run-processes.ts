/**
 * Carries out one run with nodes as processes (levels `process` and `vcan`): opens the world,
 * drives the engine, closes the world.
 */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ChildCommand } from "../adapters/hub/child-guard.ts";
import { openPlainWorld } from "../adapters/hub/open-plain-world.ts";
import { openProcessWorld } from "../adapters/hub/open-process-world.ts";
import { openVcanWorld, type VcanWorldOptions } from "../adapters/hub/open-vcan-world.ts";
import { diskOfNode } from "../adapters/hub/process-nodes.ts";
import { MachineClock } from "../adapters/machine/machine-clock.ts";
import type { RunFolder } from "../adapters/store/run-folder.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { EvidenceBuilder } from "../core/run/evidence-builder.ts";
import type { RunSink } from "../core/run/record.ts";
import { NS_PER_MS } from "../core/time/time.ts";
import { RunEngine } from "../engine/run-engine.ts";
import { Teardown } from "../engine/teardown.ts";
import { type Baseline, baselineRecord, baselinesOf } from "../simulation/baselines.ts";
import { agentCommand } from "./agents-option.ts";
import { ByHand } from "./by-hand.ts";
import { openChannel, openOwnChannel } from "./hub-channel.ts";
import type { ProgressLine } from "./terminal.ts";

export interface ProcessRunOptions {
  readonly plan: RunPlan;
  /** The one interface of all, in the place of one for each node; of level `vcan`. */
  readonly bus?: string | undefined;
  readonly sink: RunSink;
  readonly folder: RunFolder;
  readonly hand: ByHand;
  readonly teardown: Teardown;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly urgent: AbortSignal;
  readonly progress: Pick<ProgressLine, "draw">;
}

/** The build packs the node program beside the command. */
export const NODE_MAIN = fileURLToPath(new URL("./node-main.js", import.meta.url));
const CLOSE_LIMIT_MS = 30_000;
const PROGRESS_MS = 100;

/** Rejects with what ended the run, where that was neither its end nor a signal. */
export async function runProcesses(options: ProcessRunOptions): Promise<void> {
  for (const baseline of baselinesOf(options.plan)) await runBaseline(options, baseline);
  await runOnce(options, { name: "run", disks: "disks" });
}

/** In the same folder, with disks of its own; only its latencies are kept. */
async function runBaseline(options: ProcessRunOptions, { scenario, plan }: Baseline) {
  if (options.signal.aborted) return;
  const name = `baseline-${scenario}`;
  options.folder.write(`${name}.json`, `${JSON.stringify({ schema: 1, plan }, null, 2)}\n`);
  const builder = new EvidenceBuilder(plan);
  const sink = { record: builder.add.bind(builder), node() {}, frame() {} };
  const teardown = new Teardown({ sleep: (ms, abort) => sleep(ms, undefined, { signal: abort }) });
  await runOnce(
    { ...options, plan, sink, teardown, hand: new ByHand(plan) },
    { name, disks: `disks-${name}` },
  );
  for (const record of baselineRecord(scenario, builder.evidence())) options.sink.record(record);
}

/** `name` is that of the file with the plan, `disks` the folder of what the nodes store. */
async function runOnce(
  options: ProcessRunOptions,
  { name, disks }: { readonly name: string; readonly disks: string },
): Promise<void> {
  const { plan, sink, folder, teardown, timeoutMs, signal, urgent } = options;
  const crashed = new AbortController();
  const command = (node: number, bus: readonly string[]): ChildCommand => {
    const disk = diskOfNode(join(folder.path, disks), node);
    const plain = ["--plan", join(folder.path, `${name}.json`), "--disk", disk];
    return (
      agentCommand(plan, node, { bus, disk }) ?? {
        file: process.execPath,
        args: [NODE_MAIN, "--node", `${node}`, ...bus, ...plain],
      }
    );
  };
  const common = {
    plan,
    clock: new MachineClock(),
    onCrash: (node: number, why: string) =>
      crashed.abort(`node ${node}, whose program ended: ${why}`),
  };
  const world = await openWorld(options.bus, common, command);
  const close = () => world.close();
  teardown.push({ name: "end nodes and hub", limitMs: CLOSE_LIMIT_MS, run: close, safe: close });
  const store = { ...sink, flush: () => folder.flush(), close: () => undefined };
  const limit = timeoutMs === undefined ? {} : { limitNs: timeoutMs * NS_PER_MS };
  const engine = new RunEngine({ plan, world, store, teardown, ...limit });
  options.hand.attach((event) => engine.byHand(event));
  const watch = setInterval(() => drawProgress(options, engine), PROGRESS_MS);
  try {
    const either = AbortSignal.any([signal, crashed.signal]);
    const { failure } = await engine.run(either, urgent);
    if (failure !== null && !signal.aborted) throw failure;
  } finally {
    clearInterval(watch);
  }
}

type Common = Pick<VcanWorldOptions, "plan" | "clock" | "onCrash">;
type NodeCommand = (node: number, bus: readonly string[]) => ChildCommand;

function openWorld(bus: string | undefined, common: Common, command: NodeCommand) {
  const onCan = {
    ...common,
    commandOf: (node: number, can: string) => command(node, ["--can", can]),
  };
  if (bus !== undefined) return openPlainWorld({ ...onCan, bus, openChannel: openOwnChannel });
  if (common.plan.level === "vcan") return openVcanWorld({ ...onCan, openChannel });
  return openProcessWorld({
    ...common,
    commandOf: (node, hub) => command(node, ["--hub", hub]),
  });
}

/** Shows how far the run is. */
export function drawProgress(
  { plan, progress }: Pick<ProcessRunOptions, "plan" | "progress">,
  engine: RunEngine,
): void {
  const { issued, acknowledged, faults } = engine.progress;
  progress.draw({
    operations: issued,
    total: plan.workload.operations + plan.workload.finalReadsMin,
    acknowledged,
    activeFault: faults[0] ?? null,
    simulatedNs: engine.nowNs,
  });
}
