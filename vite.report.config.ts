/** Packs the views of the web application for `report.html`: one text, base64 of gzip. */

import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

function packed(): Plugin {
  return {
    name: "packed",
    generateBundle(_, bundle) {
      for (const [name, chunk] of Object.entries(bundle)) {
        delete bundle[name];
        if (chunk.type !== "chunk") continue;
        const source = gzipSync(chunk.code, { level: 9 }).toString("base64");
        this.emitFile({ type: "asset", fileName: "view.txt", source });
      }
    },
  };
}

export default defineConfig({
  root: "rig/web",
  plugins: [react(), packed()],
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: "../../dist/report",
    emptyOutDir: true,
    lib: { entry: "report-main.tsx", formats: ["iife"], name: "report", fileName: "view" },
  },
  logLevel: "warn",
});
