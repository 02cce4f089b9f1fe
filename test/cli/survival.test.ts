/**
 * Nothing lost: what a run leaves when it is killed, interrupted, or finds no room on the disk.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Random } from "../../rig/core/random/random.ts";
import { MAIN, rig, temporaryFolder } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const LONG = ["run", "--scenario", "partition", "--operations", "60000", "--seed", "11"];

/** Every line but a last one that breaks off is JSON. */
function wholeLines(path: string): unknown[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line));
}

/** The run has begun to write its record; how soon depends on what else the machine does. */
async function underWay(out: string): Promise<void> {
  const events = join(out, "partition", "latest", "events.jsonl");
  while (!existsSync(events)) await sleep(20);
  await sleep(300);
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
        during: (child) => void underWay(out).then(() => child.kill(name)),
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

/** Runs the rest of its arguments where `small` is a file system of 300 kB. */
const ON_SMALL = 'mount -t tmpfs -o size=300k rig-test "$0" || exit 99; exec "$@"';

/** How this user gets a name space of mounts: as root, or as root of a user name space. */
const UNSHARE = [["-m"], ["-rm"]].find((flags) => {
  const script = 'mount -t tmpfs -o size=300k rig-test "$0"';
  return spawnSync("unshare", [...flags, "sh", "-c", script, tmpdir()]).status === 0;
});

describe("a run that finds no room on the disk", () => {
  const what = "the right to mount a file system in a name space of its own (unshare)";
  itNeeds({ has: UNSHARE !== undefined, what })("says so in one line and exits with 3", () => {
    const small = temporaryFolder();
    const rigArgs = [MAIN, ...LONG, "--quiet", "--output-dir", small];
    const shell = ["sh", "-c", ON_SMALL, small, process.execPath, ...rigArgs];
    const run = spawnSync("unshare", [...(UNSHARE ?? []), ...shell], { encoding: "utf8" });
    expect(run.stderr).toMatch(/no room left to write \(ENOSPC\)/);
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
    expect(run.status).toBe(3);
  });
});
