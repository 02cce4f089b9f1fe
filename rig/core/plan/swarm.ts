/**
 * The swarm: plans of which a seed draws everything (sizes, timers, rates, storage, clients,
 * profile, and faults of all families that overlap). What to expect of each follows from its
 * numbers, as for any plan: beyond the bound of Byzantine nodes nothing is promised, within it no
 * violation may ever show, and progress is asked for only where a quorum stays connected.
 */

import type { Position } from "../fault/fault.ts";
import { Random } from "../random/random.ts";
import { NS_PER_MS, NS_PER_US } from "../time/time.ts";
import type { RunResult } from "../verdict/run-result.ts";
import { makePlan, scenarioIssues } from "./make-plan.ts";
import type { RunPlan } from "./plan.ts";
import type { Scenario, ScenarioFault } from "./scenario.ts";
import { drawFault, drawRestart, SWARM_FAMILIES } from "./swarm-faults.ts";

const NODES_MAX = 9;
/** Drawn ones; a restart comes with each that damages records. */
const FAULTS_MAX = 5;

/** The plan of this seed, 0 to 2^32 - 1. */
export function swarmPlan(seed: number): RunPlan {
  const random = Random.of(seed, "swarm");
  const nodes = random.between(1, NODES_MAX);
  const operations = random.between(20, 60);
  const scenario = drawScenario(random, nodes, operations);
  // Without signatures nobody could tell that what all others got was altered on its way.
  const isAltered = scenario.faults.some(({ kind }) => kind === "janus" || kind === "crc-residual");
  const isBetrayed = scenario.faults.some(({ kind }) => kind === "byzantine");
  const isSigned = random.chance(1, 3) || isAltered || isBetrayed;
  const isByHost = scenario.workload.clientsAt === "host";
  const isSealed = isByHost && Random.of(seed, "macs").chance(1, 3);
  const auth = isSigned || isSealed ? ({ auth: isSigned ? "ideal" : "mac" } as const) : {};
  const plan = makePlan({ scenario, seed, nodes, operations, ...auth });
  const factor = random.between(2, 6) / 2;
  const { roundTimeoutNs, roundDeltaNs } = plan.timers;
  const slow = random.chance(1, 4);
  return {
    ...plan,
    bus: slow ? { ...plan.bus, nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 } : plan.bus,
    timers: {
      roundTimeoutNs: Math.round(roundTimeoutNs * factor * (slow ? 2 : 1)),
      roundDeltaNs: Math.round((roundDeltaNs * random.between(1, 4)) / 4),
    },
    client: {
      operationTimeoutNs: Math.round(plan.client.operationTimeoutNs * factor * (slow ? 2 : 1)),
      retryNs: Math.round(plan.client.retryNs * (random.between(1, 6) / 2)),
    },
    storage: drawStorage(random),
    // What share is acknowledged under many faults at once says nothing; that it goes on does.
    floors: { outsideFaultsPercent: 0, duringFaultsPercent: 0, afterHeal: 1 },
  };
}

function drawStorage(random: Random): RunPlan["storage"] {
  const writeNs = random.between(1, 40) * 25 * NS_PER_US;
  const sectorBytes = random.chance(1, 3) ? 4096 : 32;
  if (random.chance(1, 2)) return { writeNs, sectorBytes };
  const everySlots = random.between(1, 24);
  return {
    writeNs,
    sectorBytes,
    compaction: { everySlots, keptSlots: random.between(1, everySlots) },
  };
}

function drawScenario(random: Random, nodes: number, operations: number): Scenario {
  const base: Scenario = {
    name: "swarm",
    summary: "everything is drawn from the seed",
    nodes,
    nodesMin: 1,
    workload: {
      clients: random.between(1, 12),
      keys: random.between(1, 8),
      appendPercent: random.between(30, 70),
      txnLength: random.between(1, 4),
      clientsAt: random.chance(3, 4) ? "host" : "both",
      nodeProcesses: random.between(1, 2),
    },
    faults: [],
    floors: {},
    timers: {},
    bus: {
      ...(random.chance(1, 4) ? { busOffRestartNs: "never" as const } : {}),
      ...(random.chance(1, 2) ? { busOffQueue: "abort" as const } : {}),
    },
    assertions: [],
  };
  // A few families at a time, so that each seed has a character of its own.
  const families = SWARM_FAMILIES.filter(() => random.chance(1, 3));
  if (families.length === 0) return base;
  let scenario = base;
  for (let left = random.between(1, FAULTS_MAX); left > 0; left--) {
    const detail = drawFault(random, families, nodes);
    if (detail === null) continue;
    const place = drawPlace(random, operations);
    const restart = drawRestart(random, detail, nodes);
    const drawn = restart === null ? [detail] : [detail, restart];
    const added = drawn.map((each) => ({ ...each, ...place }) as ScenarioFault);
    const longer = { ...scenario, faults: [...scenario.faults, ...added] };
    if (scenarioIssues(longer, { nodes, operations }).length === 0) scenario = longer;
  }
  // What the clients on a traitor ask for and say they heard may be anything.
  const isBetrayed = scenario.faults.some(({ kind }) => kind === "byzantine");
  if (!isBetrayed) return scenario;
  return { ...scenario, workload: { ...scenario.workload, clientsAt: "host" } };
}

/** Faults without an end last as long as the workload. */
function drawPlace(random: Random, operations: number): Pick<ScenarioFault, "start" | "end"> {
  const isTime = random.chance(1, 4);
  const from = isTime ? random.below(100) : random.below(operations);
  const length = isTime ? random.between(1, 200) : random.between(1, operations);
  const at = (place: number): Position =>
    isTime ? { atNs: place * NS_PER_MS } : { atOperation: place };
  const start = at(from);
  if (random.chance(1, 4)) return { start };
  const end = isTime ? from + length : Math.min(operations, from + length);
  return { start, end: at(end) };
}

/**
 * What faults may cost that stop a quorum: where the bus is starved for long, every queue on it
 * overflows; timers have grown, so some final reads take too long, though never all of them; and
 * clients on nodes that were down may have got no answer at all.
 */
function isPriceOfFaults(code: string, text: string): boolean {
  if (code === "final-reads-missing") return !text.startsWith("0 of ");
  if (code === "dropped-frames") return true;
  const isEmpty = code === "nothing-read" || text.endsWith(": empty-transaction-graph");
  return isEmpty && text.includes("the nodes' history");
}

/**
 * Why the run of a swarm plan shows a bug, of the protocol or of the rig; null when it shows none.
 * Faults that found nothing to strike are no bug, nor is anything beyond the bound. Clients that
 * live on a node go down with it, even at the very end of the faults: what those of them missed
 * after it is not judged.
 */
export function swarmBug({ expectation, reasons, nodesHistory }: RunResult): string | null {
  if (expectation.class === "must-detect") return null;
  const bug = reasons.find(({ outcome, code, text }) => {
    if (nodesHistory !== undefined && text.includes("keys of the nodes' clients")) return false;
    if (expectation.class === "safe-only" && isPriceOfFaults(code, text)) return false;
    return outcome !== "valid" && code !== "idle-fault";
  });
  return bug === undefined ? null : `${bug.code}: ${bug.text}`;
}
