/** The examples of the documentation do what they say, against the package as it is published. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { script } from "../support/cli.ts";

const EXAMPLES = path.join(import.meta.dirname, "../../docs/examples");

async function example(name: string): Promise<string> {
  const { code, stdout, stderr } = await script(path.join(EXAMPLES, name));
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

describe("docs/examples", () => {
  it("record-and-check finds the stale read that it makes", async () => {
    const stdout = await example("record-and-check.mjs");
    expect(stdout).toContain('"type":"info"');
    expect(stdout.trim().split("\n").at(-1)).toBe("not valid: G-single-item-realtime");
  });

  it("read-trace counts the frames of a trace", async () => {
    const stdout = await example("read-trace.mjs");
    expect(stdout).toMatch(/^candump log\n123 11\n018 3\n/);
  });

  it("cluster commits, stops, goes on, and convicts a traitor", async () => {
    const lines = (await example("cluster.mjs")).trim().split("\n");
    expect(lines).toEqual([
      "roj: first append committed true",
      "roj: without node 1 true",
      "roj: node 1 is back true",
      "roj: while split false",
      "roj: healed true [ 'r', 1, [ 1, 2, 3 ] ]",
      "roj: 1 log, history valid",
      "roj-a: first append committed true",
      "roj-a: without node 1 false",
      "roj-a: node 1 is back true",
      "roj-a: while split false",
      "roj-a: healed true [ 'r', 1, [ 1, 2, 3 ] ]",
      "roj-a: 1 log, history valid",
      "with a traitor true",
      "convicted by node 1: [ 0 ]",
    ]);
  });

  it("are all run: scripts here, tests by vitest itself", () => {
    const here = readFileSync(import.meta.filename, "utf8");
    const scripts = readdirSync(EXAMPLES).filter((name) => name.endsWith(".mjs"));
    expect(scripts.filter((name) => !here.includes(`"${name}"`))).toEqual([]);
  });
});
