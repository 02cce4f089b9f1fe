/** `rig check`: verdicts, exit codes and messages for files from anywhere. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

const VALID = [
  '{"index":0,"type":"invoke","f":"txn","process":0,"time":0,"value":[["append",1,1]]}',
  '{"index":1,"type":"ok","f":"txn","process":0,"time":1,"value":[["append",1,1]]}',
  '{"index":2,"type":"invoke","f":"txn","process":0,"time":2,"value":[["r",1,null]]}',
  '{"index":3,"type":"ok","f":"txn","process":0,"time":3,"value":[["r",1,[1]]]}',
];
const STALE = [...VALID.slice(0, 3), (VALID[3] as string).replace("[1]", "[]")];

function history(lines: readonly string[], name = "h.jsonl"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

describe("rig check", () => {
  it("exits by the verdict: 0 for valid, 1 for invalid, and explains the anomaly", async () => {
    const valid = await rig(["check", history(VALID)]);
    expect(valid.code).toBe(0);
    expect(valid.stdout).toMatch(/^VALID /);
    const invalid = await rig(["check", "--history", history(STALE)]);
    expect(invalid.code).toBe(1);
    expect(invalid.stdout).toMatch(/^INVALID /);
    expect(invalid.stdout).toContain("G-single-item-realtime");
  });

  it("allows a stale read where only serializability is asked for", async () => {
    const args = ["--model", "list-append", "--consistency", "serializable"];
    expect((await rig(["check", history(STALE), ...args])).code).toBe(0);
  });

  it("draws each anomaly and writes a page where it is asked to", async () => {
    const folder = join(temporaryFolder(), "pictures", "of-today");
    const page = join(temporaryFolder(), "report.html");
    const args = ["--svg", folder, "--report", page, "--quiet"];
    expect((await rig(["check", history(STALE), history(VALID), ...args])).code).toBe(1);
    expect(readdirSync(folder)).toEqual(["h-1-G-single-item-realtime.svg"]);
    expect(readFileSync(page, "utf8")).toContain('<svg class="anomaly"');
    const bad = await rig(["check", history(STALE), "--report", join(page, "x.html")]);
    expect(bad.code).toBe(65);
    expect(bad.stderr).toMatch(/x\.html: the report is not writable \(ENOTDIR\)\n$/);
  });

  it("shows the smallest history with the anomaly, or writes it to a new file", async () => {
    const more = [4, 6].flatMap((index) => [
      `{"index":${index},"type":"invoke","f":"txn","process":0,"value":[["append",2,${index}]]}`,
      `{"index":${index + 1},"type":"ok","f":"txn","process":0,"value":[["append",2,${index}]]}`,
    ]);
    const large = history([...STALE, ...more]);
    const shown = await rig(["check", "--minimise", large]);
    expect(shown.code).toBe(1);
    const [, edn] = shown.stdout.split("\n\n") as [string, string];
    expect(edn).toMatch(/^; G-single-item-realtime: a read missed one write/);
    expect(edn).toContain("; Nothing can be left out: found in ");
    const lines = edn.split("\n").filter((line) => line.startsWith("{"));
    expect(lines).toEqual([
      "{:index 0, :type :invoke, :f :txn, :process 0, :time 0, :value [[:append 1 1]]}",
      "{:index 1, :type :ok, :f :txn, :process 0, :time 1, :value [[:append 1 1]]}",
      "{:index 2, :type :invoke, :f :txn, :process 0, :time 2, :value [[:r 1 nil]]}",
      "{:index 3, :type :ok, :f :txn, :process 0, :time 3, :value [[:r 1 []]]}",
    ]);
    const out = join(temporaryFolder(), "small.json");
    const { stdout } = await rig(["check", "--json", large, "--minimise", out]);
    expect(JSON.parse(stdout).minimised).toMatchObject({ calls: 2, isComplete: true, file: out });
    expect((await rig(["check", out])).stdout).toContain("G-single-item-realtime (1)");
    const again = await rig(["check", large, "--minimise", out]);
    expect(again.code).toBe(64);
    expect(again.stderr).toContain("the file is there already; expected the name of a new one");
  });

  it("prints one JSON line for each file, and goes on after a bad one", async () => {
    const files = [history(VALID), join(temporaryFolder(), "missing.json"), history(STALE)];
    const { code, stdout } = await rig(["check", "--json", ...files]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ valid }) => valid)).toEqual([true, "unknown", false]);
    expect(Object.keys(lines[0])).toEqual([
      "file",
      "model",
      "valid",
      "anomalyTypes",
      "not",
      "alsoNot",
      "operations",
      "warnings",
      "anomalyCounts",
      "anomalies",
      "milliseconds",
    ]);
    expect(lines[1].error).toContain("no such file");
    expect(code).toBe(65);
  });

  it("names the file and the line of a malformed operation", async () => {
    const lines = Array.from({ length: 16 }, (_, index) => {
      const type = index % 2 === 0 ? "invoke" : "ok";
      return `{"index":${index},"type":"${type}","f":"txn","process":0,"time":0,"value":[]}`;
    });
    const path = history([...lines, '{"index":16,"type":"invoke",,}']);
    const { code, stderr } = await rig(["check", path]);
    expect(stderr).toContain(`${path}:17: `);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(65);
  });

  it.each([
    [["--consistency", "mostly"], 64, /mostly/],
    [["--model", "spreadsheet"], 64, /unknown model "spreadsheet"/],
  ])("answers %j with exit code %i", async (args, expected, line) => {
    const { code, stderr } = await rig(["check", history(VALID), ...args]);
    expect(stderr).toMatch(line);
    expect(code).toBe(expected);
  });

  it("asks for a file when there is none", async () => {
    expect(await rig(["check"])).toMatchObject({ code: 64, stdout: "" });
  });

  it("reads the history of a run folder", async () => {
    const out = temporaryFolder();
    await rig(["run", "--seed", "3", "--quiet", "--output-dir", out]);
    const { code, stdout } = await rig(["check", join(out, "happy", "latest")]);
    expect(stdout).toMatch(/^VALID .* 120 acknowledged operations/);
    expect(code).toBe(0);
  });
});
