/** `rig load`: the load of a bus: of a recorded one what it was, of a real one what is wanted. */

import { RigError } from "../../core/verdict/rig-error.ts";
import type { Command } from "../command.ts";
import { type GenerateArguments, generateLoad } from "../load/generate-load.ts";
import { type LoadReportArguments, reportLoad } from "../load/report-load.ts";
import { tracePath } from "../trace-input.ts";

export const loadCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "load [trace]",
      "Report the exact load and the timing of a trace, or keep an interface busy (--bus)",
      (args) =>
        args
          .positional("trace", {
            type: "string",
            describe: "Trace file in any format, also gzip; - for standard input",
          })
          .option("bitrate", {
            string: true,
            describe: "Nominal bits a second: 500k [default: 500k, the interface's for --bus]",
          })
          .option("data-bitrate", {
            string: true,
            describe:
              "Bits a second of the data phase: 2M [default: 2M, the interface's for --bus]",
          })
          .option("window", { string: true, describe: "Length for the peak load: 100ms (default)" })
          .option("ids", { string: true, describe: "Show so many identifiers: 40 (default)" })
          .option("bus", { string: true, describe: "Interface to keep busy, such as can0" })
          .option("percent", { string: true, describe: "With --bus: share of the bus" })
          .option("duration", { string: true, describe: "With --bus: how long, else until Ctrl-C" })
          .option("identifiers", {
            string: true,
            default: "100-7FF",
            describe: "With --bus: of the frames, 3 or 8 digits",
          })
          .option("frames", {
            choices: ["classic", "fd", "brs"],
            default: "classic",
            describe: "With --bus: what frames, of all lengths",
          })
          .option("seed", { string: true, describe: "With --bus: of the contents [default: 0]" })
          .example("$0 load drive.blf --bitrate 500k --data-bitrate 5M", "figures of a recording")
          .example("$0 load --bus can0 --percent 60 --duration 10s", "a busy bus"),
      (args) =>
        finish(() => {
          if (args.bus !== undefined) return generateLoad(args as GenerateArguments);
          if (args.trace === undefined) {
            throw new RigError("usage.option", "load has no trace: expected a trace file");
          }
          return reportLoad({ ...(args as LoadReportArguments), trace: tracePath(args.trace) });
        }),
    );
  },
};
