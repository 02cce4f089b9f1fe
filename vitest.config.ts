import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Nodes and programs in real time: a machine that stalls may upset one of their tests. */
const REAL_TIME = ["cli", "contract", "firmware", "process", "server", "vm", "web"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    // The default leaves one core idle. One more than there are: many tests wait for processes.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "core",
          // Pure code: what one file has loaded serves the next.
          isolate: false,
          include: ["test/**/*.test.ts", "docs/examples/*.test.ts"],
          exclude: REAL_TIME,
        },
      },
      { extends: true, test: { name: "real time", include: REAL_TIME, retry: 2 } },
    ],
  },
});
