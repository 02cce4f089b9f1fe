/** `rig report`: makes the derived files of a run folder again, whole or partial, and shows it. */

import { join } from "node:path";
import { readBenchOf, readRunFolder } from "../../adapters/store/read-folder.ts";
import { writeWhole } from "../../adapters/store/run-folder.ts";
import { EXIT, type ExitCode, exitOfOutcome } from "../../core/verdict/exit-code.ts";
import { judgeRun } from "../../core/verdict/judge.ts";
import { consoleReport } from "../../report/console.ts";
import { resultJsonLine } from "../../report/json.ts";
import type { Command } from "../command.ts";
import { filesOfRun, repeatOf } from "../repeat.ts";
import { styleFor, widthOf } from "../terminal.ts";

export const reportCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "report <folder>",
      "Make the reports of a run folder again, also of one that broke off",
      (args) => args.positional("folder", { string: true, demandOption: true }),
      ({ folder, json, quiet }) => finish(() => report(String(folder), { json, quiet })),
    );
  },
};

function report(folder: string, args: { json: boolean; quiet: boolean }): ExitCode {
  const evidence = readRunFolder(folder);
  const result = judgeRun(evidence);
  const bench = readBenchOf(folder);
  for (const { name, text } of filesOfRun(evidence, result, bench)) {
    writeWhole(join(folder, name), text);
  }
  const { stdout } = process;
  if (args.json) stdout.write(`${resultJsonLine(result)}\n`);
  else if (!args.quiet) {
    const repeat = repeatOf(evidence.plan, folder, bench);
    const options = { folder, repeat, width: widthOf(stdout), style: styleFor(stdout) };
    stdout.write(consoleReport(result, evidence, options));
  }
  return result.asExpected ? EXIT.valid : exitOfOutcome(result.outcome);
}
