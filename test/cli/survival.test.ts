/**
 * Nothing lost: what a run leaves when it is killed, interrupted, or finds no room on the disk.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Random } from "../../rig/core/random/random.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const LONG = ["run", "--scenario", "partition", "--operations", "60000", "--seed", "11"];

/** Every line but a last one that breaks off is JSON. */
function wholeLines(path: string): unknown[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line));
}

describe("a run that is killed with SIGKILL", () => {
  it("leaves a folder that is readable, marked partial, whole to the last flush", async () => {
    const random = Random.of(2026, "kill");
    for (let attempt = 0; attempt < 10; attempt++) {
      const out = temporaryFolder();
      const afterMs = random.between(350, 2000);
      const killed = await rig([...LONG, "--quiet", "--output-dir", out], {
        during: (child) => void sleep(afterMs).then(() => child.kill("SIGKILL")),
      });
      expect(killed.signal).toBe("SIGKILL");
      const folder = join(out, "partition", "latest");
      if (!existsSync(join(folder, "events.jsonl"))) continue;
      expect(JSON.parse(readFileSync(join(folder, "run.json"), "utf8")).status).toBe("running");
      const history = wholeLines(join(folder, "history.jsonl")) as { index: number }[];
      expect(history.map(({ index }) => index)).toEqual(history.map((_, index) => index));
      for (const name of readdirSync(folder)) {
        if (name.startsWith("node-")) wholeLines(join(folder, name));
      }
      const report = await rig(["report", folder]);
      expect(report.stdout.split("\n")[0]).toMatch(/partial/i);
      expect(report.code).toBe(2);
      expect(existsSync(join(folder, "report.html"))).toBe(true);
    }
  }, 120_000);
});

describe("a run that is interrupted", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s heals, reports the teardown and exits with 130",
    async (name) => {
      const out = temporaryFolder();
      const { code, stderr, stdout } = await rig([...LONG, "--output-dir", out], {
        during: (child) => void sleep(1200).then(() => child.kill(name)),
      });
      expect(stderr).toMatch(/^rig: interrupted; teardown: heal faults done/);
      expect(stdout.split("\n")[0]).toMatch(/partial/i);
      expect(code).toBe(130);
      const result = join(out, "partition", "latest", "result.json");
      expect(JSON.parse(readFileSync(result, "utf8"))).toMatchObject({
        outcome: "unknown",
        partial: `interrupted by ${name}`,
        teardown: [{ step: "heal faults", ok: true }],
      });
    },
  );
});

function mountSmall(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=300k", "rig-test", folder]).status === 0;
}

const small = join(temporaryFolder(), "small");
const hasSmall = mountSmall(small);

describe("a run that finds no room on the disk", () => {
  const itOnSmall = itNeeds({ has: hasSmall, what: "the right to mount a small file system" });
  itOnSmall("says so in one line and exits with 3", async () => {
    try {
      const { code, stderr } = await rig([...LONG, "--quiet", "--output-dir", small]);
      expect(stderr).toMatch(/no room left to write \(ENOSPC\)/);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(code).toBe(3);
    } finally {
      spawnSync("umount", ["-l", small]);
    }
  });
});
