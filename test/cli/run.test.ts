/** `rig run` as a user meets it: screen, exit codes, folder, files that scripts look for. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

describe("rig run", () => {
  it("shows the verdict, why, the evidence and how to repeat it, on one screen", async () => {
    const out = temporaryFolder();
    const args = ["run", "--scenario", "partition", "--nodes", "5", "--seed", "7"];
    const { code, stdout, stderr } = await rig([...args, "--output-dir", out]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("VALID, as expected");
    expect(stdout).toContain("safe-only");
    expect(stdout).toContain("partition 0 1 | 2 3 4");
    expect(stdout).toContain("rig run --scenario partition --nodes 5 --operations 100");
    expect(stdout.split("\n").length).toBeLessThanOrEqual(41);
  });

  it("leaves every file of the run folder, and the history where scripts look for it", async () => {
    const out = temporaryFolder();
    await rig(["run", "--scenario", "happy", "--seed", "1", "--output-dir", out]);
    const files = readdirSync(join(out, "happy", "latest")).sort();
    expect(files).toEqual([
      "bus-can0.log",
      "events.jsonl",
      "history.edn",
      "history.json",
      "history.jsonl",
      "junit.xml",
      "metrics.csv",
      "metrics.json",
      "node-0.jsonl",
      "node-1.jsonl",
      "node-2.jsonl",
      "report.html",
      "result.json",
      "run.json",
    ]);
    const last = readFileSync(join(out, "happy-history.json"), "utf8");
    expect(last).toBe(readFileSync(join(out, "happy", "latest", "history.json"), "utf8"));
    expect(JSON.parse(last)[0]).toMatchObject({ index: 0, type: "invoke", f: "txn", process: 0 });
  });

  it("prints JSON alone with --json, nothing with --quiet, and metrics where asked", async () => {
    const out = temporaryFolder();
    const metrics = join(out, "m.json");
    const common = ["run", "--seed", "1", "--output-dir", out];
    const json = await rig([...common, "--json", "--metrics-file", metrics]);
    expect(JSON.parse(json.stdout)).toMatchObject({ outcome: "valid", asExpected: true });
    expect(JSON.parse(readFileSync(metrics, "utf8"))).toHaveProperty("summary.avg_latency_us");
    const quiet = await rig([...common, "--quiet"]);
    expect(quiet).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  });

  it.each([
    [["--scenario", "earthquake"], 64, /unknown scenario "earthquake": expected one of happy, /],
    [["--nodes", "0"], 64, /--nodes is 0: expected a whole number from 1 to 14/],
    [["--nodes", "15"], 64, /--nodes is 15: expected a whole number from 1 to 14/],
    [["--nodes", "three"], 64, /--nodes is "three": expected a whole number/],
    [["--operations", "-3"], 64, /--operations/],
    [["--scenario", "partition", "--nodes", "1"], 64, /has no meaning with --nodes 1/],
    [["--protocol", "paxos"], 64, /unknown protocol "paxos": expected one of roj/],
    [["--level", "bench"], 64, /level bench: expected rig run with --bench FILE/],
    [["--level", "moon"], 64, /--level is "moon"/],
    [["--timeout", "soon"], 64, /--timeout is "soon"/],
    [["--sceanrio", "happy"], 64, /sceanrio/],
    [["--output-dir", "/proc/nowhere"], 65, /\/proc\/nowhere: the output folder is not writable/],
  ])("answers %j with exit code %i and one clear line", async (args, expected, line) => {
    const { code, stdout, stderr } = await rig(["run", ...args], { cwd: temporaryFolder() });
    expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/ at .*\.js/);
    expect(stdout).toBe("");
    expect(code).toBe(expected);
  });

  it("marks the folder as partial, and the verdict as unknown, when the time limit ends it", async () => {
    const out = temporaryFolder();
    const args = ["run", "--operations", "50000", "--seed", "2", "--timeout", "300ms"];
    const { code, stdout } = await rig([...args, "--output-dir", out]);
    expect(code).toBe(2);
    expect(stdout).toContain("it took longer than 0.3 s");
    const folder = join(out, "happy", "latest");
    expect(JSON.parse(readFileSync(join(folder, "run.json"), "utf8")).status).toBe("partial");
    expect(existsSync(join(folder, "report.html"))).toBe(true);
  });
});
