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

  it("are all run: scripts here, tests by vitest itself", () => {
    const here = readFileSync(import.meta.filename, "utf8");
    const scripts = readdirSync(EXAMPLES).filter((name) => name.endsWith(".mjs"));
    expect(scripts.filter((name) => !here.includes(`"${name}"`))).toEqual([]);
  });
});
