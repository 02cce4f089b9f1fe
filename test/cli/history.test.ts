/**
 * `rig history`: the capture of a run alone gives the history that the rig itself recorded, and
 * a capture with holes never more than it holds.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkListAppend } from "../../rig/core/elle/list-append.ts";
import type { Operation } from "../../rig/core/history/operation.ts";
import { readHistory } from "../../rig/core/history/read-history.ts";
import { jsonLinesOfHistory } from "../../rig/core/history/write-history.ts";
import { Random } from "../../rig/core/random/random.ts";
import type { HeardRecord } from "../../rig/core/rebuild/node-record.ts";
import { HistoryRebuilder } from "../../rig/core/rebuild/rebuild-history.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { bytesOf, readTrace } from "../unit/trace/read-trace.ts";

const RESULTS = temporaryFolder();

const RUNS = new Map<string, ReturnType<typeof run>>();

/** Each scenario is run once. */
function runOf(scenario: string) {
  const known = RUNS.get(scenario) ?? run(scenario);
  RUNS.set(scenario, known);
  return known;
}

async function run(scenario: string) {
  const folder = join(RESULTS, scenario, "latest");
  const args = ["run", "--scenario", scenario, "--seed", "7", "--quiet", "--operations", "60"];
  await rig([...args, "--output-dir", RESULTS]);
  const lines = readFileSync(join(folder, "history.jsonl"), "utf8").trim().split("\n");
  const operations = lines.map((line) => JSON.parse(line) as Operation);
  const { plan } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  return { folder, operations, nodes: plan.nodes as number };
}

function rebuilt(log: string, nodes: number) {
  const records: HeardRecord[] = [];
  const rebuilder = new HistoryRebuilder((record) => records.push(record));
  for (const record of readTrace(bytesOf(log)).records) rebuilder.add(record);
  return { ...rebuilder.finish(nodes), records };
}

/** What came of the clients' operations, whoever asked and when. */
function ends(operations: readonly Operation[]): string[] {
  const own = operations.filter(({ process, type }) => process !== "nemesis" && type !== "invoke");
  return own.map(({ type, value }) => `${type} ${JSON.stringify(value)}`).sort();
}

function verdict(operations: readonly Operation[]) {
  const table = readHistory(new TextEncoder().encode(jsonLinesOfHistory(operations)));
  return checkListAppend(table, { consistency: "strict-serializable" });
}

describe("a history rebuilt from the capture", () => {
  it.each(["happy", "partition", "leader-crash", "message-loss"])(
    "of %s has the values and the verdict of the recorded one",
    async (scenario) => {
      const ran = await runOf(scenario);
      const log = readFileSync(join(ran.folder, "bus-can0.log"), "utf8");
      const { operations, gaps, records } = rebuilt(log, ran.nodes);
      expect(gaps).toEqual([]);
      expect(ends(operations)).toEqual(ends(ran.operations));
      expect(verdict(operations).valid).toBe(verdict(ran.operations).valid);
      const votes = records.filter(({ event }) => event === "vote");
      expect(new Set(votes.map(({ node }) => node)).size).toBeGreaterThan(1);
      const own = readFileSync(join(ran.folder, "node-0.jsonl"), "utf8");
      for (const { node, slot, round, digest } of votes) {
        if (node !== 0) continue;
        expect(own).toContain(
          `"event":"vote","slot":${slot},"round":${round},"digest":${JSON.stringify(digest)}`,
        );
      }
    },
  );

  it("of a capture with holes invents no acknowledgement, and says that it has holes", async () => {
    const { folder, operations, nodes } = await runOf("happy");
    const lines = readFileSync(join(folder, "bus-can0.log"), "utf8").trim().split("\n");
    const whole = new Set(ends(operations));
    const random = Random.of(11, "holes");
    for (let round = 0; round < 30; round++) {
      const from = random.below(lines.length);
      const cut = random.below(60) + 1;
      const kept = round % 3 === 0 ? lines.slice(from) : lines.toSpliced(from, cut);
      const { operations: found, gaps } = rebuilt(`${kept.join("\n")}\n`, nodes);
      const ok = ends(found).filter((end) => end.startsWith("ok"));
      expect(ok.filter((end) => !whole.has(end))).toEqual([]);
      const isRequestLost =
        kept.filter((line) => / 50E#/.test(line)).length <
        lines.filter((line) => / 50E#/.test(line)).length;
      // The last requests leave no gap behind them: what is not there was not asked.
      const isEndLost = round % 3 !== 0 && from + cut >= lines.length - 60;
      if (isRequestLost && !isEndLost) expect(gaps).not.toEqual([]);
      if (found.length > 0) expect(verdict(found).valid).not.toBe(false);
    }
  });

  it("acknowledges only by f + 1 replies: with more nodes there are too few", async () => {
    const { folder } = await runOf("happy");
    const log = readFileSync(join(folder, "bus-can0.log"), "utf8");
    const { operations } = rebuilt(log, 13);
    expect(operations.filter(({ type }) => type === "ok")).toEqual([]);
  });
});

describe("rig history", () => {
  it("writes what rig check reads, taking the number of nodes from run.json", async () => {
    const { folder } = await runOf("happy");
    const path = join(temporaryFolder(), "h.jsonl");
    const records = temporaryFolder();
    const args = ["--output", path, "--node-records", records];
    const made = await rig(["history", join(folder, "bus-can0.log"), ...args]);
    expect(made.code).toBe(0);
    expect(made.stderr).toContain("0 info");
    expect(readFileSync(join(records, "node-0.jsonl"), "utf8")).toContain('"event":"boot"');
    expect((await rig(["check", path])).stdout).toContain("VALID");
    const again = await rig(["history", join(folder, "bus-can0.log"), ...args]);
    expect(again.code).toBe(65);
  });

  it("ends with 2 and says why where frames are missing", async () => {
    const { folder } = await runOf("happy");
    const lines = readFileSync(join(folder, "bus-can0.log"), "utf8").split("\n");
    const path = join(temporaryFolder(), "late.log");
    writeFileSync(path, lines.slice(200).join("\n"));
    const { code, stderr } = await rig(["history", path, "--nodes", "3"]);
    expect(code).toBe(2);
    expect(stderr).toContain("frames of clients are missing by their link sequence");
    const unnamed = await rig(["history", path]);
    expect(unnamed.code).toBe(64);
    expect(unnamed.stderr).toContain("nodes 0 to 2 were heard: expected 3 or more");
    expect((await rig(["history", path, "--nodes", "2"])).code).toBe(64);
  });

  it("refuses a trace of something else", async () => {
    const { code, stderr } = await rig(["history", "fixtures/traces/own/body.log", "--nodes", "3"]);
    expect(code).toBe(65);
    expect(stderr).toContain("no frame of the rig's wire format");
  });
});
