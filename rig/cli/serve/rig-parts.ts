/** Puts together what the server asks of the rig: runs, results, faults, checks. */

import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { scenarioFault } from "../../adapters/store/fault-fields.ts";
import { faultSchema } from "../../adapters/store/fault-schema.ts";
import { readFields } from "../../adapters/store/fields.ts";
import { explicitFaultSchema } from "../../adapters/store/plan-schema.ts";
import { ResultsFolder } from "../../adapters/store/results-folder.ts";
import { scenarioOfFolder } from "../../adapters/store/run-folder.ts";
import type { RunRequest } from "../../core/api/index.ts";
import { changedScenario } from "../../core/plan/change-scenario.ts";
import { pathText } from "../../core/plan/issues.ts";
import { findScenario, makePlan, SEED_MAX } from "../../core/plan/make-plan.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { ScenarioFault } from "../../core/plan/scenario.ts";
import { NS_PER_S } from "../../core/time/time.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { RigParts, StartRun } from "../../server/parts.ts";
import { type LiveOptions, recordRun } from "../record-run.ts";
import { carryOut, openSimulatedRun } from "../run-simulated.ts";
import { VERSION } from "../version.ts";
import { UploadChecker } from "./check-upload.ts";

/** How long a watched run takes, in seconds, and up to how many operations it is watched. */
const WATCH_S = 6;
const WATCH_OPERATIONS_MAX = 2_000;

export function rigParts(outputDir: string): RigParts {
  const uploads = new UploadChecker();
  return {
    version: VERSION,
    plan: planOf,
    run: (start) => run(start, outputDir),
    results: new ResultsFolder(outputDir),
    readFault,
    check: uploads.check.bind(uploads),
  };
}

function planOf(protocol: RunPlan["protocol"], request: RunRequest): RunPlan {
  const { scenario, nodes, operations, level, auth, seed = randomInt(SEED_MAX) } = request;
  const { keys, concurrency, append_percent: appendPercent, txn_length: txnLength } = request;
  const { clients } = request;
  const workload = {
    ...(keys === undefined ? {} : { keys }),
    ...(concurrency === undefined ? {} : { clients: concurrency }),
    ...(appendPercent === undefined ? {} : { appendPercent }),
    ...(txnLength === undefined ? {} : { txnLength }),
    ...(clients === undefined ? {} : { clientsAt: clients }),
  };
  return makePlan({
    scenario: changedScenario(findScenario(scenario), { workload }),
    protocol,
    seed,
    ...(nodes === undefined ? {} : { nodes }),
    ...(operations === undefined ? {} : { operations }),
    ...(level === undefined ? {} : { level }),
    ...(auth === undefined ? {} : { auth }),
  });
}

async function run(start: StartRun, outputDir: string): Promise<void> {
  const { plan, timeoutMs, signal, urgent, sink } = start;
  const live: LiveOptions = {
    pace: await paceOf(start),
    sink,
    opened(folder, hand) {
      start.opened(`${scenarioOfFolder(folder.path)}/${basename(folder.path)}`, {
        strike: hand.strike.bind(hand),
        lift: hand.lift.bind(hand),
        propose: hand.propose.bind(hand),
        conclude: hand.conclude.bind(hand),
        flush: folder.flush.bind(folder),
      });
    },
  };
  const progress = { draw: start.onProgress };
  await recordRun({ plan, outputDir, timeoutMs, signal, urgent, progress, live });
}

/** Simulated seconds for each real one; undefined for as fast as it goes. */
async function paceOf({ plan, pace, signal }: StartRun): Promise<number | undefined> {
  if (pace === "none" || plan.level !== "sim") return undefined;
  if (pace !== "watch") return pace;
  if (plan.workload.operations > WATCH_OPERATIONS_MAX) return undefined;
  // The same seed gives the same run: how long it takes is found out by running it.
  const rehearsal = openSimulatedRun(plan, { record() {}, node() {}, frame() {} });
  const watch = { signal, timeoutMs: undefined, progress: { draw() {} }, flush() {} };
  await carryOut(rehearsal, plan, watch);
  return Math.max(rehearsal.nowNs, 1) / NS_PER_S / WATCH_S;
}

/** As scenario files have it; with times in nanoseconds as plans have it. */
function readFault(value: unknown): ScenarioFault {
  const given = value as Readonly<Record<string, unknown>>;
  if ("start" in given || "end" in given) {
    const text = "a fault by hand strikes at once: expected neither start nor end";
    throw new RigError("usage.option", text);
  }
  const isExplicit = Object.keys(given).some((name) => name.endsWith("Ns"));
  if (!isExplicit) return scenarioFault(fieldsOf(readFields(faultSchema, given)));
  const placed = { id: "by-hand", ...given, start: { atNs: 0 } };
  const fault = fieldsOf(readFields(explicitFaultSchema, placed)) as ScenarioFault;
  const { id: _, ...nameless } = fault;
  return "id" in given ? fault : (nameless as ScenarioFault);
}

function fieldsOf<Output>(found: ReturnType<typeof readFields<Output>>): Output {
  if ("data" in found) return found.data;
  throw new RigError("usage.option", `body: ${pathText(found.path)}: ${found.text}`);
}
