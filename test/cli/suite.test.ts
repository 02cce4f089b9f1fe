/** `rig suite`: what comes out for which seeds, whoever ran them, and how it ends early. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { leftOutOf, requestsOf } from "../../rig/cli/suite/requests.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { elementsOf } from "../support/xml.ts";

/** No run can meet its floors, so that each comes out unknown. */
const UNMET = "name: unmet\nnodes: 3\nworkload: {operations: 20}\nfloors: {after-heal: 5000}\n";

function unmetFile(): string {
  const path = join(temporaryFolder(), "unmet.yaml");
  writeFileSync(path, UNMET);
  return path;
}

function latest(out: string, name: string): string {
  return readFileSync(join(out, "suite", "latest", name), "utf8");
}

function linesOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const HAPPY = ["suite", "--scenario", "happy", "--operations", "20"];

describe("rig suite", () => {
  it("runs every built-in scenario and keeps no folder of what came out as expected", async () => {
    const out = temporaryFolder();
    const { code, stdout, stderr } = await rig(["suite", "--output-dir", out]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const all = SCENARIOS.length;
    expect(stdout.split("\n")[0]).toBe(`AS EXPECTED   suite: ${all} scenarios, ${all} runs`);
    expect(stdout).toMatch(/^partition \(5\) +1 +1 of 1 +1 valid +120 +.* none$/m);
    expect(stdout).toMatch(new RegExp(`^total +${all} +${all} of ${all} .* none$`, "m"));
    expect(readdirSync(out)).toEqual(["suite"]);
    expect(readdirSync(join(out, "suite", "latest")).sort()).toEqual([
      "junit.xml",
      "run.json",
      "suite.json",
    ]);
  });

  it("of all scenarios names those that the protocol can't do, and runs the others", () => {
    const args = { files: [], protocol: "roj-a" };
    const betrayed = SCENARIOS.filter(({ name }) => name.startsWith("bft-"));
    expect(leftOutOf(args)).toEqual(betrayed.map(({ name }) => name));
    expect(requestsOf(args)).toHaveLength(SCENARIOS.length - betrayed.length);
    expect(leftOutOf({ files: [] })).toEqual([]);
    expect(() => requestsOf({ ...args, scenario: ["bft-minority"] })).toThrow("expected roj");
  });

  it("gives the same suite.json and junit.xml with one worker and with two", async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    const args = ["suite", unmetFile(), "--scenario", "partition", "--seeds", "4", "--quiet"];
    await rig([...args, "--jobs", "1", "--output-dir", one]);
    await rig([...args, "--jobs", "2", "--output-dir", two]);
    for (const name of ["suite.json", "junit.xml"]) {
      expect(latest(two, name)).toBe(latest(one, name));
    }
    const { scenarios } = JSON.parse(latest(one, "suite.json"));
    expect(scenarios[1].runs.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2, 3, 4]);
  });

  it("prints a JSON line for each run, in order, and a summary", async () => {
    const out = temporaryFolder();
    const args = [...HAPPY, "--seed", "7", "--seeds", "3", "--json", "--output-dir", out];
    const { code, stdout, stderr } = await rig(args);
    const lines = linesOf(stdout);
    expect(lines.map(({ type, seed }) => [type, seed])).toEqual([
      ["run", 7],
      ["run", 8],
      ["run", 9],
      ["summary", undefined],
    ]);
    expect(lines[0]).toMatchObject({ scenario: "happy", outcome: "valid", asExpected: true });
    expect(lines[3]).toMatchObject({ asExpected: true, partial: null, totals: { runs: 3 } });
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("records each failing run, and prints why and the command that repeats it", async () => {
    const out = temporaryFolder();
    const { code, stdout } = await rig(["suite", unmetFile(), "--seeds", "2", "--output-dir", out]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^NOT AS EXPECTED/);
    expect(stdout).toMatch(/^unmet \(3\) +1 to 2 +0 of 2 +2 unknown .* 1, 2$/m);
    expect(stdout).toContain("operations were acknowledged after heal: expected at least 5000");
    const repeats = [...stdout.matchAll(/^ {2}repeat {2}rig (run --plan .*)$/gm)];
    expect(repeats).toHaveLength(2);
    const again = await rig([...(repeats[1]?.[1] ?? "").split(" "), "--json", "--output-dir", out]);
    expect(JSON.parse(again.stdout)).toMatchObject({ seed: 2, outcome: "unknown" });
    const [folder] = [...stdout.matchAll(/^ {2}record {2}(.*)$/gm)].map((match) => match[1] ?? "");
    expect(readdirSync(folder ?? "")).toContain("report.html");
  });

  it("stops at the first failure in order, and says what was not run", async () => {
    const out = temporaryFolder();
    const files = ["--scenario", "happy", "--scenario", unmetFile(), "--scenario", "contention"];
    const args = ["suite", ...files, "--seeds", "3", "--stop-on-failure", "--output-dir", out];
    const { code, stdout } = await rig([...args, "--jobs", "2"]);
    expect(code).toBe(2);
    expect(stdout).toContain("stopped at the first failure, unmet on seed 1: 5 of 9 runs not run");
    const { partial, scenarios } = JSON.parse(latest(out, "suite.json"));
    expect(partial).toContain("stopped at the first failure");
    expect(scenarios.map(({ notRun }: { notRun: number[] }) => notRun)).toEqual([
      [],
      [2, 3],
      [1, 2, 3],
    ]);
    expect(readdirSync(join(out, "unmet")).filter((name) => name !== "latest")).toHaveLength(1);
  });

  it("keeps every folder with --keep", async () => {
    const out = temporaryFolder();
    await rig([...HAPPY, "--seeds", "2", "--keep", "--quiet", "--output-dir", out]);
    expect(readdirSync(join(out, "happy")).filter((name) => name !== "latest")).toHaveLength(2);
  });

  it("writes JUnit XML with a case for each seed, where asked as well", async () => {
    const out = temporaryFolder();
    const junit = join(out, "j.xml");
    const args = ["suite", "--scenario", "happy", unmetFile(), "--seeds", "2", "--quiet"];
    await rig([...args, "--stop-on-failure", "--junit-xml", junit, "--output-dir", out]);
    const text = readFileSync(junit, "utf8");
    expect(text).toBe(latest(out, "junit.xml"));
    const elements = elementsOf(text);
    expect(elements[0]).toMatchObject({
      name: "testsuites",
      attributes: { tests: "4", failures: "1", errors: "0", skipped: "1" },
    });
    const cases = elements.filter(({ name }) => name === "testcase");
    expect(cases.map(({ attributes }) => attributes["classname"]).sort()).toEqual([
      "canfd-rig.happy.3-nodes",
      "canfd-rig.happy.3-nodes",
      "canfd-rig.unmet.3-nodes",
      "canfd-rig.unmet.3-nodes",
    ]);
    expect(elements.filter(({ name }) => name === "failure")[0]?.attributes).toMatchObject({
      type: "unknown",
    });
  });
});

describe("rig suite --rerun", () => {
  it("repeats what failed and nothing else", async () => {
    const out = temporaryFolder();
    const both = ["suite", "--scenario", "happy", unmetFile(), "--seeds", "2", "--quiet"];
    await rig([...both, "--output-dir", out]);
    const before = join(out, "suite.json");
    writeFileSync(before, latest(out, "suite.json"));
    const again = await rig(["suite", "--rerun", before, "--json", "--output-dir", out]);
    expect(again.code).toBe(2);
    const runs = linesOf(again.stdout).filter(({ type }) => type === "run");
    expect(runs).toMatchObject([
      { scenario: "unmet", seed: 1, outcome: "unknown" },
      { scenario: "unmet", seed: 2, outcome: "unknown" },
    ]);
  });

  it("has nothing to do where nothing failed", async () => {
    const out = temporaryFolder();
    await rig([...HAPPY, "--quiet", "--output-dir", out]);
    const file = join(out, "suite", "latest", "suite.json");
    const { code, stderr } = await rig(["suite", "--rerun", file, "--output-dir", out]);
    expect([code, stderr]).toEqual([0, `rig: nothing failed in ${file}\n`]);
  });
});

describe("a suite file", () => {
  it("says scenarios, sizes and seeds, and the command line goes over it", async () => {
    const out = temporaryFolder();
    writeFileSync(join(out, "unmet.yaml"), UNMET);
    const suite = join(out, "nightly.yaml");
    const entries = "  - happy\n  - {scenario: happy, nodes: 4, seeds: 1}\n  - unmet.yaml\n";
    writeFileSync(suite, `suite: nightly\nseed: 5\nseeds: 2\nscenarios:\n${entries}`);
    const seedsOf = async (...args: string[]) => {
      const { stdout } = await rig(["suite", suite, "--json", "--output-dir", out, ...args]);
      const runs = linesOf(stdout).filter(({ type }) => type === "run");
      return runs.map(({ scenario, nodes, seed }) => `${scenario} ${nodes} ${seed}`);
    };
    expect(await seedsOf()).toEqual([
      "happy 3 5",
      "happy 3 6",
      "happy 4 5",
      "unmet 3 5",
      "unmet 3 6",
    ]);
    expect(await seedsOf("--seeds", "1", "--seed", "9", "--nodes", "2")).toEqual([
      "happy 2 9",
      "happy 2 9",
      "unmet 2 9",
    ]);
  });
});

describe("a suite that ends early", () => {
  it("keeps what was done when it is interrupted, and exits with 130", async () => {
    const out = temporaryFolder();
    const args = [
      "suite",
      "--scenario",
      "happy",
      "--seeds",
      "30000",
      "--json",
      "--output-dir",
      out,
    ];
    const { code, stderr, stdout } = await rig(args, {
      // The first line says that the first run is done.
      during: (child) => void child.stdout?.once("data", () => child.kill("SIGINT")),
    });
    expect(stderr).toMatch(/^rig: interrupted; \d+ of 30000 runs done\n$/);
    expect(code).toBe(130);
    expect(linesOf(stdout).at(-1)).toMatchObject({ type: "summary", asExpected: false });
    const { partial, totals } = JSON.parse(latest(out, "suite.json"));
    expect(partial).toBe("interrupted by SIGINT");
    expect(totals.runs).toBeGreaterThan(0);
    expect(totals.runs + totals.notRun).toBe(30_000);
    expect(JSON.parse(latest(out, "run.json"))).toMatchObject({ status: "partial" });
  });

  it("is unknown when --timeout is over", async () => {
    const out = temporaryFolder();
    const args = [
      "suite",
      "--scenario",
      "happy",
      "--seeds",
      "30000",
      "--timeout",
      "1500ms",
      "--output-dir",
      out,
    ];
    const { code, stdout } = await rig(args);
    expect(stdout).toMatch(/^PARTIAL/);
    expect(stdout).toContain("it took longer than 1.5 s");
    expect(code).toBe(2);
  });
});

describe("bad input to rig suite", () => {
  it.each([
    [["--seeds", "0"], 64, /--seeds is 0: expected a whole number from 1/],
    [["--seeds", "100000"], 64, /--seeds asks for \d+00000 runs: expected at most 100000/],
    [["--seed", "4294967295", "--seeds", "2"], 64, /expected 2 seeds from it to be at most/],
    [["--jobs", "0"], 64, /--jobs is 0: expected a whole number from 1 to 256/],
    [["--scenario", "quake"], 64, /unknown scenario "quake": expected one of happy, /],
    [["--rerun", "x.json", "--seeds", "3"], 64, /--seeds beside --rerun/],
    [["--rerun", "nowhere.json"], 65, /nowhere.json: not readable: no such file/],
    [["nowhere.yaml"], 65, /nowhere.yaml: not readable: no such file/],
    [["--level", "bench"], 64, /level bench: expected --bench FILE beside it/],
    [["--output-dir", "/proc/nowhere"], 65, /the output folder is not writable/],
  ])("%j gives exit code %i and one clear line", async (args, expected, line) => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await rig(["suite", ...args], { cwd });
    expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([code, stdout]).toEqual([expected, ""]);
    expect(existsSync(join(cwd, "results"))).toBe(false);
  });
});
