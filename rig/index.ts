/**
 * The library's public face: plan a run, carry it out in the simulation or over ports, judge it,
 * and check histories from anywhere.
 */

export { ed25519Authority } from "./adapters/crypto/ed25519.ts";
export { ElleCliChecker, type ElleCliOptions } from "./adapters/elle-cli/elle-cli-checker.ts";
export { openSimulatedWorld } from "./adapters/sim/open-simulated-world.ts";
export { CHECKERS as MODEL_CHECKERS } from "./core/checkers/index.ts";
export { makeNode } from "./core/consensus/make-node.ts";
export type { NodeCore, NodeEffect, NodeEvent, NodeRecord } from "./core/consensus/node-core.ts";
export { type CheckResult, checkListAppend, knownModels } from "./core/elle/index.ts";
export type { Fault } from "./core/fault/fault.ts";
export type { HistoryTable } from "./core/history/history-table.ts";
export { type MergedHistory, mergeNodeHistories } from "./core/history/merge-nodes.ts";
export type { NodeHistoryRecord, SeenMarker } from "./core/history/node-history.ts";
export type { MicroOp, Operation } from "./core/history/operation.ts";
export { tableOfOperations } from "./core/history/operation-table.ts";
export { HistoryReader, readHistory } from "./core/history/read-history.ts";
export { OperationsReader, readOperations } from "./core/history/read-operations.ts";
export {
  HistoryRecorder,
  type KeyedMicroOp,
  type RecorderOptions,
} from "./core/history/recorder.ts";
export {
  ednOfHistory,
  jsonArrayOfHistory,
  jsonLinesOfHistory,
} from "./core/history/write-history.ts";
export { makePlan, type PlanRequest } from "./core/plan/make-plan.ts";
export type { RunPlan } from "./core/plan/plan.ts";
export { SCENARIOS } from "./core/plan/scenarios.ts";
export { swarmBug, swarmPlan } from "./core/plan/swarm.ts";
export type { RunEvidence } from "./core/run/evidence.ts";
export { EvidenceBuilder } from "./core/run/evidence-builder.ts";
export type { RunRecord, RunSink } from "./core/run/record.ts";
export { judgeRun } from "./core/verdict/judge.ts";
export { RigError } from "./core/verdict/rig-error.ts";
export type { RunResult } from "./core/verdict/run-result.ts";
export { rojDbc } from "./core/wire/roj-dbc.ts";
export { RunEngine } from "./engine/run-engine.ts";
export type { CheckAnswer, Checker, CheckRequest } from "./ports/checker.ts";
export type { NodeState } from "./simulation/cluster-log.ts";
export { runPlan, runScenario, type ScenarioRun } from "./simulation/run-scenario.ts";
export {
  type Proposal,
  type ProposalStatus,
  SimulatedCluster,
  type SimulatedClusterOptions,
} from "./simulation/simulated-cluster.ts";
export { SimulatedRun } from "./simulation/simulated-run.ts";
