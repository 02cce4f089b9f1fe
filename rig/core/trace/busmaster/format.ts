/** BUSMASTER's log as a trace format. */

import type { TraceFormat } from "../trace-format.ts";
import { readBusmaster } from "./reader.ts";
import { writeBusmaster } from "./writer.ts";

export const busmasterFormat: TraceFormat = {
  name: "busmaster",
  title: "BUSMASTER log",
  extensions: [".log"],
  detect: ({ lines }) => lines.some((line) => /^\*\*\*BUSMASTER Ver /.test(line)),
  reader: readBusmaster,
  writer: writeBusmaster,
};
