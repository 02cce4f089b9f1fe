// Builds the SocketCAN addon when the package is installed. It never fails: without it the rig
// takes the npm package's way to receive, and `rig doctor` says what is missing.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const here = import.meta.dirname;
const SOURCES = ["canraw.c", "canplay.c"];
const output = path.join(here, "build", "canraw.node");

function build() {
  if (process.platform !== "linux") return "SocketCAN is a part of Linux";
  let headers;
  try {
    headers = createRequire(import.meta.url)("node-api-headers").include_dir;
  } catch {
    return "the package node-api-headers is not installed";
  }
  mkdirSync(path.dirname(output), { recursive: true });
  rmSync(output, { force: true });
  const flags = ["-std=c11", "-O2", "-Wall", "-shared", "-fPIC", "-pthread", "-I", headers];
  const { status, error, stderr } = spawnSync(
    process.env.CC ?? "cc",
    [...flags, ...SOURCES.map((name) => path.join(here, name)), "-o", output],
    { encoding: "utf8" },
  );
  if (error !== undefined) return `no C compiler: ${error.message}`;
  return status === 0 ? null : stderr.trim().split("\n")[0];
}

const problem = build();
if (problem !== null) console.log(`canfd-rig: SocketCAN addon not built: ${problem}`);
