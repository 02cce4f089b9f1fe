/** Builds the browser application into the package: `rig serve` serves it, without a network. */

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: "rig/web",
  base: "./",
  plugins: [react()],
  build: { outDir: "../../dist/web", emptyOutDir: true, assetsInlineLimit: 0 },
  logLevel: "warn",
});
