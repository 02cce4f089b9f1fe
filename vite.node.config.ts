/**
 * Packs the command, the node program and their worker threads: opening a file is dear, in `rig vm`
 * dearer still, and three hundred modules take longer than most commands. `tsc` makes `dist` first.
 */

import { defineConfig } from "vite";

/** Threads and programs are found beside the file that starts them, by these names. */
const ENTRIES = {
  main: "dist/rig/cli/main.js",
  "node-main": "dist/rig/cli/node-main.js",
  "bench-emulator": "dist/firmware-bridge/emulator/main.js",
  worker: "dist/rig/cli/suite/worker.js",
  "check-worker": "dist/rig/cli/serve/check-worker.js",
};
/** They load parts of their own at run time: addons of C, and what finds those. */
const AS_INSTALLED = [
  "serialport",
  "@serialport/parser-readline",
  "@serialport/stream",
  "johnny-five",
  "firmata-io",
  "socketcan",
];

export default defineConfig({
  logLevel: "warn",
  ssr: { noExternal: true, external: AS_INSTALLED },
  build: {
    ssr: true,
    target: "node20",
    outDir: "dist/bin",
    copyPublicDir: false,
    rolldownOptions: {
      input: ENTRIES,
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    },
  },
});
