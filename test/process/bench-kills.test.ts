/**
 * The rig killed at any moment of a run on the emulated bench: afterwards no board has a supply, no
 * program of one is left, and the next rig gets ports and lease. A signal lets the rig restore; for
 * `kill -9` the silence watchdog of the power board does it. `campaign:bench-kills` is the long form.
 */

import { execFileSync, type spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Random } from "../../rig/core/random/random.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { relaysIn } from "../support/relays.ts";

const KILLS = Number(process.env["RIG_BENCH_KILLS"] ?? 0);
const FIXTURE = new URL("../../fixtures/benches/emulated.yaml", import.meta.url).pathname;
const NODES = 3;

type Child = ReturnType<typeof spawn>;

interface Killed {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What happened at the relays: `ecu0: on`, in order. */
  readonly relays: () => readonly string[];
  readonly folder: string;
  readonly bench: string;
}

async function killed(during: (child: Child, folder: string) => unknown): Promise<Killed> {
  const folder = temporaryFolder();
  const bench = join(folder, "bench.yaml");
  const text = readFileSync(FIXTURE, "utf8").replace("silence: 2s", "silence: 1s");
  writeFileSync(bench, `${text}\nlease: { folder: ${folder} }\n`);
  const size = ["--nodes", `${NODES}`, "--operations", "5000", "--seed", "1"];
  const args = ["run", "--bench", bench, "--scenario", "happy", ...size, "--output-dir", folder];
  const { code, signal } = await rig([...args, "--quiet"], {
    env: { TMPDIR: folder },
    during: (child) => during(child, folder),
  });
  return { code, signal, relays: () => relaysIn(folder), folder, bench };
}

/** Boards that have a supply. */
function suppliedIn(relays: readonly string[]): readonly string[] {
  const last = new Map(relays.map((line) => line.split(": ") as [string, string]));
  return [...last].filter(([, state]) => state === "on").map(([name]) => name);
}

function programsOf(folder: string): readonly string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes("--disk") && line.includes(folder));
}

/** Once the run is in this phase of the bench. */
async function untilPhase(folder: string, phase: string): Promise<void> {
  const path = join(folder, "happy", "latest", "events.jsonl");
  const said = () => (existsSync(path) ? readFileSync(path, "utf8") : "");
  while (!said().includes(`"phase":"${phase}"`)) await sleep(20);
}

async function expectRestored({ relays, folder, bench }: Killed): Promise<void> {
  await expect.poll(() => suppliedIn(relays()), { timeout: 30_000 }).toEqual([]);
  await expect.poll(() => programsOf(folder), { timeout: 10_000 }).toEqual([]);
  const { stderr, code } = await rig(["bench", "power", bench], { env: { TMPDIR: folder } });
  expect([stderr, code]).toEqual(["", 0]);
}

describe("a rig that is ended while it works at a bench", { timeout: 300_000 }, () => {
  it("by kill -9 in a run: the power board takes every supply away", async () => {
    const end = await killed(async (child, folder) => {
      await untilPhase(folder, "scenario");
      child.kill("SIGKILL");
    });
    expect(end.signal).toBe("SIGKILL");
    expect(end.relays().length).toBeGreaterThanOrEqual(NODES);
    await expectRestored(end);
  });

  it("by Ctrl-C while it prepares: it restores and says so", async () => {
    const end = await killed(async (child, folder) => {
      await untilPhase(folder, "prepare");
      while (suppliedIn(relaysIn(folder)).length === 0) await sleep(10);
      child.kill("SIGINT");
    });
    expect(end.code).toBe(130);
    expect(suppliedIn(end.relays())).toEqual([]);
    await expectRestored(end);
  });

  if (KILLS === 0) return;
  it(
    `at ${KILLS} moments`,
    async () => {
      const random = Random.of(7, "bench-kills");
      for (let round = 0; round < KILLS; round++) {
        const name = (["SIGKILL", "SIGTERM", "SIGINT"] as const)[random.below(3)] ?? "SIGINT";
        const [afterMs, isTwice] = [random.between(100, 6_000), random.chance(1, 4)];
        const end = await killed(async (child) => {
          await sleep(afterMs);
          child.kill(name);
          if (!isTwice) return;
          await sleep(random.between(1, 200));
          child.kill(name);
        });
        await expectRestored(end);
        process.stdout.write(`${round}: ${name} after ${afterMs} ms, ${end.signal ?? end.code}\n`);
      }
    },
    KILLS * 60_000,
  );
});
