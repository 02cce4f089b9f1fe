/** `rig report`, `rig plan`, help and completion. */

import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { rig, temporaryFolder } from "../support/cli.ts";

const out = temporaryFolder();
beforeAll(() =>
  rig(["run", "--scenario", "partition", "--seed", "5", "--quiet", "--output-dir", out]),
);

/** The folder of a run, for one test alone. */
function runFolder(): string {
  const folder = temporaryFolder();
  cpSync(realpathSync(join(out, "partition", "latest")), folder, { recursive: true });
  return folder;
}

const DERIVED = ["history.json", "history.edn", "metrics.json", "metrics.csv", "result.json"];

describe("rig report", () => {
  it("reads what controllers went through", async () => {
    const out = temporaryFolder();
    const args = ["--scenario", "error-passive-leader", "--seed", "7", "--output-dir", out];
    await rig(["run", ...args]);
    const { code } = await rig(["report", join(out, "error-passive-leader", "latest")]);
    expect(code).toBe(0);
  });

  it("makes the same derived files again, byte for byte, from the record alone", async () => {
    const folder = runFolder();
    const names = [...DERIVED, "junit.xml", "report.html"];
    const before = names.map((name) => readFileSync(join(folder, name), "utf8"));
    for (const name of names) rmSync(join(folder, name));
    const { code, stdout } = await rig(["report", folder]);
    expect(code).toBe(0);
    expect(stdout).toContain("VALID, as expected");
    expect(names.map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(before);
  });

  it("works on a folder whose record breaks off in the middle of a line", async () => {
    const folder = runFolder();
    truncateSync(join(folder, "events.jsonl"), 20_001);
    for (const name of DERIVED) rmSync(join(folder, name));
    const { code, stdout, stderr } = await rig(["report", folder]);
    expect(stderr).toBe("");
    expect(code).toBe(2);
    expect(stdout.split("\n")[0]).toMatch(/partial/i);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(DERIVED));
    const history = JSON.parse(readFileSync(join(folder, "history.json"), "utf8"));
    expect(history.at(-1)).toMatchObject({ type: "info", error: "the record breaks off" });
  });

  it("names file and line of a record that is none, and writes nothing", async () => {
    const folder = runFolder();
    const events = join(folder, "events.jsonl");
    const lines = readFileSync(events, "utf8").split("\n");
    lines[16] = "not a record";
    writeFileSync(events, lines.join("\n"));
    rmSync(join(folder, "result.json"));
    const { code, stderr } = await rig(["report", folder]);
    expect(stderr).toContain("events.jsonl:17: expected one record of a run");
    expect(code).toBe(65);
    expect(readdirSync(folder)).not.toContain("result.json");
  });

  it("says what is missing when the folder is no run folder", async () => {
    const { code, stderr } = await rig(["report", temporaryFolder()]);
    expect(stderr).toMatch(/run\.json: not readable: no such file/);
    expect(code).toBe(65);
    const folder = runFolder();
    appendFileSync(join(folder, "run.json"), "}");
    expect((await rig(["report", folder])).stderr).toMatch(/expected the run\.json of a run/);
  });
});

describe("rig plan", () => {
  it("shows what a run would do, in words and as JSON, and does nothing", async () => {
    const cwd = temporaryFolder();
    const args = ["plan", "--scenario", "partition", "--seed", "9"];
    const { code, stdout } = await rig(args, { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain("partition of 0 1 | 2 3 4, from operation 30 to operation 70");
    const plan = JSON.parse((await rig([...args, "--json"], { cwd })).stdout);
    expect(plan).toMatchObject({ schema: 1, seed: 9, expectation: { class: "safe-only" } });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("lists the scenarios", async () => {
    const { stdout } = await rig(["plan", "--list"]);
    const names = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]);
    expect(names).toEqual(SCENARIOS.map(({ name }) => name));
  });
});

describe("rig", () => {
  it("prints a completion script and its version", async () => {
    expect((await rig(["completion"])).stdout).toContain("rig");
    expect((await rig(["--version"])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("explains itself and exits with 64 when the command is missing or unknown", async () => {
    const missing = await rig([]);
    expect(missing).toMatchObject({ code: 64, stdout: "" });
    expect(missing.stderr).toContain("expected a command");
    expect((await rig(["rnu"])).code).toBe(64);
    expect((await rig(["--help"])).stdout).toContain("rig run");
  });
});
