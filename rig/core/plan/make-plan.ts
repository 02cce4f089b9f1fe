/**
 * Expands a scenario and a few numbers into the plan of a run, and refuses what has no meaning.
 */

import type { AuthProfile } from "../auth/profile.ts";
import type { Fault } from "../fault/fault.ts";
import { appendsPerNode, RESIDENT_KEYS } from "../resident/resident-workload.ts";
import { REQUEST_MAX } from "../run/client.ts";
import { NS_PER_MS } from "../time/time.ts";
import { RigError } from "../verdict/rig-error.ts";
import { NODE_PROCESSES_MAX } from "../wire/session.ts";
import { MICRO_OPS_MAX } from "../wire/transaction.ts";
import { adversityOf } from "./adversity.ts";
import { agentIssues, byzantineIssues, combinationIssues } from "./byzantine-issues.ts";
import { expectationOf } from "./expectation.ts";
import { expectationIssues, faultIssues, pathText, type ScenarioIssue } from "./issues.ts";
import type { Level } from "./level.ts";
import { levelsFor } from "./levels.ts";
import { faultAtPace } from "./pace.ts";
import {
  type BusPlan,
  NODES_MAX,
  PROTOCOLS,
  type ProtocolName,
  type RunPlan,
  type WorkloadPlan,
} from "./plan.ts";
import { expectationIn, floorsOf } from "./protocol-expectation.ts";
import {
  type ClientsAt,
  expandFaults,
  leastShareLeft,
  longestDelayNs,
  type Scenario,
  type ScenarioWorkload,
} from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

export const OPERATIONS_DEFAULT = 100;
export const OPERATIONS_MAX = 200_000;
export const SEED_MAX = 0xffff_ffff;
/** Sessions are 8 bits on the wire, and a client may need several. */
export const CLIENTS_MAX = 100;
export const KEYS_MAX = 1_000;
export const RATE_MAX = 1_000_000;

/** Of every bus of the rig that is not told otherwise. */
export const BUS_BITRATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000 };
/** Fast recovery as AUTOSAR's bus state manager has it: 10 ms and up; half a phase here. */
const BUS_OFF_RESTART_NS = 10 * NS_PER_MS;
/** A phase of a round on a bus without delays: some ten times what it takes under load. */
const ROUND_TIMEOUT_NS = 20 * NS_PER_MS;
/**
 * Processes and boards answer when their scheduler lets them: milliseconds late, often; and kernels
 * without hardware of their own, where many run vcan, are some ten times slower than that.
 */
const TIMER_SCALE: Readonly<Record<Level, number>> = { sim: 1, process: 10, vcan: 40, bench: 10 };
/** An operation times out after so many round timeouts. */
const OPERATION_TIMEOUTS = 8;
/** Ferroelectric memory behind SPI, as small boards have it, takes tens of microseconds. */
const WRITE_NS = 50_000;
/** A list fits one frame. */
const APPENDS_PER_KEY = 24;
const LISTS = {
  kind: "list-append",
  clients: 10,
  keys: 5,
  appendPercent: 50,
  txnLength: MICRO_OPS_MAX,
  clientsAt: "host",
} as const satisfies ScenarioWorkload;
/** A read of a register shows little, and what a transaction wrote itself hides what others did. */
const REGISTERS = { ...LISTS, keys: 10, txnLength: 2 } as const satisfies ScenarioWorkload;
/** Keys are 14 bits on the wire. */
const KEYS_ON_WIRE = 0x4000;

export interface PlanRequest {
  /** The name of a built-in scenario, or one of the caller's own. */
  readonly scenario: string | Scenario;
  readonly seed: number;
  readonly nodes?: number;
  readonly operations?: number;
  readonly protocol?: string;
  readonly auth?: AuthProfile;
  readonly level?: Level;
}

export function findScenario(name: string): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (scenario !== undefined) return scenario;
  const known = SCENARIOS.map((each) => each.name).join(", ");
  throw new RigError(
    "usage.unknown-scenario",
    `unknown scenario "${name}": expected one of ${known}`,
  );
}

