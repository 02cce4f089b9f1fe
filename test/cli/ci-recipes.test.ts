/** The recipes for continuous integration do what they say: each step that needs no network. */

import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "../support/cli.ts";
import { STAND_IN_JAVA, standInJar } from "../support/stand-in-elle-cli.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const WORKFLOW = ".github/workflows/elle-tests.yml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const workflow = parse(readFileSync(join(ROOT, WORKFLOW), "utf8"));
const job = workflow.jobs.elle;
const steps = job.steps as readonly Step[];
const commands = steps.flatMap(({ run }) => run ?? []);
const NEEDS_NETWORK = /npm ci|main\.js download/;

/** A clone with the packages and the build of this checkout. */
function freshClone(): string {
  const clone = join(temporaryFolder(), "clone");
  execFileSync("git", ["clone", "--quiet", "--shared", ROOT, clone]);
  copyFileSync(join(ROOT, "run-elle-tests.sh"), join(clone, "run-elle-tests.sh"));
  for (const name of ["node_modules", "dist"]) symlinkSync(join(ROOT, name), join(clone, name));
  return clone;
}

function run(command: string, cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn("bash", ["-e", "-c", command], { cwd, env: { ...process.env, ...env } });
  let said = "";
  child.stdout.on("data", (bytes) => {
    said += bytes;
  });
  child.stderr.on("data", (bytes) => {
    said += bytes;
  });
  return new Promise<{ code: number | null; said: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, said }));
  });
}

describe("the workflow", () => {
  it("runs on pushes, each night at three, on Node 20 and 24 with Java 17", () => {
    expect(workflow.on.push.paths).toContain("rig/**");
    expect(workflow.on.schedule).toEqual([{ cron: "0 3 * * *" }]);
    expect(job.strategy.matrix.node).toEqual([20, 24]);
    const java = steps.find(({ uses }) => uses?.startsWith("actions/setup-java@"));
    expect(java?.with?.["java-version"]).toBe(17);
    expect(commands.some((command) => command.includes("download"))).toBe(true);
  });

  it("names files that are there", () => {
    for (const path of workflow.on.push.paths as readonly string[]) {
      expect(existsSync(join(ROOT, path.replace("/**", ""))), path).toBe(true);
    }
    const copied = readFileSync(join(ROOT, "Containerfile"), "utf8").matchAll(
      /^COPY ([^-].*) \S+$/gm,
    );
    for (const [, names = ""] of copied) {
      for (const name of names.split(" ")) expect(existsSync(join(ROOT, name)), name).toBe(true);
    }
  });

  it("does its steps in a fresh clone, and leaves JUnit and a summary", async () => {
    const clone = freshClone();
    const summary = join(clone, "summary.md");
    const env = {
      ...job.env,
      GITHUB_STEP_SUMMARY: summary,
      RIG_JAVA: STAND_IN_JAVA,
      RIG_ELLE_JAR: standInJar({ way: "print", stdout: '{"valid?":true,"anomaly-types":[]}\n' }),
    };
    const own = commands.filter((command) => !NEEDS_NETWORK.test(command));
    expect(own.length).toBeGreaterThan(1);
    for (const command of own) {
      // One scenario on one seed stands for all of them.
      const small = command.replace(/--seeds \$\{\{.*?\}\}/, "--scenario happy --operations 20");
      expect(small).not.toContain("${{");
      const { code, said } = await run(small, clone, env);
      expect([code, said]).toEqual([0, expect.any(String)]);
    }
    const results = join(clone, job.env.RIG_RESULTS);
    expect(readFileSync(join(results, "junit.xml"), "utf8")).toMatch(/<testsuites .*tests="1"/);
    expect(readFileSync(summary, "utf8")).toMatch(
      /## canfd-rig suite: as expected\n[\s\S]*\| happy/,
    );
    const [line = ""] = readFileSync(join(results, "engines.jsonl"), "utf8").split("\n");
    expect(JSON.parse(line)).toMatchObject({ valid: true, engine: "both", differences: [] });
    rmSync(clone, { recursive: true });
  });

  it("fails where the engines differ, and in CI where Java is missing", async () => {
    const clone = freshClone();
    const command = "./run-elle-tests.sh --scenario happy --operations 20 --quiet";
    const stdout = '{"valid?":false,"anomaly-types":["G1a"],"not":["read-committed"]}\n';
    const jar = standInJar({ way: "print", stdout });
    const both = { RIG_JAVA: STAND_IN_JAVA, RIG_ELLE_JAR: jar };
    expect((await run(command, clone, both)).code).toBe(70);
    const { code, said } = await run(command, clone, { RIG_JAVA: "/nowhere/java", CI: "true" });
    expect(said).toBe("run-elle-tests: no /nowhere/java: Elle itself was not asked\n");
    expect(code).toBe(5);
    rmSync(clone, { recursive: true });
  });
});
