/**
 * The rig killed at any moment of a run on the emulated bench: afterwards no board has a supply, no
 * program of one is left, and the next rig gets ports and lease. A signal lets the rig restore; for
 * `kill -9` the watchdog of the power board does it. `campaign:bench-kills` is the long form.
 */

import { execFileSync, type spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Random } from "../../rig/core/random/random.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { relaysIn } from "../support/relays.ts";

const KILLS = Number(process.env["RIG_BENCH_KILLS"] ?? 0);
/** Benches that are run beside each other. */
const LANES = Number(process.env["RIG_BENCH_LANES"] ?? 2);
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

type During = (child: Child, folder: string) => unknown;

async function killed(during: During, operations = 5_000): Promise<Killed> {
  const folder = temporaryFolder();
  const bench = join(folder, "bench.yaml");
  const text = readFileSync(FIXTURE, "utf8").replace("silence: 10s", "silence: 1s");
  writeFileSync(bench, `${text}\nlease: { folder: ${folder} }\n`);
  const size = ["--nodes", `${NODES}`, "--operations", `${operations}`, "--seed", "1"];
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

/** Processes of the bench in this folder. */
function processesOf(folder: string): readonly string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes(folder));
}

function programsOf(folder: string): readonly string[] {
  return processesOf(folder).filter((line) => line.includes("--disk"));
}

function emulatorOf(folder: string): number {
  const [line = ""] = processesOf(folder).filter((each) => each.includes("bench-emulator"));
  return Number.parseInt(line, 10);
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

  it("by two signals while the power board stands still: the board acts later", async () => {
    const end = await killed(async (child, folder) => {
      await untilPhase(folder, "scenario");
      const emulator = emulatorOf(folder);
      process.kill(emulator, "SIGSTOP");
      child.kill("SIGTERM");
      await sleep(500);
      child.kill("SIGTERM");
      // Longer than the short form of a step may take: the rig leaves without an answer.
      await sleep(2_000);
      process.kill(emulator, "SIGCONT");
    });
    expect(end.code).toBe(131);
    await expectRestored(end);
  });

  if (KILLS === 0) return;
  it(`at ${KILLS} moments`, { retry: 0, timeout: KILLS * 60_000 }, async () => {
    const random = Random.of(Number(process.env["RIG_BENCH_SEED"] ?? 7), "bench-kills");
    let round = 0;
    const lane = async () => {
      while (round < KILLS) await killSomewhere(round++, random);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  });
});

const SIGNALS = ["SIGKILL", "SIGTERM", "SIGINT"] as const;

const PHASES = ["start", "prepare", "health", "scenario", "fetch", "restore"] as const;

/** One signal or two, the second perhaps into the teardown of the first. */
async function killSomewhere(round: number, random: Random): Promise<void> {
  const anyOf = () => SIGNALS[random.below(3)] ?? "SIGINT";
  const [first, second] = [anyOf(), random.chance(1, 2) ? anyOf() : null];
  const phase = PHASES[random.below(PHASES.length)] ?? "start";
  const isLast = phase === "fetch" || phase === "restore";
  const [afterMs, thenMs] = [random.between(0, isLast ? 150 : 1_500), random.between(1, 1_000)];
  const end = await killed(
    async (child, folder) => {
      if (phase !== "start") await untilPhase(folder, phase);
      await sleep(afterMs);
      child.kill(first);
      if (second === null) return;
      await sleep(thenMs);
      child.kill(second);
    },
    isLast ? 40 : 5_000,
  );
  const how = end.signal ?? end.code;
  const then = second === null ? "" : `, ${second} ${thenMs} ms later`;
  const place = `${how} in ${lastPhase(end.folder)}`;
  const text = `${round}: ${phase} + ${afterMs} ms ${first}${then}: ${place}`;
  process.stdout.write(`${text}\n`);
  // Before it listens for signals it has not touched anything.
  if (how === "SIGTERM" || how === "SIGINT") expect([text, ...end.relays()]).toEqual([text]);
  // In the last phase the run may have come to its end before; in a hurry it may have to say that
  // not all is restored.
  else {
    const others = [...(isLast ? [0, 2] : []), ...(second === null ? [] : [131])];
    expect(["SIGKILL", 130, ...others], text).toContain(how);
  }
  await expectRestored(end);
  rmSync(end.folder, { recursive: true });
}

function lastPhase(folder: string): string {
  const path = join(folder, "happy", "latest", "events.jsonl");
  const said = existsSync(path) ? readFileSync(path, "utf8") : "";
  return [...said.matchAll(/"phase":"([a-z-]+)"/g)].at(-1)?.[1] ?? "no phase";
}
