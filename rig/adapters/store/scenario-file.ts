/** Scenario files: YAML in, a scenario or one clear error out. */

import { OPERATIONS_DEFAULT, scenarioIssues } from "../../core/plan/make-plan.ts";
import { nearest } from "../../core/plan/nearest.ts";
import type { Assertion, BusCounter, Floors } from "../../core/plan/plan.ts";
import type {
  Scenario,
  ScenarioBus,
  ScenarioTimers,
  ScenarioWorkload,
} from "../../core/plan/scenario.ts";
import { SCENARIOS } from "../../core/plan/scenarios.ts";
import { scenarioFault } from "./fault-fields.ts";
import { fieldError, nsOf, parseFields, percentOfField } from "./fields.ts";
import { PATTERNS, type ScenarioFile, scenarioSchema } from "./scenario-schema.ts";
import { YamlDocument } from "./yaml-document.ts";

/** Throws `input.unreadable` or `input.malformed` with file, line, column and field. */
export function readScenarioFile(path: string): Scenario {
  return scenarioIn(new YamlDocument(path));
}

export function scenarioIn(document: YamlDocument): Scenario {
  const file = parseFields(scenarioSchema, document, { value: document.value, at: [] });
  const scenario = scenarioOfFile(file);
  const operations = scenario.workload.operations ?? OPERATIONS_DEFAULT;
  const { nodes, nodesMin } = scenario;
  if (nodes < nodesMin) {
    const text = `found ${nodes}, expected at least the ${nodesMin} of least-nodes`;
    throw fieldError(document, ["nodes"], text);
  }
  const compared = file.limits?.["median-over"]?.scenario;
  if (compared !== undefined) refuseUnknown(document, compared);
  const [issue] = scenarioIssues(scenario, { nodes, operations });
  if (issue === undefined) return scenario;
  throw fieldError(document, issue.path, issue.text);
}

function refuseUnknown(document: YamlDocument, name: string): void {
  const known = SCENARIOS.map((each) => each.name);
  if (known.includes(name)) return;
  const near = nearest(name, known);
  const expected = near === null ? `one of ${known.join(", ")}` : `"${near}"`;
  const path = ["limits", "median-over", "scenario"];
  throw fieldError(document, path, `found "${name}", expected ${expected}`);
}

function scenarioOfFile(file: ScenarioFile): Scenario {
  const { name, nodes, expectation, workload, floors, timers, limits } = file;
  return {
    name,
    summary: file.summary ?? "",
    nodes,
    nodesMin: file["least-nodes"] ?? 1,
    workload: workload === undefined ? {} : workloadOf(workload),
    faults: (file.faults ?? []).map(scenarioFault),
    ...(expectation === undefined ? {} : { expectation }),
    floors: floors === undefined ? {} : floorsOf(floors),
    timers: timers === undefined ? {} : timersOf(timers),
    assertions: [
      ...(limits === undefined ? [] : assertionsOf(limits)),
      ...(file.effects === undefined ? [] : effectsOf(file.effects)),
      ...(file.claims ?? []).map((claim) => ({ name: claim })),
    ],
    ...(file.auth === undefined ? {} : { auth: file.auth }),
    ...(file.bus === undefined ? {} : { bus: busOf(file.bus) }),
  };
}

function workloadOf(workload: NonNullable<ScenarioFile["workload"]>): ScenarioWorkload {
  const { kind, operations, clients, rate, keys, pattern } = workload;
  const ratio = workload["append-ratio"];
  const appendPercent = ratio === undefined ? pattern && PATTERNS[pattern] : percentOfField(ratio);
  return present({
    kind,
    operations,
    clients,
    ratePerS: rate,
    keys,
    appendPercent,
    txnLength: workload["txn-length"],
    clientsAt: workload["clients-at"],
    nodeProcesses: workload["node-processes"],
  });
}

function floorsOf(floors: NonNullable<ScenarioFile["floors"]>): Partial<Floors> {
  const outside = floors["outside-faults"];
  const during = floors["during-faults"];
  return present({
    outsideFaultsPercent: outside === undefined ? undefined : percentOfField(outside),
    duringFaultsPercent: during === undefined ? undefined : percentOfField(during),
    afterHeal: floors["after-heal"],
  });
}

function timersOf(timers: NonNullable<ScenarioFile["timers"]>): ScenarioTimers {
  const ns = (text: string | undefined) => (text === undefined ? undefined : nsOf(text));
  return present({
    roundTimeoutNs: ns(timers["round-timeout"]),
    roundDeltaNs: ns(timers["round-delta"]),
    operationTimeoutNs: ns(timers["operation-timeout"]),
    retryNs: ns(timers.retry),
  });
}

function busOf(bus: NonNullable<ScenarioFile["bus"]>): ScenarioBus {
  const restart = bus["bus-off-restart"];
  const busOffRestartNs = restart === undefined || restart === "never" ? restart : nsOf(restart);
  return present({ busOffRestartNs, busOffQueue: bus["bus-off-queue"] });
}

function effectsOf(effects: NonNullable<ScenarioFile["effects"]>): readonly Assertion[] {
  const counted = (counter: BusCounter, atLeast: number | undefined): readonly Assertion[] =>
    atLeast === undefined ? [] : [{ name: "counted", counter, atLeast }];
  return [
    ...counted("errorFrames", effects["error-frames"]),
    ...counted("duplicates", effects.duplicates),
    ...counted("busOffs", effects["bus-offs"]),
  ];
}

function assertionsOf(limits: NonNullable<ScenarioFile["limits"]>): readonly Assertion[] {
  const within = <Name extends string>(name: Name, text: string | undefined) =>
    text === undefined ? [] : [{ name, limitNs: nsOf(text) }];
  const over = limits["median-over"];
  const medianOver = (claim: NonNullable<typeof over>): Assertion => ({
    name: "median-over-baseline",
    times: claim.times,
    scenario: claim.scenario,
  });
  return [
    ...within("acknowledged-within", limits.max),
    ...within("mean-within", limits.mean),
    ...within("p50-within", limits.p50),
    ...within("p95-within", limits.p95),
    ...within("p99-within", limits.p99),
    ...(over === undefined ? [] : [medianOver(over)]),
  ];
}

type Present<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Without the fields that are undefined. */
function present<T extends object>(value: T): Present<T> {
  const kept = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(kept) as Present<T>;
}
