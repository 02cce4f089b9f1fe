/** Level `process`, as a user runs it: the scenarios, and nothing left behind however it ends. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openChildGuard } from "../../rig/adapters/hub/child-guard.ts";
import { Random } from "../../rig/core/random/random.ts";
import { rig, script, temporaryFolder } from "../support/cli.ts";

const KILLS = Number(process.env["RIG_KILLS"] ?? 4);
const LEVEL = ["--level", "process"];

/** Node processes of runs into this folder that are there now. */
function nodesOf(folder: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes("--disk") && line.includes(folder));
}

/** Node processes of the run, once all are there and have had a moment. */
async function untilRunning(folder: string, count: number): Promise<string[]> {
  for (let tries = 0; tries < 300 && nodesOf(folder).length < count; tries++) await sleep(100);
  await sleep(1_000);
  return nodesOf(folder);
}

async function untilNone(folder: string): Promise<string[]> {
  for (let tries = 0; tries < 50 && nodesOf(folder).length > 0; tries++) await sleep(100);
  return nodesOf(folder);
}

describe("rig run --level process", () => {
  it.each(["happy", "partition", "leader-crash", "power-cycle"])(
    "%s is as expected",
    async (scenario) => {
      const folder = temporaryFolder();
      const args = ["run", "--scenario", scenario, ...LEVEL, "--seed", "7", "--json"];
      const { code, stdout, stderr } = await rig([...args, "--output-dir", folder]);
      const result = JSON.parse(stdout);
      expect(stderr).toBe("");
      expect(result).toMatchObject({ outcome: "valid", level: "process", partial: null });
      expect(result.teardown.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
      expect(code).toBe(0);
      expect(nodesOf(folder)).toEqual([]);
    },
  );

  it("ends its nodes when it is killed, also those that stand still", async () => {
    const random = Random.of(1, "kills");
    for (let round = 0; round < KILLS; round++) {
      const folder = temporaryFolder();
      const plan = join(folder, "pause.yaml");
      const faults = "[{kind: pause, nodes: [0, 1], start: 10}]";
      execFileSync("sh", ["-c", `echo 'faults: ${faults}' > ${plan}`]);
      const args = ["run", "--scenario", "happy", ...LEVEL, "--plan", plan, "--nodes", "5"];
      const { signal } = await rig([...args, "--output-dir", folder], {
        during: (child) => {
          setTimeout(() => child.kill("SIGKILL"), random.between(200, 3_000));
        },
      });
      expect(signal).toBe("SIGKILL");
      expect(await untilNone(folder)).toEqual([]);
    }
  });

  it("tears down on Ctrl-C and exits with 130", async () => {
    const folder = temporaryFolder();
    const args = ["run", "--scenario", "partition", "--operations", "5000", ...LEVEL];
    const { code, stderr } = await rig([...args, "--output-dir", folder], {
      during: async (child) => {
        await untilRunning(folder, 5);
        child.kill("SIGINT");
      },
    });
    expect(stderr).toContain("end nodes and hub done");
    expect(code).toBe(130);
    expect(nodesOf(folder)).toEqual([]);
    const [run] = readdirSync(join(folder, "partition")).filter((name) => name !== "latest");
    const kept = JSON.parse(
      readFileSync(join(folder, "partition", run as string, "run.json"), "utf8"),
    );
    expect(kept.status).toBe("partial");
  });

  it("says which node's program ended by itself, and gives a result marked as partial", async () => {
    const folder = temporaryFolder();
    const args = ["run", "--scenario", "happy", "--operations", "5000", ...LEVEL, "--json"];
    const { stdout, code } = await rig([...args, "--output-dir", folder], {
      during: async () => {
        const [first] = await untilRunning(folder, 3);
        process.kill(Number.parseInt(first as string, 10), "SIGTERM");
      },
    });
    expect(JSON.parse(stdout).partial).toMatch(/node \d, whose program ended/);
    expect(code).toBe(2);
  });
});

describe("the guard of child processes", () => {
  it.each(["parent-death", "shell"] as const)("by %s kills a stopped child", async (kind) => {
    const code = `
      const { openChildGuard } = await import(${JSON.stringify(
        new URL("../../dist/rig/adapters/hub/child-guard.js", import.meta.url).href,
      )});
      const { spawn } = await import("node:child_process");
      const guard = openChildGuard("${kind}");
      const { file, args } = guard.wrap({ file: "sleep", args: ["1000"] });
      const child = spawn(file, args, { detached: true, stdio: "ignore" });
      guard.watch([child.pid]);
      await new Promise((go) => setTimeout(go, 300));
      child.kill("SIGSTOP");
      console.log(child.pid);
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 300);
    `;
    const { stdout } = await script("--input-type=module", ["-e", code]);
    const pid = Number.parseInt(stdout, 10);
    const isThere = () => {
      try {
        const state = readFileSync(`/proc/${pid}/stat`, "utf8");
        return !/\) Z/.test(state);
      } catch {
        return false;
      }
    };
    for (let tries = 0; tries < 50 && isThere(); tries++) await sleep(100);
    expect(isThere()).toBe(false);
  });

  it("takes the parent-death signal where there is one", () => {
    const { args } = openChildGuard().wrap({ file: "true", args: [] });
    expect(args.length > 0).toBe(process.platform === "linux");
  });
});
