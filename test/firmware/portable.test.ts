/** The agent and ROJ for a Cortex-M4: they compile, and need nothing but what a port gives. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { itNeeds } from "../support/needs.ts";

const AGENT = new URL("../../firmware-bridge/firmware/agent/", import.meta.url).pathname;
const CORE = ["agent", "commands", "history", "../line/line"];
const ROJ = [
  ...["roj", "agreement", "rounds", "log", "transfer", "slot", "store", "wire"],
  ...["residents", "app-roj"],
];
const GUIDE = new URL("../../docs/guide/porting.md", import.meta.url);

const compiler = {
  has: spawnSync("arm-none-eabi-gcc", ["--version"]).status === 0,
  what: "arm-none-eabi-gcc",
};

/** What a compiler for ARM may call by itself. */
const OF_THE_COMPILER = /^(memcpy|memset|__aeabi_\w+)$/;

itNeeds(compiler)(
  "compiles for a Cortex-M4 without a C library, and asks for the port alone",
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), "rig-arm-"));
    const run = (tool: string, args: readonly string[]) =>
      execFileSync(`arm-none-eabi-${tool}`, args, { cwd: folder, encoding: "latin1" });
    const target = ["-mcpu=cortex-m4", "-mthumb", "-ffreestanding", "-Os", "-std=c99"];
    const strict = ["-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic"];
    run("gcc", [
      ...target,
      ...strict,
      "-c",
      ...[...CORE, ...ROJ].map((name) => `${AGENT}${name}.c`),
    ]);
    const objects = [...CORE, ...ROJ].map((name) => `${path.basename(name)}.o`);
    run("ld", ["-r", ...objects, "-o", "agent.elf"]);
    const needed = run("nm", ["-u", "agent.elf"])
      .trim()
      .split("\n")
      .map((line) => line.trim().slice(2))
      .filter((name) => !OF_THE_COMPILER.test(name));
    const header = readFileSync(`${AGENT}agent.h`, "latin1");
    const port = [...header.matchAll(/\b(agent_port_\w+)\(/g)].map(([, name]) => name);
    expect(needed.sort()).toEqual([...new Set(port)].sort());
  },
);

it("names each function of the port in the guide", () => {
  const header = readFileSync(`${AGENT}agent.h`, "latin1");
  const guide = readFileSync(GUIDE, "utf8");
  for (const [, name = ""] of header.matchAll(/\b(agent_port_\w+)\(/g)) {
    expect(guide).toContain(`\`${name}(`);
  }
});
