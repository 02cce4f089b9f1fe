/** `rig plan`: what a run would do, without doing it. */

import { SCENARIOS } from "../../core/plan/scenarios.ts";
import { EXIT } from "../../core/verdict/exit-code.ts";
import type { Command } from "../command.ts";
import { planOfArguments, planOptions } from "../options.ts";
import { planText } from "../plan-text.ts";

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
