/** The same seed gives the same bytes, whatever the folder, the day or the version of Node. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const arch = process.arch;
const NODE_24 = new URL(`../node-24/node_modules/node-linux-${arch}/bin/node`, import.meta.url)
  .pathname;

/** Every file of the run but `run.json`, by name. */
async function filesOf(scenario: string, node?: string): Promise<Map<string, string>> {
  const out = temporaryFolder();
  const args = ["run", "--scenario", scenario, "--seed", "42", "--quiet", "--output-dir", out];
  expect((await rig(args, node === undefined ? {} : { node })).code).toBe(0);
  const folder = join(out, scenario, "latest");
  const names = readdirSync(folder).filter((name) => name !== "run.json");
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

describe("the same seed", () => {
  it("gives the same bytes in two folders", async () => {
    expect(await filesOf("partition")).toEqual(await filesOf("partition"));
  });

  const itOnTwo = itNeeds({ has: existsSync(NODE_24), what: "`npm ci --prefix test/node-24`" });
  // Each takes two processes: all of them are for a job of their own.
  const names = SCENARIOS.map(({ name }) => name);
  const chosen =
    process.env["RIG_SEEDS"] === undefined ? names.filter((_, i) => i % 20 === 0) : names;
  itOnTwo(
    `gives the same bytes on Node 24, for ${chosen.join(", ")}`,
    async () => {
      for (const name of chosen) {
        expect(await filesOf(name, NODE_24)).toEqual(await filesOf(name));
      }
    },
    600_000,
  );
});
