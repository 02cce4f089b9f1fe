/** `rig assert`: a file of assertions on a trace, its errors, JUnit. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAssertFile } from "../../rig/adapters/store/assert-file.ts";
import { rig, temporaryFolder } from "../support/cli.ts";

const BODY = "fixtures/asserts/body.yaml";
const TRACE = "fixtures/traces/own/body.log";

function file(name: string, content: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe("rig assert", () => {
  it("says what holds, what fails and where, and exits with 1", async () => {
    const junit = join(temporaryFolder(), "junit.xml");
    const { code, stdout } = await rig(["assert", BODY, TRACE, "--junit-xml", junit]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'ok      the doors lock while we drive off: Doors.Lock "Locked": once',
    );
    expect(stdout).toContain("FAILED  the engine sends without a break: 100: seen 100 times");
    expect(stdout).toContain("(first at 580 ms, line 69)");
    expect(stdout).toContain("120 frames: 5 hold, 2 failed, 0 unknown");
    const xml = readFileSync(junit, "utf8");
    expect(xml).toContain('tests="7" failures="2" errors="0"');
    expect(xml).toContain('classname="canfd-rig.assert.body-bus"');
  });

  it("knows nothing for certain of a trace that is cut off, and says where", async () => {
    const text = readFileSync(TRACE, "utf8");
    const cut = file("cut.log", text.slice(0, text.indexOf("\n", 600) + 10));
    const { code, stdout, stderr } = await rig(["assert", BODY, cut, "--json"]);
    expect(code).toBe(65);
    const outcomes = JSON.parse(stdout).assertions.map(
      ({ outcome }: { outcome: string }) => outcome,
    );
    expect(new Set(outcomes)).toEqual(new Set(["unknown"]));
    expect(stderr).toContain("cut.log:");
  });

  it("exits with 0 where all holds, and with 2 where nobody knows", async () => {
    const assertions = 'assertions: [{ name: it, id: "100", count: { min: 100 } }]\n';
    expect((await rig(["assert", file("a.yaml", assertions), TRACE])).code).toBe(0);
    const unknown = 'assertions: [{ name: it, id: "100", within: 1s, after: { id: "1" } }]\n';
    expect((await rig(["assert", file("b.yaml", unknown), TRACE])).code).toBe(2);
  });

  it.each([
    [[BODY], "expected a trace or --bus"],
    [[BODY, TRACE, "--bus", "can0"], "expected a trace or --bus"],
  ])("refuses %j", async (args, text) => {
    const { code, stderr } = await rig(["assert", ...args]);
    expect(code).toBe(64);
    expect(stderr).toContain(text);
  });
});

const DBC = join(import.meta.dirname, "../../fixtures/dbc/body.dbc");
const one = (fields: string) => `dbc: ${DBC}\nassertions:\n  - name: it\n    ${fields}\n`;

describe("a file of assertions is refused with line and field", () => {
  it.each([
    ["assertions: []", ":1:1: assertions: found [], expected a list of at least one"],
    [one("id: 100\n    never: true"), ":4:5: assertions[0].id: found 100, expected hexadecimal"],
    [one('id: "800"\n    never: true'), ":4:5: assertions[0].id: expected up to three digits"],
    [one('id: "1234"\n    never: true'), ":4:5: assertions[0].id: expected up to three digits"],
    [one('id: "1"'), ":3:5: assertions[0]: expected one of within, period, never, count"],
    [one("never: true"), ":3:5: assertions[0]: expected one of id, message, signal"],
    [one('id: "1"\n    nevr: true'), 'unknown field "nevr", did you mean "never"?'],
    [one('id: "1"\n    period: soon'), ':5:5: assertions[0].period: found "soon", expected a time'],
    [one('id: "1"\n    never: true\n    tolerance: 5%'), "expected it beside period only"],
    [one("signal: Sped\n    never: true"), '"Sped" is no signal of the DBC files'],
    [one("signal: Lock\n    value: Ajar\n    never: true"), "expected one of Open, Closed, Locked"],
    [one("message: Nobody\n    never: true"), '"Nobody" is no message of the DBC files'],
    [one('id: "1"\n    value: 3\n    never: true'), "expected it beside signal only"],
    [one('id: "1"\n    count: { min: 3, max: 1 }'), "the least first"],
    [one('id: "1"\n    data: "1"\n    never: true'), "the first bytes in quotes"],
  ])("%j", async (text, message) => {
    const path = file("worse.yaml", text);
    const error = await readAssertFile(path).catch((caught: unknown) => caught);
    expect((error as Error).message).toContain(message);
  });
});
