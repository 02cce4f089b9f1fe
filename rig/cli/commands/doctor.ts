/** `rig doctor`: what this machine has for the rig, what is missing, and the next step for each. */

import type { Argv } from "yargs";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { benchChecks } from "../doctor-bench.ts";
import { type DoctorCheck, doctorChecks } from "../doctor-checks.ts";

export const doctorCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "doctor",
      "Say what this machine has for the rig, and what is missing",
      (args: Argv<GlobalArguments>) =>
        args.option("bench", {
          type: "string",
          describe: "A bench file: also looks at its lease, and asks its supplies",
          requiresArg: true,
        }),
      (args) => finish(() => doctor(args)),
    );
  },
};

interface DoctorArguments extends GlobalArguments {
  readonly bench?: string | undefined;
}

const NAME_WIDTH = 18;

/** A failed check is a missing capability; a warning is of what may not be needed. */
async function doctor(args: DoctorArguments): Promise<ExitCode> {
  const { bench, json, quiet, timeout, "output-dir": outputDir } = args;
  const ofBench = bench === undefined ? [] : await benchChecks(bench, timeout);
  const checks = [...doctorChecks(outputDir), ...ofBench];
  const isHealthy = checks.every(({ status }) => status !== "fail");
  if (json) process.stdout.write(`${JSON.stringify({ healthy: isHealthy, checks })}\n`);
  else if (!quiet) process.stdout.write(checks.map(lineOf).join(""));
  return isHealthy ? EXIT.valid : EXIT.missingCapability;
}

function lineOf({ name, status, detail, next }: DoctorCheck): string {
  const line = `${status.padEnd(7)} ${name.padEnd(NAME_WIDTH)} ${detail}\n`;
  return next === undefined ? line : `${line}${" ".repeat(8)}${next}\n`;
}
