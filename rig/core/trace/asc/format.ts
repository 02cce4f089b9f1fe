/** Vector ASC as a trace format. */

import type { TraceFormat } from "../trace-format.ts";
import { readAsc } from "./reader.ts";
import { writeAsc } from "./writer.ts";

const HEAD = /^(?:date \S+ \S+ \d|base\s+(?:hex|dec)\s+timestamps|begin trigger\s?block)/i;
const FRAME = /^\d+\.\d{3,}\s+(?:\d+\s+[0-9A-Fa-f]+x?\s+(?:Rx|Tx)\s+[dr]\b|CAN(?:FD|XL)\s+\d+\s)/;

export const ascFormat: TraceFormat = {
  name: "asc",
  title: "Vector ASC",
  extensions: [".asc"],
  detect: ({ lines }) => lines.some((line) => HEAD.test(line) || FRAME.test(line)),
  reader: readAsc,
  writer: writeAsc,
};
