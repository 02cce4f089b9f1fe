/** A plan in words, for `rig plan` and for the table of the scenarios in the documents. */

import type { Fault, Position } from "../core/fault/fault.ts";
import { describeTarget } from "../core/fault/target.ts";
import type { Assertion, LatencyFigureLimit, RunPlan } from "../core/plan/plan.ts";
import { COUNTER_WORDS } from "../core/verdict/assertions.ts";
import { durationText } from "../report/text.ts";
import { repeatOf } from "./repeat.ts";

type Row = readonly [name: string, text: string];

export function planText(plan: RunPlan): string {
  const { workload, timers, client, bus, expectation, floors } = plan;
  const rows: readonly Row[] = [
    ["scenario", `${plan.scenario}, ${plan.nodes} nodes of ${plan.protocol}, level ${plan.level}`],
    ...(plan.auth === undefined ? [] : [["signatures", plan.auth] as const]),
    ["seed", String(plan.seed)],
    ["expected", `${expectation.class}: ${expectation.why}`],
    [
      "workload",
      `${workload.kind ?? "list-append"}: ` +
        `${workload.operations} operations by ${workload.clients} clients ` +
        (workload.ratePerS === undefined ? "" : `at ${workload.ratePerS}/s `) +
        `on ${workload.keys} keys, ` +
        `${workload.readPercent} % reads, then at least ${workload.finalReadsMin} final reads`,
    ],
    ...rowsOf("faults", plan.faults.map(faultText)),
    [
      "bus",
      `CAN-FD, ${bus.nominalBitrateBps / 1000} kbit/s nominal, ` +
        `${bus.dataBitrateBps / 1000} kbit/s data, ` +
        (bus.busOffRestartNs === undefined
          ? "no restart after bus-off"
          : `restart ${durationText(bus.busOffRestartNs)} after bus-off`),
    ],
    [
      "timers",
      `a step of a round ${durationText(timers.roundTimeoutNs)} and ` +
        `${durationText(timers.roundDeltaNs)} more each round; ` +
        `an operation times out after ${durationText(client.operationTimeoutNs)}`,
    ],
    [
      "floors",
      `acknowledged: ${floors.outsideFaultsPercent} % outside the faults, ` +
        `${floors.duringFaultsPercent} % during them, ${floors.afterHeal} operations after heal`,
    ],
    ...rowsOf("limits", plan.assertions.map(assertionText)),
    ["run it", repeatOf(plan, null)],
  ];
  return `${rows.map(([name, text]) => `${name.padEnd(10)}${text}`).join("\n")}\n`;
}

function rowsOf(name: string, texts: readonly string[]): readonly Row[] {
  if (texts.length === 0) return [[name, "none"]];
  return texts.map((text, index) => [index === 0 ? name : "", text]);
}

export function faultText(fault: Fault): string {
  const end = fault.end === undefined ? "the end of the workload" : positionText(fault.end);
  return `${fault.kind} of ${describeTarget(fault)}, from ${positionText(fault.start)} to ${end}`;
}

function positionText(position: Position): string {
  return "atNs" in position ? durationText(position.atNs) : `operation ${position.atOperation}`;
}

const FIGURES: Readonly<Record<LatencyFigureLimit, string>> = {
  "mean-within": "mean latency",
  "p50-within": "median latency",
  "p95-within": "95th percentile of latency",
  "p99-within": "99th percentile of latency",
};

export function assertionText(assertion: Assertion): string {
  switch (assertion.name) {
    case "acknowledged-within":
      return `every acknowledgement within ${durationText(assertion.limitNs)}`;
    case "median-over-baseline": {
      const { times, scenario } = assertion;
      return `median latency at least ${times} times that of ${scenario} on the same seed`;
    }
    case "counted":
      return `at least ${assertion.atLeast} ${COUNTER_WORDS[assertion.counter]}`;
    case "traitors-convicted":
      return "honest nodes hold evidence, and none against an honest node";
    case "false-commits-refused":
      return "false commits are refused, and none is applied";
    default:
      return `${FIGURES[assertion.name]} within ${durationText(assertion.limitNs)}`;
  }
}
