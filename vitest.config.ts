import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "docs/examples/*.test.ts"],
    // The default leaves one core idle. One more than there are: many tests wait for processes.
    maxWorkers: availableParallelism() + 1,
    // Levels process and vcan live in real time: a machine that stalls may upset one of their tests.
    retry: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
