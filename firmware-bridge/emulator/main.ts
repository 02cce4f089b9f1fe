/** The process that emulates a bench's boards. Its argument is a file with its setup as JSON. */

import { readFileSync } from "node:fs";
import { EmulatedBench } from "./emulated-bench.ts";

const bench = new EmulatedBench(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  process.on(signal, () => {
    bench.stop();
    process.exit(0);
  });
}
await bench.run();
process.exit(0);
