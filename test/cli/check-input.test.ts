/** What `rig check` reads: every form of a history, packed or not, and what it says of bad ones. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

const LINES = [
  '{"index":0,"type":"invoke","f":"txn","process":0,"time":0,"value":[["append",1,1]]}',
  '{"index":1,"type":"ok","f":"txn","process":0,"time":1,"value":[["append",1,1]]}',
  '{"index":2,"type":"invoke","f":"txn","process":0,"time":2,"value":[["r",1,null]]}',
  '{"index":3,"type":"ok","f":"txn","process":0,"time":3,"value":[["r",1,[1]]]}',
];
const EDN = LINES.map((line) =>
  line
    .replaceAll(/"(\w+)":/g, ":$1 ")
    .replaceAll(/"(\w+)"/g, ":$1")
    .replaceAll("null", "nil"),
);
const FORMS: Readonly<Record<string, string>> = {
  "JSON lines": `${LINES.join("\n")}\n`,
  "a JSON array": `[${LINES.join(",\n")}]`,
  "EDN maps": `${EDN.join("\n")}\n`,
  "an EDN vector": `[${EDN.join("\n")}]`,
};

function file(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe("rig check reads", () => {
  it.each(Object.entries(FORMS))("%s, plain and as gzip under any name", async (_, text) => {
    const files = [file("plain", text), file("packed.json", gzipSync(text))];
    const { code, stdout } = await rig(["check", "--json", ...files]);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers).toMatchObject([
      { valid: true, operations: 2 },
      { valid: true, operations: 2 },
    ]);
    expect(code).toBe(0);
  });

  it("gzip of several members, one after another", async () => {
    const halves = [LINES.slice(0, 2), LINES.slice(2)].map((half) => `${half.join("\n")}\n`);
    const path = file("h.gz", Buffer.concat(halves.map((half) => gzipSync(half))));
    expect((await rig(["check", path])).stdout).toContain("2 acknowledged operations");
  });

  it("the history of a folder that Jepsen made", async () => {
    const folder = join(temporaryFolder(), "store");
    mkdirSync(folder);
    writeFileSync(join(folder, "history.edn"), FORMS["EDN maps"] as string);
    expect((await rig(["check", folder])).code).toBe(0);
  });
});

describe("rig check -", () => {
  it("reads standard input, packed or not", async () => {
    for (const bytes of [FORMS["JSON lines"] ?? "", gzipSync(FORMS["EDN maps"] ?? "")]) {
      const during = ({ stdin }: { stdin: Writable | null }) => stdin?.end(bytes);
      const { code, stdout } = await rig(["check", "-", "--json"], { during });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ valid: true, operations: 2 });
    }
    const { code, stderr } = await rig(["check", "-", "--minimise"]);
    expect([code, stderr]).toEqual([64, expect.stringContaining("expected a file, not standard")]);
  });
});

describe("rig check refuses in one line", () => {
  const packed = gzipSync(FORMS["JSON lines"] as string);
  const flipped = Uint8Array.from(packed);
  for (let at = 20; at < 40; at++) flipped[at] = (flipped[at] ?? 0) ^ 0x55;

  it.each([
    ["gzip that is cut short", packed.subarray(0, packed.length - 12), "are cut short"],
    ["gzip with other bytes inside", flipped, "are damaged"],
    ["the magic number of gzip alone", Uint8Array.of(0x1f, 0x8b), "are cut short"],
  ])("%s", async (_, bytes, why) => {
    const path = file("h.json.gz", bytes);
    const { code, stderr, stdout } = await rig(["check", path]);
    expect(stderr).toBe(`rig: ${path}: not readable: its gzip data ${why}\n`);
    expect([code, stdout]).toEqual([65, ""]);
  });

  it("a bad line inside gzip, by its number", async () => {
    const path = file("h.gz", gzipSync([...LINES, "{"].join("\n")));
    const { code, stderr } = await rig(["check", path]);
    expect(stderr).toContain(`${path}:5: `);
    expect(code).toBe(65);
  });
});

describe("rig check names file and line of what a checker refuses", () => {
  it.each([
    ["list-append", 2, "operation 1 has a write"],
    ["set", 1, "operation 0: function txn; expected"],
  ])("as a history of %s", async (model, line, text) => {
    const operations = ['[["append",1,1]]', '[["w",1,1]]'].map(
      (value) => `{"type":"ok","f":"txn","process":0,"value":${value}}`,
    );
    const path = file("h.jsonl", operations.join("\n"));
    const { code, stderr } = await rig(["check", "--model", model, path]);
    expect(stderr).toContain(`rig: ${path}:${line}: ${text}`);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(65);
  });
});

describe("a batch of files", () => {
  const valid = file("valid.json", FORMS["JSON lines"] as string);
  const invalid = file("invalid.json", (FORMS["JSON lines"] as string).replace("[1]]]", "[]]]"));
  const unknown = file("unknown.json", "[]");
  const bad = file("bad.json", "{");

  it.each([
    [[valid, unknown], 2],
    [[unknown, invalid, valid], 1],
    [[bad, invalid, unknown, valid], 65],
    [[valid, valid], 0],
  ])("%# is checked to its end and exits by its worst", async (files, expected) => {
    const { code, stdout } = await rig(["check", "--json", ...files]);
    expect(stdout.trim().split("\n")).toHaveLength(files.length);
    expect(code).toBe(expected);
  });
});
