/** `rig load`: the load of a bus: of a recorded one, what it was. */

import { RigError } from "../../core/verdict/rig-error.ts";
import type { Command } from "../command.ts";
import { type LoadReportArguments, reportLoad } from "../load/report-load.ts";
import { tracePath } from "../trace-input.ts";

export const loadCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "load [trace]",
      "Report the exact load and the timing of a trace",
      (args) =>
        args
          .positional("trace", {
            type: "string",
            describe: "Trace file in any format, also gzip; - for standard input",
          })
          .option("bitrate", { string: true, describe: "Nominal bits a second: 500k (default)" })
          .option("data-bitrate", {
            string: true,
            describe: "Bits a second of the data phase: 2M (default)",
          })
          .option("window", { string: true, describe: "Length for the peak load: 100ms (default)" })
          .option("ids", { string: true, describe: "Show so many identifiers: 40 (default)" })
          .example("$0 load drive.blf --bitrate 500k --data-bitrate 5M", "figures of a recording"),
      (args) =>
        finish(() => {
          if (args.trace === undefined) {
            throw new RigError("usage.option", "load has no trace: expected a trace file");
          }
          return reportLoad({ ...(args as LoadReportArguments), trace: tracePath(args.trace) });
        }),
    );
  },
};
