/**
 * `npm run bench`: every row, as a table; `npm run bench -- --only check` one group of them.
 * Compare figures of one run only, and quote ratios.
 */

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchBus } from "./bus-bench.ts";
import { benchCan } from "./can-bench.ts";
import { benchCheck } from "./check-bench.ts";
import { benchCommits } from "./commit-bench.ts";
import { benchPage } from "./page-bench.ts";
import type { BenchRow } from "./rows.ts";
import { benchRuns } from "./run-bench.ts";
import { benchTraces } from "./trace-bench.ts";

type Rows = Iterable<BenchRow> | AsyncIterable<BenchRow>;

const GROUPS: Readonly<Record<string, () => Rows>> = {
  bus: () => benchBus(),
  runs: benchRuns,
  commits: benchCommits,
  check: benchCheck,
  traces: benchTraces,
  can: benchCan,
  page: benchPage,
};

async function print(rows: Rows): Promise<void> {
  for await (const { name, value, unit, ratio } of rows) {
    const digits = value >= 100 ? 0 : 2;
    const figure = value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    const beside = ratio === undefined ? "" : `  (${ratio})`;
    process.stdout.write(`${name.padEnd(56)}${figure.padStart(12)} ${unit}${beside}\n`);
  }
}

const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
if (only !== undefined && !Object.hasOwn(GROUPS, only)) {
  process.stderr.write(`--only ${only}: expected one of ${Object.keys(GROUPS).join(", ")}\n`);
  process.exit(64);
}
process.stdout.write(`Node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}\n\n`);
for (const [name, bench] of Object.entries(GROUPS)) {
  if (only === undefined || only === name) await print(bench());
}
