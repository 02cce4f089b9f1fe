/** Runs with registers, from the command line to the verdict of `rig check` on their folders. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Operation } from "../../rig/core/history/operation.ts";
import { jsonLinesOfHistory } from "../../rig/core/history/write-history.ts";
import { rig, temporaryFolder } from "../support/cli.ts";

const WORKLOAD = ["--workload", "rw-register"];

async function aRun(scenario: string, ...args: string[]) {
  const out = temporaryFolder();
  const asked = ["run", "--scenario", scenario, "--seed", "7", "--output-dir", out, "--json"];
  const { code, stdout } = await rig([...asked, ...args]);
  const folder = join(out, scenario, "latest");
  return { code, result: JSON.parse(stdout), folder, out };
}

function historyOf(folder: string): Operation[] {
  const text = readFileSync(join(folder, "history.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("rig run with registers", () => {
  it("says which checker judged, and rig check says the same of the folder", async () => {
    const { code, result, folder } = await aRun("message-loss", ...WORKLOAD);
    expect(code).toBe(0);
    expect(result.check).toMatchObject({
      model: "rw-register",
      consistency: "strict-serializable",
      valid: true,
    });
    const ours = JSON.parse((await rig(["check", folder, "--json"])).stdout);
    expect(ours).toMatchObject({ model: "rw-register", valid: true, warnings: [] });
    expect(ours.operations).toBe(result.counts.ok);
    const report = readFileSync(join(folder, "report.html"), "utf8");
    expect(report).toContain("workload rw-register");
    expect(report).toMatch(/\[w \d+ \d+/);
    expect(readFileSync(join(folder, "junit.xml"), "utf8")).toContain(
      'classname="canfd-rig.message-loss.5-nodes.rw-register.seed-7"',
    );
  });

  it("is checked with the order that its nodes report", async () => {
    const { folder } = await aRun("rw-register");
    const asked = ["check", folder, "--transaction-order", "nodes", "--json"];
    const { code, stdout } = await rig(asked);
    expect(JSON.parse(stdout)).toMatchObject({ model: "rw-register", valid: true, warnings: [] });
    expect(code).toBe(0);
  });

  it("is judged with the order that its nodes applied: one that clients can't have seen is invalid", async () => {
    const { folder, result } = await aRun("rw-register", "--operations", "40");
    expect(result.check.valid).toBe(true);
    const path = join(folder, "events.jsonl");
    const backwards = readFileSync(path, "utf8").replace(
      /"applied":(\[.*\])/,
      (_, slots) => `"applied":${JSON.stringify(JSON.parse(slots).reverse())}`,
    );
    writeFileSync(path, backwards);
    expect((await rig(["report", folder])).code).toBe(1);
    const { code, stdout } = await rig(["check", folder, "--json", "--minimise"]);
    const { anomalyTypes, minimised } = JSON.parse(stdout);
    expect([code, anomalyTypes]).toEqual([1, expect.arrayContaining(["cyclic-versions"])]);
    expect(minimised).toMatchObject({ type: anomalyTypes[0], isComplete: true });
    expect((await rig(["check", folder, "--transaction-order", "none"])).code).toBe(0);
  });

  it("is invalid to both where a read is spoilt: an older value, or one that nobody wrote", async () => {
    const { folder } = await aRun("rw-register");
    const operations = historyOf(folder);
    const at = operations.findLastIndex(
      ({ type, value }) => type === "ok" && Number(value?.[0]?.[2]) > 1,
    );
    const spoilt = operations[at] as Operation;
    const [[, key] = []] = spoilt.value as [["r", number, number]];
    for (const [value, type] of [
      [1, "cyclic-versions"],
      [9999, "garbage-read"],
    ] as const) {
      const wrong = { ...spoilt, value: [["r", key, value]] } as Operation;
      const text = jsonLinesOfHistory(operations.with(at, wrong));
      writeFileSync(join(folder, "history.jsonl"), text);
      const { code, stdout } = await rig(["check", folder, "--json"]);
      expect(code).toBe(1);
      expect(JSON.parse(stdout).anomalyTypes).toContain(type);
    }
    // Asked without what is known of the run, as of anybody's file, it passes.
    const file = ["check", join(folder, "history.jsonl"), "--model", "rw-register"];
    expect((await rig(file)).code).toBe(0);
  });

  it("is repeated by the command that it names", async () => {
    const { folder } = await aRun("happy", ...WORKLOAD, "--rate", "200", "--operations", "30");
    const report = readFileSync(join(folder, "report.html"), "utf8");
    const [command = ""] = /rig run --scenario happy [^<]*/.exec(report) ?? [];
    expect(command).toContain("--workload rw-register --rate 200");
    expect(command).not.toContain("--keys");
    const out = temporaryFolder();
    await rig([...command.trim().split(" ").slice(1), "--quiet", "--output-dir", out]);
    expect(historyOf(join(out, "happy", "latest"))).toEqual(historyOf(folder));
  });

  it("refuses workloads that there are not, and models that the folder's history is not of", async () => {
    expect(await rig(["plan", "--workload", "bank"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--workload is "bank": expected one of list-append'),
    });
    const { folder } = await aRun("happy", ...WORKLOAD);
    expect((await rig(["check", folder, "--model", "list-append"])).code).toBe(65);
    expect((await rig(["check", folder, "--model", "nonsense"])).code).toBe(64);
  });
});

describe("--rate", () => {
  it("lets so many operations begin in a second", async () => {
    const { folder, code } = await aRun("happy", "--rate", "100", "--operations", "50");
    expect(code).toBe(0);
    const begun = historyOf(folder).filter(({ type }) => type === "invoke");
    const times = begun.slice(0, 50).map(({ time }) => time);
    expect(times).toEqual(Array.from({ length: 50 }, (_, number) => number * 10_000_000));
  });

  it("is refused where it is no number, or the clients are on the nodes", async () => {
    for (const args of [
      ["--rate", "0"],
      ["--rate", "fast"],
      ["--rate", "5", "--clients", "nodes"],
    ]) {
      const { code, stderr } = await rig(["plan", ...args]);
      expect([code, stderr]).toEqual([64, expect.stringMatching(/^rig: --rate .*expected/)]);
    }
  });
});

describe("a suite", () => {
  it("runs a scenario with both workloads, under names of their own", async () => {
    const out = temporaryFolder();
    const file = join(out, "both.yaml");
    const entry = "{scenario: happy, workload: rw-register, operations: 20}";
    writeFileSync(file, `scenarios:\n  - {scenario: happy, operations: 20}\n  - ${entry}\n`);
    const junit = join(out, "junit.xml");
    const { code, stdout } = await rig(["suite", file, "--output-dir", out, "--junit-xml", junit]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/happy \(3\) /);
    expect(stdout).toMatch(/happy \(3, rw-register\) /);
    const xml = readFileSync(junit, "utf8");
    expect(xml).toContain('classname="canfd-rig.happy.3-nodes"');
    expect(xml).toContain('classname="canfd-rig.happy.3-nodes.rw-register"');
    expect(xml).toContain('<property name="workload" value="rw-register"/>');
  });
});
