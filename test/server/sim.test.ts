/** `rig sim`: a run on a server, printed as `rig run` prints it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";
import { type ServedRig, serveRig } from "../support/serve.ts";

let server: ServedRig;
beforeAll(async () => {
  server = await serveRig();
});
afterAll(async () => server[Symbol.asyncDispose]());

const PARTITION = ["--scenario", "partition", "--seed", "7", "--operations", "60"];

function sim(...args: string[]) {
  return rig(["sim", "--simulator-url", server.url, "--timeout", "120", ...args]);
}

it("prints, writes and exits as run does", async () => {
  const out = temporaryFolder();
  const metrics = join(out, "m.json");
  const remote = await sim(...PARTITION, "--output-dir", out, "--metrics-file", metrics);
  const local = await rig(["run", ...PARTITION, "--output-dir", out]);
  const shown = (text: string) => text.slice(0, text.indexOf("Evidence"));
  expect([remote.stderr, remote.code]).toEqual(["", local.code]);
  expect(shown(remote.stdout)).toBe(shown(local.stdout));
  const folder = join(out, "partition", "latest");
  const read = (...path: string[]) => readFileSync(join(...path), "utf8");
  expect(read(out, "sim-partition-history.json")).toBe(read(folder, "history.json"));
  expect(read(metrics)).toBe(read(folder, "metrics.json"));
  const summary = JSON.parse(read(out, "sim-partition-summary.json"));
  expect(summary.result).toEqual(JSON.parse(read(folder, "result.json")));
});

it("says JSON alone with --json", async () => {
  const out = temporaryFolder();
  const { stdout, code } = await sim(...PARTITION, "--json", "--output-dir", out);
  expect([JSON.parse(stdout).scenario, code]).toEqual(["partition", 0]);
});

it.each([
  [["--scenario", "nope"], 64, /unknown scenario "nope"/],
  [["--nodes", "0"], 64, /--nodes/],
  [["--simulator-url", "http://127.0.0.1:59999"], 3, /not reachable \(ECONNREFUSED\)/],
])("%j exits with %d and one line", async (args, code, text) => {
  const isElsewhere = args.includes("--simulator-url");
  const { code: found, stderr } = await (isElsewhere ? rig(["sim", ...args]) : sim(...args));
  expect([found, stderr]).toEqual([code, expect.stringMatching(text)]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

it("a bench that is taken exits with 4 and says who has it", async () => {
  const { run } = await server.client.startRun({ scenario: "happy", pace: 0.001 });
  const { code, stderr } = await sim(...PARTITION);
  expect([code, stderr]).toEqual([4, expect.stringMatching(/the bench is taken: .*from .*127/)]);
  await server.client.cancelRun();
  await server.client.waitForEnd(run.id, { timeoutMs: 60_000 });
});
