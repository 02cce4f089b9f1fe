/**
 * The sentences that console, JUnit and HTML share, so that a run is called the same everywhere:
 * its verdict, what was expected of it, what its faults did.
 */

import { FAULT_TRAITS, type FaultReport } from "../core/fault/fault.ts";
import type { ExpectationClass } from "../core/plan/expectation.ts";
import type { Outcome } from "../core/verdict/outcome.ts";
import type { CheckSummary, NodesHistorySummary, RunResult } from "../core/verdict/run-result.ts";
import { countText, durationText, plural } from "./text.ts";

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  valid: "VALID",
  invalid: "INVALID",
  unknown: "UNKNOWN",
  "not-run": "NOT RUN",
};

/** `VALID, as expected`. */
export function verdictWords({ outcome, asExpected }: RunResult): string {
  return `${OUTCOME_WORDS[outcome]}, ${asExpected ? "as expected" : "NOT AS EXPECTED"}`;
}

const EXPECTED: Readonly<Record<ExpectationClass, string>> = {
  tolerate: "safe and live all the time",
  "safe-only": "safe all the time, may stop while the fault lasts",
  "must-detect": "a checker has to fire",
};

/** `safe-only (safe all the time, may stop while the fault lasts)`. */
export function expectationWords({ expectation }: RunResult): string {
  return `${expectation.class} (${EXPECTED[expectation.class]})`;
}

/** What the verdict means beyond its reasons; null where those say it all. */
export function verdictRemark({ outcome, expectation, asExpected }: RunResult): string | null {
  if (expectation.class !== "must-detect") return null;
  if (asExpected) return "Something had to be found in this run, and the rig found it.";
  if (outcome === "valid") return "The rig failed: this run had to be detected and nothing fired.";
  return null;
}

/** The workload, unless it is the usual one. */
export function unusualWorkload({ check: { model } }: Pick<RunResult, "check">): readonly string[] {
  return model === "list-append" ? [] : [model];
}

/** `partition: 5 nodes, protocol roj, level sim, seed 7`. */
export function runWords(result: RunResult): string {
  const { scenario, nodes, protocol, level, seed } = result;
  const size = plural(nodes, "node");
  const work = unusualWorkload(result)
    .map((name) => `, ${name}`)
    .join("");
  return `${scenario}: ${size}${work}, protocol ${protocol}, level ${level}, seed ${seed}`;
}

/** What is to be said of the history of the nodes' own clients. */
export function nodesHistoryWords(history: NodesHistorySummary): string {
  const { counts, records, widened, lost, check } = history;
  const verdict = check.valid === true ? "" : `, ${check.valid === false ? "NOT " : "unknown if "}`;
  const consistency = `${verdict === "" ? ", " : verdict}${check.consistency}`;
  return (
    `nodes' history: ${countText(counts.ok)} of ${countText(counts.issued)} acknowledged` +
    `${consistency}; ${countText(records)} records, ${countText(widened)} without a marker, ` +
    `${countText(lost)} lost`
  );
}

export function checkWords({ model, consistency, valid, anomalyTypes }: CheckSummary): string {
  const subject = `${model}, ${consistency}`;
  if (valid === true) return `${subject}: no anomaly`;
  if (anomalyTypes.length > 0) return `${subject}: ${anomalyTypes.join(", ")}`;
  return `${subject}: ${valid === "unknown" ? "not decided" : "violated"}`;
}

export function effectWords({ kind, effects, startNs }: FaultReport): string {
  if (startNs === null) return "never in force";
  if (effects === 0) return "took no effect";
  const words = FAULT_TRAITS[kind].effects;
  return `${countText(effects)} ${effects === 1 ? words.replace(/s\b/, "") : words}`;
}

/** `3.20 s to 7.90 s`. */
export function intervalWords({ startNs, endNs }: FaultReport): string {
  if (startNs === null) return "";
  return `${durationText(startNs)} to ${endNs === null ? "the end" : durationText(endNs)}`;
}
