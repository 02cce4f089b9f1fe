/** A trace as the background load of a scenario. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { changedScenario } from "../../../rig/core/plan/change-scenario.ts";
import { BUS_BITRATES, findScenario, makePlan } from "../../../rig/core/plan/make-plan.ts";
import { backgroundOf } from "../../../rig/core/replay/background.ts";
import { Selection } from "../../../rig/core/replay/selection.ts";
import { parseCandumpLine } from "../../../rig/core/trace/candump.ts";
import { simulatePlan } from "../../support/simulate.ts";
import { bytesOf, readTrace } from "../trace/read-trace.ts";

const MIX = readFileSync(new URL("../../../fixtures/traces/own/mix.log", import.meta.url));

function selected(bytes: Uint8Array): Selection {
  const selection = new Selection();
  for (const record of readTrace(bytes).records) selection.add(record);
  return selection;
}

function planWith(bytes: Uint8Array, name = "happy") {
  const background = backgroundOf("mix.log", selected(bytes), BUS_BITRATES);
  const scenario = changedScenario(findScenario(name), { background });
  return makePlan({ scenario, seed: 7 });
}

describe("the background of a trace", () => {
  it("has every frame that a bus carries, as an extended one of the same rank", () => {
    const { frames, load, periodNs } = backgroundOf("mix", selected(MIX), BUS_BITRATES);
    expect(frames).toHaveLength(250);
    const parsed = frames.map((line, index) => parseCandumpLine(line, index + 1).frame);
    expect(parsed.every(({ extended }) => extended)).toBe(true);
    expect(parsed[1]?.id).toBe(0x123 * 2 ** 18);
    expect(load).toBeGreaterThan(0.01);
    expect(load).toBeLessThan(0.1);
    expect(periodNs).toBeGreaterThan(0.9e9);
  });

  it("is refused without frames, and when it fills the bus", () => {
    const made = (text: string) => backgroundOf("x", selected(bytesOf(text)), BUS_BITRATES);
    expect(() => made("(0.0) can0 20000080#0000000000000000\n")).toThrow(
      "--background x: 0 frames that can be sent: expected 1 to 20000",
    );
    expect(() => made("(0.0) can0 123#\n".repeat(3))).toThrow("its frames fill the bus");
  });
});

describe("a run with a background", () => {
  const dense = bytesOf(
    Array.from(
      { length: 200 },
      (_, index) => `(0.${String(index * 500).padStart(6, "0")}) can0 300#1122334455667788\n`,
    ).join(""),
  );

  it("is valid, counts the frames, and is the same each time", () => {
    const plan = planWith(dense);
    const evidence = simulatePlan(plan);
    expect(evidence.operations.length).toBeGreaterThan(100);
    const without = simulatePlan(makePlan({ scenario: "happy", seed: 7 }));
    expect(evidence.bus.busyNs).toBeGreaterThan(1.2 * without.bus.busyNs);
    expect(Object.keys(evidence.messages)).toEqual(Object.keys(without.messages));
    expect(simulatePlan(plan)).toEqual(evidence);
  });

  it("takes its share of the bus from what the timers expect", () => {
    const timeout = (bytes: Uint8Array) => planWith(bytes).client.operationTimeoutNs;
    expect(timeout(dense)).toBeGreaterThan(timeout(MIX));
  });
});
