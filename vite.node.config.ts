/**
 * Packs the node program into one file: the rig starts it many times, and where opening a file is
 * dear (`rig vm`) ninety modules take longer than the run. `tsc` makes `dist` before this.
 */

import { defineConfig } from "vite";

export default defineConfig({
  logLevel: "warn",
  ssr: { noExternal: true },
  build: {
    ssr: "dist/rig/cli/node-main.js",
    target: "node20",
    outDir: "dist/rig/cli/packed",
    emptyOutDir: false,
    copyPublicDir: false,
    rolldownOptions: { output: { entryFileNames: "node.mjs" } },
  },
});
