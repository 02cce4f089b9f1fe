/** `npm run bench`: every row, as a table. Compare figures of one run only, and quote ratios. */

import { cpus } from "node:os";
import { benchBus } from "./bus-bench.ts";
import { benchHistory } from "./history-bench.ts";
import type { BenchRow } from "./rows.ts";
import { benchRuns } from "./run-bench.ts";

function print(rows: readonly BenchRow[]): void {
  for (const { name, value, unit, ratio } of rows) {
    const digits = value >= 100 ? 0 : 2;
    const figure = value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    const beside = ratio === undefined ? "" : `  (${ratio})`;
    process.stdout.write(`${name.padEnd(48)}${figure.padStart(12)} ${unit}${beside}\n`);
  }
}

process.stdout.write(`Node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}\n\n`);
print(benchBus());
print(benchRuns());
print(benchHistory());
