/**
 * Which part of the rig may import which, as pure checks over parsed sources: directions between
 * the parts, packages, cycles between files, and files that nobody imports.
 */

import type { SourceFile } from "./source-tree.ts";

/** Parts by name; an adapter is `adapters/NAME`, and each half of the firmware bridge is one too. */
export type Part = string;

/** Files that are run or published themselves. */
export const ENTRIES: readonly string[] = [
  "rig/cli/main.ts",
  "rig/index.ts",
  "rig/trace.ts",
  "rig/client.ts",
  "rig/cli/node-main.ts",
  "firmware-bridge/emulator/main.ts",
  "rig/web/main.tsx",
  "rig/web/report-main.tsx",
];

/** What each part may import beside itself. Adapters have a rule of their own, the command all. */
const VISIBLE: Readonly<Record<Part, readonly Part[]>> = {
  core: [],
  ports: ["core"],
  simulation: ["core"],
  report: ["core"],
  web: ["core"],
  engine: ["core", "ports"],
  server: ["core", "ports", "engine", "report"],
  "bridge/protocol": [],
};

/** Parts that use neither Node's modules nor packages. */
const SELF_CONTAINED: readonly Part[] = [
  "core",
  "ports",
  "simulation",
  "engine",
  "report",
  "bridge/protocol",
];

/** The part that a file belongs to; null when it is none of ours. */
export function partOf(file: string): Part | null {
  const [root, first, second] = file.split("/");
  if (root === "firmware-bridge") return first === undefined ? null : `bridge/${first}`;
  if (root !== "rig" || first === undefined) return null;
  if (second === undefined) return "face";
  return first === "adapters" ? `adapters/${second.replace(/\.ts$/, "")}` : first;
}

function isVisible(from: Part, to: Part): boolean {
  if (from === to || from === "cli") return true;
  // The package's public face shows what there is, the command apart.
  if (from === "face") return to !== "cli";
  const visible = VISIBLE[from];
  if (visible !== undefined) return visible.includes(to);
  if (to === "core" || to === "ports") return true;
  if (from === "adapters/sim") return to === "simulation";
  // The drivers speak over the host's sessions.
  if (from === "bridge/power" && to === "bridge/host") return true;
  return from.startsWith("bridge/") && to === "bridge/protocol";
}

export function checkDirections(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const from = partOf(file.path);
    if (from === null) return [`${file.path}: belongs to no part of the rig`];
    return file.imports.flatMap(({ target, line, specifier }) => {
      if (target === null) return [];
      const to = partOf(target);
      if (to !== null && isVisible(from, to)) return [];
      return [`${file.path}:${line}: ${from} imports ${specifier} of ${to ?? "no part"}`];
    });
  });
}

export function checkPackages(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const part = partOf(file.path) ?? "";
    return file.imports
      .filter(({ target, specifier }) => {
        if (target !== null || mayUsePackage(file.path, specifier)) return false;
        return SELF_CONTAINED.includes(part) || (part === "web" && specifier.startsWith("node:"));
      })
      .map(({ line, specifier }) => `${file.path}:${line}: ${part} imports package ${specifier}`);
  });
}

/** The contract of the server is made of schemas. */
function mayUsePackage(path: string, specifier: string): boolean {
  return path.startsWith("rig/core/api/") && specifier === "zod";
}

/** Each cycle once, as the files along it. Imports of types count: they bind readers as well. */
export function checkCycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(
    files.map((file) => [file.path, file.imports.flatMap(({ target }) => target ?? [])]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (file: string) => {
    if (done.has(file) || !targets.has(file)) return;
    const at = open.indexOf(file);
    if (at >= 0) {
      cycles.push(`import cycle: ${[...open.slice(at), file].join(" -> ")}`);
      return;
    }
    open.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    open.pop();
    done.add(file);
  };
  for (const file of targets.keys()) visit(file);
  return cycles;
}

export function checkImported(
  files: readonly SourceFile[],
  entries: readonly string[] = ENTRIES,
): string[] {
  const imported = new Set(files.flatMap((file) => file.imports.map(({ target }) => target)));
  return files
    .filter((file) => !imported.has(file.path) && !entries.includes(file.path))
    .map((file) => `${file.path}: nobody imports it`);
}
