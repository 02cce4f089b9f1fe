/** What `rig check` is asked for: models, anomalies by name, and how much must be acknowledged. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

const VALID = [
  '{"type":"ok","process":0,"value":[["append",1,1]]}',
  '{"type":"ok","process":1,"value":[["r",1,[1]]]}',
];
const WRITE_SKEW = [
  '{"type":"ok","process":0,"value":[["r",1,[]],["append",2,1]]}',
  '{"type":"ok","process":1,"value":[["r",2,[]],["append",1,1]]}',
];

function history(lines: readonly string[]): string {
  const path = join(temporaryFolder(), "h.jsonl");
  writeFileSync(path, lines.join("\n"));
  return path;
}

describe("rig check --anomalies", () => {
  it("asks instead of models, with --consistency none, and beside them", async () => {
    const file = history(WRITE_SKEW);
    const none = ["check", file, "--consistency", "none"];
    expect((await rig([...none, "--anomalies", "G0,G1"])).code).toBe(0);
    expect((await rig([...none, "--anomalies", "G0,G2"])).code).toBe(1);
    const beside = await rig([
      ...["check", file, "--consistency", "snapshot-isolation", "--anomalies", "G2-item"],
    ]);
    expect(beside.code).toBe(1);
    expect(beside.stdout).toContain("snapshot-isolation and G2-item");
  });

  it("refuses a name that is none, once, and lists those that are", async () => {
    const file = history(VALID);
    const { code, stderr } = await rig(["check", file, file, "--anomalies", "G0,dirty-read"]);
    expect(stderr).toMatch(/^rig: unknown anomaly "dirty-read"; expected one of G-MSR, .*\n$/);
    expect(code).toBe(64);
  });
});

describe("rig check --consistency", () => {
  it("takes several models, and warns of those that forbid nothing", async () => {
    const args = ["--consistency", "linearizable,snapshot-isolation", "--json"];
    const { code, stdout } = await rig(["check", history(WRITE_SKEW), ...args]);
    expect(JSON.parse(stdout).warnings[0]).toMatch(/^linearizable forbids no anomaly/);
    expect(code).toBe(0);
  });
});

describe("rig check --min-ok", () => {
  it("turns too few acknowledged operations into unknown, and says why", async () => {
    const file = history(VALID);
    expect((await rig(["check", file, "--min-ok", "2"])).code).toBe(0);
    const few = await rig(["check", file, "--min-ok", "3"]);
    expect(few.stdout).toMatch(/^UNKNOWN /);
    expect(few.stdout).toContain("only 2 of the 3 operations of --min-ok were acknowledged");
    expect(few.code).toBe(2);
  });

  it("leaves an invalid history invalid, and counts for every model", async () => {
    expect((await rig(["check", history(WRITE_SKEW), "--min-ok", "9"])).code).toBe(1);
    const counter = history(['{"type":"ok","f":"add","process":0,"value":1}']);
    const args = ["check", counter, "--model", "counter"];
    expect((await rig([...args, "--min-ok", "1"])).code).toBe(0);
    expect((await rig([...args, "--min-ok", "2"])).code).toBe(2);
  });

  it("is a whole number", async () => {
    expect((await rig(["check", history(VALID), "--min-ok", "some"])).code).toBe(64);
  });
});
