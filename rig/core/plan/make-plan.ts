/**
 * Expands a scenario and a few numbers into the plan of a run, and refuses what has no meaning.
 */

import type { Fault } from "../fault/fault.ts";
import { NS_PER_MS } from "../time/time.ts";
import { RigError } from "../verdict/rig-error.ts";
import { type Adversity, type Expectation, expectationOf } from "./expectation.ts";
import {
  type Floors,
  type Level,
  NODES_MAX,
  PROTOCOLS,
  type ProtocolName,
  type RunPlan,
} from "./plan.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

export const OPERATIONS_DEFAULT = 100;
/** Keys are 14 bits on the wire, and each takes 24 appends before the next is used. */
export const OPERATIONS_MAX = 200_000;
export const SEED_MAX = 0xffff_ffff;

const BITRATES = { nominalBitrateBps: 1_000_000, dataBitrateBps: 8_000_000 };
/** A phase of a round on a bus without delays: some ten times what it takes under load. */
const ROUND_TIMEOUT_NS = 20 * NS_PER_MS;
/** An operation times out after so many round timeouts. */
const OPERATION_TIMEOUTS = 8;
/** Ferroelectric memory behind SPI, as small boards have it, takes tens of microseconds. */
const WRITE_NS = 50_000;

export interface PlanRequest {
  readonly scenario: string;
  readonly seed: number;
  readonly nodes?: number;
  readonly operations?: number;
  readonly protocol?: string;
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
  const scenario = findScenario(request.scenario);
  const protocol = findProtocol(request.protocol ?? "roj");
  const nodes = request.nodes ?? scenario.nodes;
  const operations = request.operations ?? OPERATIONS_DEFAULT;
  const level = request.level ?? "sim";
  refuseNonsense(scenario, { ...request, nodes, operations });
  if (level !== "sim") {
    throw new RigError("capability.level", `level "${level}" is not available: expected "sim"`);
  }
  const roundTimeoutNs = ROUND_TIMEOUT_NS + 2 * scenario.delayMaxNs;
  const faults = scenario.faults({ nodes, operations });
  const expectation = expectationOf(adversityOf(nodes, faults));
  return {
    schema: 1,
    scenario: scenario.name,
    protocol,
    level,
    seed: request.seed,
    nodes,
    bus: BITRATES,
    timers: { roundTimeoutNs, roundDeltaNs: roundTimeoutNs / 10 },
    storage: { writeNs: WRITE_NS },
    client: {
      operationTimeoutNs: OPERATION_TIMEOUTS * roundTimeoutNs,
      retryNs: 2 * roundTimeoutNs,
    },
    workload: {
      operations,
      clients: 10,
      keys: scenario.keys,
      appendsPerKey: 24,
      microOpsMax: 4,
      readPercent: 50,
      finalReadsMin: 20,
    },
    faults,
    expectation,
    floors: floorsOf(expectation),
    assertions: scenario.assertions,
  };
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

/** What the faults do at their worst: nodes silent at once, and the largest group left connected. */
export function adversityOf(nodes: number, faults: readonly Fault[]): Adversity {
  const silent = new Set<number>();
  let largestGroup = nodes;
  for (const fault of faults) {
    if (fault.kind === "crash" || fault.kind === "power-cut" || fault.kind === "pause") {
      for (const node of fault.nodes) silent.add(node);
    } else if (fault.kind === "partition") {
      largestGroup = Math.min(largestGroup, Math.max(...fault.groups.map((each) => each.length)));
    }
  }
  largestGroup = Math.min(largestGroup, nodes - silent.size);
  return { nodes, byzantine: 0, silent: silent.size, largestGroup };
}

function floorsOf(expectation: Expectation): Floors {
  const duringFaultsPercent = expectation.class === "tolerate" ? 50 : 0;
  return { outsideFaultsPercent: 50, duringFaultsPercent, afterHeal: 20 };
}
