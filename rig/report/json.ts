/**
 * `result.json`: the result as it is, with the keys in one order whatever order it was put
 * together in, so that two runs can be compared by their bytes.
 */

import { sortedCounts } from "../core/metrics/metrics.ts";
import type { RunResult } from "../core/verdict/run-result.ts";

/** Indented, with a newline at the end. */
export function resultJson(result: RunResult): string {
  return `${JSON.stringify(ordered(result), null, 2)}\n`;
}

/** One line without its newline, for `--json` and batches. */
export function resultJsonLine(result: RunResult): string {
  return JSON.stringify(ordered(result));
}

function ordered(result: RunResult): RunResult {
  return {
    schema: result.schema,
    scenario: result.scenario,
    protocol: result.protocol,
    level: result.level,
    seed: result.seed,
    nodes: result.nodes,
    outcome: result.outcome,
    expectation: result.expectation,
    asExpected: result.asExpected,
    reasons: result.reasons,
    partial: result.partial,
    counts: result.counts,
    windows: result.windows,
    check: result.check,
    ...(result.nodesHistory === undefined ? {} : { nodesHistory: result.nodesHistory }),
    latency: result.latency,
    assertions: result.assertions,
    invariants: result.invariants,
    faults: result.faults,
    bus: result.bus,
    messages: sortedCounts(result.messages),
    nodeStatistics: result.nodeStatistics,
    teardown: result.teardown,
    ...(result.bench === undefined ? {} : { bench: result.bench }),
    ...(result.failure === undefined ? {} : { failure: result.failure }),
    durationNs: result.durationNs,
  };
}
