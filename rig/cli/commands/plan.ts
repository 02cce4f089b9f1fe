/** `rig plan`: what a run would do, without doing it. */

import type { Fault, Position } from "../../core/fault/fault.ts";
import { describeTarget } from "../../core/fault/target.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import { SCENARIOS } from "../../core/plan/scenarios.ts";
import { EXIT } from "../../core/verdict/exit-code.ts";
import { durationText } from "../../report/text.ts";
import type { Command } from "../command.ts";
import { planOfArguments, planOptions } from "../options.ts";
import { repeatOf } from "../repeat.ts";

export const planCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "plan",
      "Show what a run would do (dry run)",
      (args) =>
        planOptions(args).option("list", {
          boolean: true,
          default: false,
          describe: "List the scenarios instead",
        }),
      (args) =>
        finish(() => {
          if (args.list) process.stdout.write(args.json ? listJson() : listText());
          else {
            const plan = planOfArguments(args);
            process.stdout.write(args.json ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan));
          }
          return EXIT.valid;
        }),
    );
  },
};

function listText(): string {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  const lines = SCENARIOS.map(
    ({ name, nodes, summary }) => `${name.padEnd(width)}  ${nodes} nodes  ${summary}`,
  );
  return `${lines.join("\n")}\n`;
}

function listJson(): string {
  const list = SCENARIOS.map(({ name, nodes, summary }) => ({ name, nodes, summary }));
  return `${JSON.stringify(list, null, 2)}\n`;
}

function planText(plan: RunPlan): string {
  const { workload, timers, client, bus, expectation, floors } = plan;
  const faults = plan.faults.map(faultText);
  const rows: [string, string][] = [
    ["scenario", `${plan.scenario}, ${plan.nodes} nodes of ${plan.protocol}, level ${plan.level}`],
    ["seed", String(plan.seed)],
    ["expected", `${expectation.class}: ${expectation.why}`],
    [
      "workload",
      `${workload.operations} operations by ${workload.clients} clients ` +
        `on ${workload.keys} keys, ` +
        `${workload.readPercent} % reads, then at least ${workload.finalReadsMin} final reads`,
    ],
    ["faults", faults.length === 0 ? "none" : (faults[0] as string)],
    ...faults.slice(1).map((text): [string, string] => ["", text]),
    [
      "bus",
      `CAN-FD, ${bus.nominalBitrateBps / 1000} kbit/s nominal, ` +
        `${bus.dataBitrateBps / 1000} kbit/s data`,
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
    ["run it", repeatOf(plan, null)],
  ];
  return `${rows.map(([name, text]) => `${name.padEnd(10)}${text}`).join("\n")}\n`;
}

function faultText(fault: Fault): string {
  const end = fault.end === undefined ? "the end of the workload" : positionText(fault.end);
  return `${fault.kind} of ${describeTarget(fault)}, from ${positionText(fault.start)} to ${end}`;
}

function positionText(position: Position): string {
  return "atNs" in position ? durationText(position.atNs) : `operation ${position.atOperation}`;
}
