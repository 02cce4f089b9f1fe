/** Runs of the MAC profile: as those of the crash profile, and outsiders have no say. */

import { describe, expect, it } from "vitest";
import type { NodeRecord } from "../../rig/core/consensus/node-core.ts";
import { runScenario } from "../../rig/simulation/run-scenario.ts";

/** How often nodes refused a message in the run, and its verdict. */
function run(scenario: string, seed: number, protocol: "roj" | "roj-a" = "roj") {
  let refused = 0;
  const node = (_node: number, _boot: number, _timeNs: number, record: NodeRecord) => {
    if (record.event === "reject" && record.reason === "bad-mac") refused++;
  };
  const sink = { record() {}, node, frame() {} };
  const { result } = runScenario({ scenario, seed, protocol, auth: "mac" }, sink);
  return { refused, result };
}

describe("nodes with MACs", () => {
  it.each(["partition", "leader-crash", "double-receive"])("bear %s", (scenario) => {
    const { result, refused } = run(scenario, 1);
    expect(result.asExpected, JSON.stringify(result.reasons)).toBe(true);
    expect(refused).toBe(0);
  });

  it.each(["masquerade", "janus"])("refuse what is forged in %s", (scenario) => {
    const { result, refused } = run(scenario, 1);
    expect(result.asExpected, JSON.stringify(result.reasons)).toBe(true);
    expect(refused).toBeGreaterThan(0);
  });

  it("are there with ROJ-A, too", () => {
    const { result } = run("happy", 1, "roj-a");
    expect(result.asExpected).toBe(true);
  });
});
