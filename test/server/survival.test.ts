/** A server that is killed or interrupted in the middle of a run leaves what a run leaves. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { rig } from "../support/cli.ts";
import { type ServedRig, serveRig } from "../support/serve.ts";

/** A run that lasts, with a fault in force. */
async function underWay({ client, outputDir }: ServedRig): Promise<string> {
  const { run } = await client.startRun({ scenario: "happy", nodes: 5, seed: 2, pace: 0.001 });
  await client.partition([0, 1], [2, 3, 4]);
  const events = join(outputDir, run.id, "events.jsonl");
  while (!readFileSync(events, "utf8").includes('"inject"')) await sleep(20);
  return join(outputDir, run.id);
}

function jsonIn(folder: string, name: string) {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

describe("a server with a run under way", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "that gets %s heals, leaves a partial folder and exits with 130",
    async (signal) => {
      await using server = await serveRig();
      const folder = await underWay(server);
      expect(await server.stop(signal)).toBe(130);
      expect(server.stderr()).toMatch(/^rig: interrupted; run happy\/.* its folder is partial\n$/);
      expect(jsonIn(folder, "run.json").status).toBe("partial");
      expect(jsonIn(folder, "result.json")).toMatchObject({
        outcome: "unknown",
        partial: `interrupted by ${signal}`,
        teardown: [{ step: "heal faults", ok: true, detail: "1 healed" }],
      });
    },
  );

  it("that is killed leaves the fault in the plan and a record that can be judged", async () => {
    await using server = await serveRig();
    const folder = await underWay(server);
    await server.stop("SIGKILL");
    expect(jsonIn(folder, "run.json")).toMatchObject({
      status: "running",
      byHand: true,
      plan: { faults: [{ id: "partition-by-hand-1", start: { atNs: expect.any(Number) } }] },
    });
    const { code, stdout } = await rig(["report", folder]);
    expect([code, stdout.split("\n")[0]]).toEqual([2, expect.stringMatching(/partial/i)]);
    expect(existsSync(join(folder, "report.html"))).toBe(true);
  });
});

it("a server without a run ends with 0", async () => {
  await using server = await serveRig();
  expect(await server.stop("SIGINT")).toBe(0);
});
