/** `rig check --lint`: mistakes in a recording, each with its place, instead of a verdict. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

const CLEAN = [
  '{"type":"invoke","f":"txn","process":0,"value":[["append",1,1],["r",1,null]]}',
  '{"type":"ok","f":"txn","process":0,"value":[["append",1,1],["r",1,[1]]]}',
];
const OPEN = '{"type":"invoke","f":"txn","process":1,"value":[["append",1,2]]}';

function file(lines: readonly string[], name = "h.jsonl"): string {
  const path = join(temporaryFolder(), name);
  const text = lines.join("\n");
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

describe("rig check --lint", () => {
  it("says that a history is clean, and exits 0", async () => {
    const path = file(CLEAN, "h.gz");
    const { code, stdout } = await rig(["check", "--lint", path]);
    expect(stdout).toBe(`CLEAN  ${path}  2 operations\n`);
    expect(code).toBe(0);
  });

  it("names each mistake with file and line, and what to do; exits 1", async () => {
    const path = file([...CLEAN, OPEN]);
    const { code, stdout } = await rig(["check", "--lint", path]);
    expect(stdout.split("\n").slice(0, 4)).toEqual([
      `MISTAKES  ${path}  1 finding in 3 operations`,
      `  ${path}:3: open-at-end: process 1 has no completion of it`,
      "  open-at-end: write info for each operation that is still open at the end",
      "",
    ]);
    expect(code).toBe(1);
  });

  it("prints one JSON line for each file, and goes on after one that can't be read", async () => {
    const files = [file(["{"]), file([...CLEAN, OPEN]), file(CLEAN)];
    const { code, stdout, stderr } = await rig(["check", "--lint", "--json", ...files]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0].error).toContain(`${files[0]}:1: the file ends inside`);
    expect(stderr).toBe(`rig: ${lines[0].error}\n`);
    expect(lines[1]).toMatchObject({
      file: files[1],
      operations: 3,
      findings: [{ kind: "open-at-end", line: 3, text: "process 1 has no completion of it" }],
      counts: { "open-at-end": 1 },
    });
    expect(lines[2].findings).toEqual([]);
    expect(code).toBe(65);
  });

  it("finds nothing to blame in a run of the rig", async () => {
    const out = temporaryFolder();
    const scenario = ["--scenario", "message-loss", "--seed", "3"];
    await rig(["run", ...scenario, "--quiet", "--output-dir", out]);
    const { stdout } = await rig(["check", "--lint", join(out, "message-loss", "latest")]);
    expect(stdout).toMatch(/^CLEAN /);
  });
});