export function makePlan(request: PlanRequest): RunPlan {
  const { scenario: named } = request;
  const scenario = typeof named === "string" ? findScenario(named) : named;
  const protocol = findProtocol(request.protocol ?? "roj");
  const nodes = request.nodes ?? scenario.nodes;
  const operations = request.operations ?? scenario.workload.operations ?? OPERATIONS_DEFAULT;
  const level = request.level ?? "sim";
  refuseNonsense(scenario, { ...request, nodes, operations });
  const levels = levelsFor(scenario.faults);
  if (!levels.includes(level)) {
    const expected = levels.map((each) => `"${each}"`).join(" or ");
    throw new RigError(
      "capability.level",
      `level "${level}" is not available: expected ${expected}`,
    );
  }
  const faults = expandFaults(scenario.faults, { nodes, operations }).map((fault) =>
    faultAtPace(fault, TIMER_SCALE[level]),
  );
  const workload = workloadOf(scenario.workload, operations);
  const expectation = expectationIn({ protocol, nodes, faults, workload });
  const auth = authFor(faults, request.auth ?? scenario.auth);
  const residents = residentsOf(scenario.workload, operations, nodes);
  const [issue] = [
    ...scenarioIssues(scenario, { nodes, operations }),
    ...combinationIssues({ protocol, auth, faults, ...residents }),
  ];
  if (issue !== undefined) throw meaningless(scenario, nodes, issue);
  return {
    schema: 1,
    scenario: scenario.name,
    protocol,
    ...(auth === "crash" ? {} : { auth }),
    level,
    seed: request.seed,
    nodes,
    bus: busOf(scenario),
    ...timersOf(scenario, level),
    workload,
    ...residents,
    faults,
    expectation,
    floors: { ...floorsOf(expectation), ...scenario.floors },
    assertions: scenario.assertions,
  };
}

/** What the scenario says that has no meaning at this size. */
export function scenarioIssues(
  scenario: Scenario,
  size: { readonly nodes: number; readonly operations: number },
): readonly ScenarioIssue[] {
  const faults = expandFaults(scenario.faults, size);
  const found = [
    ...faultIssues(scenario.faults, faults, size),
    ...byzantineIssues(size.nodes, faults),
  ];
  // The computed class of faults that have no meaning has none either.
  if (found.length > 0) return found;
  const computed = expectationOf(adversityOf(size.nodes, faults));
  return expectationIssues(scenario.expectation, computed);
}

/** The plan with faults that struck by hand, at the times at which they did. */
export function withHandFaults(plan: RunPlan, faults: readonly Fault[]): RunPlan {
  if (faults.length === 0) return plan;
  const all = [...plan.faults, ...faults];
  const expectation = expectationOf(adversityOf(plan.nodes, all));
  const duringFaultsPercent =
    expectation.class === "tolerate" ? plan.floors.duringFaultsPercent : 0;
  return { ...plan, faults: all, expectation, floors: { ...plan.floors, duringFaultsPercent } };
}

/** What a whole plan says that has no meaning, as a file or a server may hand it in. */
export function planIssues(plan: Omit<RunPlan, "seed">): readonly ScenarioIssue[] {
  const { nodes, faults, expectation, level } = plan;
  // Positions stand as they are: a small run may well end before one of them.
  const size = { nodes, operations: plan.workload.operations };
  const found = [
    ...faultIssues([], faults, size),
    ...byzantineIssues(nodes, faults),
    ...combinationIssues(plan),
    ...agentIssues(plan),
  ];
  if (found.length > 0) return found;
  if (!levelsFor(faults).includes(level)) {
    return [
      { path: ["level"], text: `found ${level}, expected ${levelsFor(faults).join(" or ")}` },
    ];
  }
  return expectationIssues(expectation.class, expectationIn(plan));
}

/** The profile asked for, or the least one in which the faults have a meaning. */
function authFor(faults: readonly Fault[], asked: AuthProfile | undefined): AuthProfile {
  const isBetrayed = faults.some(({ kind }) => kind === "byzantine");
  return asked ?? (isBetrayed ? "ideal" : "crash");
}

function meaningless({ name }: Scenario, nodes: number, { path, text }: ScenarioIssue): RigError {
  const what = `scenario "${name}" has no meaning with ${nodes} nodes`;
  return new RigError("usage.option", `${what}: ${pathText(path)}: ${text}`);
}

function busOf({ bus = {} }: Scenario): BusPlan {
  const { busOffRestartNs = BUS_OFF_RESTART_NS, busOffQueue } = bus;
  return {
    ...BUS_BITRATES,
    ...(busOffRestartNs === "never" ? {} : { busOffRestartNs }),
    ...(busOffQueue === undefined ? {} : { busOffQueue }),
  };
}

function timersOf(
  { faults, timers }: Scenario,
  level: Level,
): Pick<RunPlan, "timers" | "storage" | "client"> {
  const baseNs = ROUND_TIMEOUT_NS * TIMER_SCALE[level];
  // On a share of the bus everything takes longer by as much.
  const stretchedNs = (baseNs + 2 * longestDelayNs(faults)) / leastShareLeft(faults);
  const roundTimeoutNs = timers.roundTimeoutNs ?? Math.round(stretchedNs);
  return {
    timers: {
      roundTimeoutNs,
      roundDeltaNs: timers.roundDeltaNs ?? Math.round(roundTimeoutNs / 10),
    },
    storage: { writeNs: WRITE_NS },
    client: {
      operationTimeoutNs: timers.operationTimeoutNs ?? OPERATION_TIMEOUTS * roundTimeoutNs,
      retryNs: timers.retryNs ?? 2 * roundTimeoutNs,
    },
  };
}

