/** Parts that bring faults about on a bus of copper: which a run takes, and what it is refused. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBenchFile } from "../../rig/adapters/store/bench-file.ts";
import { benchLacks, gatewaysOf, injectorFor } from "../../rig/core/bench/bench-capability.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { aFault, aPlan } from "../support/plans.ts";

const OUT = "out: { fault: loss, from: can0, to: can1, match: '0:0' }";
const OTHER = "other: { fault: janus, from: can0, to: can1, match: '1:7FF' }";
const BACK = "back: { fault: loss, from: can1, to: can0, match: '0:0', nodes: [a] }";
const FLOOD = "flood: { fault: id0-flood, interface: can2 }";
const DOWN = "down: { fault: isolate-one, down: can1, nodes: [c] }";

function fileOf(...injectors: readonly string[]): string {
  const file = join(temporaryFolder(), "bench.yaml");
  const nodes = ["a", "b", "c"].map((name) => {
    const bus = name === "c" ? "far" : "near";
    return `  - { name: ${name}, bus: ${bus}, power: hand, console: { port: /dev/${name} } }`;
  });
  const text = [
    "bench: two",
    "buses:",
    "  near: { interface: can0, bitrate: 500k/2M }",
    "  far: { interface: can1, bitrate: 500k/2M }",
    `injectors: { ${injectors.join(", ")} }`,
    "nodes:",
    ...nodes,
  ];
  writeFileSync(file, text.join("\n"));
  return file;
}

const benchOf = (...injectors: readonly string[]) => readBenchFile(fileOf(...injectors));
const loss = aFault({ kind: "loss", nodes: [2], probability: 1 });
const flood = aFault({ kind: "id0-flood", load: 0.1 });

describe("a bench with two interfaces", () => {
  it("is one bus by a gateway each way, that of a fault first", () => {
    const bench = benchOf(OTHER, OUT, BACK);
    expect(gatewaysOf(bench, { nodes: 3, faults: [] })).toEqual(["other", "back"]);
    expect(gatewaysOf(bench, { nodes: 3, faults: [loss] })).toEqual(["out", "back"]);
    expect(gatewaysOf(bench, { nodes: 2, faults: [] })).toEqual([]);
    expect(benchLacks(bench, aPlan({ faults: [loss] }))).toBe(null);
  });

  it("is refused where a way is missing, or there are two at once", () => {
    expect(benchLacks(benchOf(OUT), aPlan({}))?.message).toBe(
      "bench two: node c is on bus far, not on near: an injector that is a gateway from can1 to " +
        "can0 would join them",
    );
    const janus = aFault({ kind: "janus", nodes: [0], receivers: [2] });
    const both = benchLacks(benchOf(OUT, OTHER, BACK), aPlan({ faults: [loss, janus] }));
    expect([both?.code, both?.message]).toEqual([
      "capability.fault",
      "bench two: out and other are both gateways from can0 to can1: a run can have one",
    ]);
  });
});

describe("an injector", () => {
  it("by a second interface floods, and by an interface that is set down cuts off", () => {
    const bench = benchOf(FLOOD, DOWN, OUT, BACK);
    const alone = aFault({ kind: "isolate-one", nodes: [2] });
    expect(injectorFor(bench, flood)).toMatchObject({ by: "stranger", interface: "can2" });
    expect(injectorFor(bench, alone)).toMatchObject({ by: "link", down: "can1" });
    expect(injectorFor(bench, aFault({ kind: "isolate-one", nodes: [1] }))).toBe(undefined);
    expect(benchLacks(bench, aPlan({ faults: [flood, alone] }))).toBe(null);
  });

  it("that is missing is named with what the fault needs", () => {
    const lack = benchLacks(benchOf(OUT, BACK), aPlan({ faults: [flood] }));
    expect([lack?.exitCode, lack?.message]).toEqual([
      5,
      'bench two can\'t bring fault "id0-flood-1" about: no injector is for it, and id0-flood ' +
        "needs a station of the rig's own on the bus",
    ]);
  });

  it("whose tool is missing is named before anything is touched", async () => {
    const plan = join(temporaryFolder(), "plan.yaml");
    writeFileSync(
      plan,
      "faults: [{ kind: loss, nodes: [2], probability: 1, start: 5, end: 10 }]\n",
    );
    const args = ["run", "--bench", fileOf(OUT, BACK), "--scenario", "happy", "--nodes", "3"];
    const env = { PATH: "/nowhere" };
    const { code, stderr } = await rig([...args, "--plan", plan], { env });
    expect(stderr).toMatch(/^rig: bench two: injector out needs (cangw|ip), which is missing\n/);
    expect(code).toBe(5);
  });
});
