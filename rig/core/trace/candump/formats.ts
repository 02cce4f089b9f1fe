/** candump's two forms as trace formats. */

import type { TraceFormat } from "../trace-format.ts";
import { readCandumpLog } from "./log-reader.ts";
import { writeCandumpLog } from "./log-writer.ts";
import { parseScreenLine } from "./screen-line.ts";
import { readCandumpScreen } from "./screen-reader.ts";
import { writeCandumpScreen } from "./screen-writer.ts";

export const candumpLog: TraceFormat = {
  name: "candump",
  title: "candump log",
  extensions: [".log"],
  detect: ({ lines }) => lines.some((line) => /^\(\d+\.\d+\)\s+\S+\s+[0-9A-Fa-f]+#/.test(line)),
  reader: readCandumpLog,
  writer: writeCandumpLog,
};

export const candumpScreen: TraceFormat = {
  name: "candump-screen",
  title: "candump on the terminal",
  extensions: [".txt"],
  detect: ({ lines }) => lines.some(isScreenLine),
  reader: readCandumpScreen,
  writer: writeCandumpScreen,
};

function isScreenLine(line: string): boolean {
  try {
    return parseScreenLine(line, 1) !== null;
  } catch {
    return false;
  }
}