/** With what is usual of its kind where it says nothing. */
function whole(workload: ScenarioWorkload) {
  return { ...(workload.kind === "rw-register" ? REGISTERS : LISTS), ...workload };
}

function workloadOf(workload: ScenarioWorkload, operations: number): WorkloadPlan {
  const { kind, clients, keys, appendPercent, txnLength, clientsAt, ratePerS } = whole(workload);
  const keysAtHand = clientsAt === "host" ? KEYS_ON_WIRE : KEYS_ON_WIRE - RESIDENT_KEYS;
  refuseOutside("--concurrency", clients, 1, CLIENTS_MAX);
  refuseOutside("--keys", keys, 1, KEYS_MAX);
  refuseOutside("--txn-length", txnLength, 1, MICRO_OPS_MAX);
  if (ratePerS !== undefined) refuseRate(ratePerS, clientsAt);
  const appends = operations * ((1 + txnLength) / 2) * (appendPercent / 100);
  // The draws may come out a little over the mean.
  if (keys + (1.05 * appends) / APPENDS_PER_KEY > keysAtHand) {
    throw new RigError(
      "usage.option",
      `--operations is ${operations}: with ${appendPercent} % appends they use up all ` +
        `${keysAtHand} keys: expected fewer operations or appends`,
    );
  }
  return {
    ...(kind === "list-append" ? {} : { kind }),
    operations,
    clients,
    ...(ratePerS === undefined ? {} : { ratePerS }),
    keys,
    appendsPerKey: APPENDS_PER_KEY,
    microOpsMax: txnLength,
    readPercent: 100 - appendPercent,
    finalReadsMin: 20,
  };
}

function refuseRate(ratePerS: number, clientsAt: ClientsAt): void {
  refuseOutside("--rate", ratePerS, 1, RATE_MAX);
  if (clientsAt === "host") return;
  const text = `--rate with --clients ${clientsAt}: clients on the nodes go as fast as they can`;
  throw new RigError("usage.option", `${text}: expected --clients host`);
}

/** Clients on the nodes have the upper half of the keys and one session for each boot. */
function residentsOf(
  workload: ScenarioWorkload,
  operations: number,
  nodes: number,
): Pick<RunPlan, "residents"> {
  const { nodeProcesses = NODE_PROCESSES_MAX } = workload;
  const { clientsAt, keys, appendPercent, txnLength } = whole(workload);
  if (clientsAt === "host") return {};
  refuseOutside("node-processes", nodeProcesses, 1, NODE_PROCESSES_MAX);
  // One node may have to do the work of all.
  const appends = 1.05 * operations * ((1 + txnLength) / 2) * (appendPercent / 100);
  const needed = keys + appends / appendsPerNode(nodes);
  if (needed > RESIDENT_KEYS || operations > REQUEST_MAX) {
    throw new RigError(
      "usage.option",
      `--operations is ${operations}: clients on the nodes use up ` +
        `${needed > RESIDENT_KEYS ? `their ${RESIDENT_KEYS} keys` : "their request numbers"}: ` +
        "expected fewer operations",
    );
  }
  return { residents: { hostClients: clientsAt === "both", processes: nodeProcesses } };
}

function findProtocol(name: string): ProtocolName {
  const protocol = PROTOCOLS.find((each) => each === name);
  if (protocol !== undefined) return protocol;
  throw new RigError(
    "usage.unknown-protocol",
    `unknown protocol "${name}": expected one of ${PROTOCOLS.join(", ")}`,
  );
}

function refuseNonsense(
  scenario: Scenario,
  { nodes, operations, seed }: { nodes: number; operations: number; seed: number },
): void {
  refuseOutside("--nodes", nodes, 1, NODES_MAX);
  refuseOutside("--operations", operations, 1, OPERATIONS_MAX);
  refuseOutside("--seed", seed, 0, SEED_MAX);
  if (nodes < scenario.nodesMin) {
    throw new RigError(
      "usage.option",
      `scenario "${scenario.name}" has no meaning with --nodes ${nodes}: ` +
        `expected at least ${scenario.nodesMin}`,
    );
  }
}

function refuseOutside(option: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new RigError(
    "usage.option",
    `${option} is ${value}: expected a whole number from ${low} to ${high}`,
  );
}
