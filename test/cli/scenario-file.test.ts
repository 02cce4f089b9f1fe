/** Scenario, plan and suite files: what they give, and one clear line for each that is wrong. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPlanFile } from "../../rig/adapters/store/plan-file.ts";
import { readScenarioFile } from "../../rig/adapters/store/scenario-file.ts";
import { readSuiteOrScenario } from "../../rig/adapters/store/suite-file.ts";
import { FAULT_KINDS } from "../../rig/core/fault/fault.ts";
import { makePlan, scenarioIssues } from "../../rig/core/plan/make-plan.ts";
import { expandFaults } from "../../rig/core/plan/scenario.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";
import { rig, temporaryFolder } from "../support/cli.ts";

const SHIPPED = new URL("../../fixtures/scenarios/", import.meta.url).pathname;
const DOCUMENT = new URL("../../docs/reference/scenario-file.md", import.meta.url);

function file(text: string, name = "mine.yaml"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no error";
}

describe("the shipped scenario files", () => {
  it("are one for each built-in scenario", () => {
    const names = SCENARIOS.map(({ name }) => `${name}.yaml`).sort();
    expect(readdirSync(SHIPPED).sort()).toEqual(names);
  });

  it.each(SCENARIOS)("give the plans of the built-in $name, byte for byte", (builtIn) => {
    const scenario = readScenarioFile(join(SHIPPED, `${builtIn.name}.yaml`));
    for (const nodes of [undefined, 2, 3, 5, 8, 14]) {
      for (const operations of [undefined, 1, 10, 333, 20_000]) {
        if (nodes !== undefined && nodes < builtIn.nodesMin) continue;
        const whole = { nodes: nodes ?? builtIn.nodes, operations: operations ?? 100 };
        if (scenarioIssues(builtIn, whole).length > 0) continue;
        const size = {
          ...(nodes === undefined ? {} : { nodes }),
          ...(operations === undefined ? {} : { operations }),
        };
        const mine = makePlan({ ...size, scenario, seed: 7 });
        const theirs = makePlan({ ...size, scenario: builtIn.name, seed: 7 });
        expect(JSON.stringify(mine)).toBe(JSON.stringify(theirs));
      }
    }
    const { nodesMin, summary } = scenario;
    expect({ nodesMin, summary }).toEqual({ nodesMin: builtIn.nodesMin, summary: builtIn.summary });
  });
});

describe("a scenario file", () => {
  const FAULT = "name: x\nnodes: 5\nfaults:\n  - kind: loss\n    probability: 10%\n";

  it.each([
    ["name: x\nnodez: 5\n", /^:2:1: nodez: unknown field "nodez", did you mean "nodes"\?$/],
    ["name: x\nnodes: 15\n", /^:2:1: nodes: found 15, expected a whole number from 1 to 14$/],
    ["nodes: 5\n", /^:1:1: name: missing, expected a name/],
    ["name: ../x\nnodes: 5\n", /^:1:1: name: found "..\/x", expected a name/],
    ["name: suite\nnodes: 5\n", /^:1:1: name: found "suite", expected a name/],
    ["", /^:1:1: found null, expected a mapping/],
    ["name: x\nnodes: [\n", /^:3:1: /],
    ["name: x\nname: y\n", /^:2:1: Map keys must be unique$/],
    [`${FAULT}    nodes: [0, 7]\n`, /^:6:5: faults\[0\].nodes: found node 7 among 5 nodes/],
    [`${FAULT}    nodes: all\n    ennd: 5\n`, /^:7:5: faults\[0\].ennd: .* "end"\?$/],
    [`${FAULT}    nodes: all\n    start: soon\n`, /^:7:5: faults\[0\].start: found "soon"/],
    [FAULT.replace("loss", "lots"), /^:4:5: faults\[0\].kind: found "lots", expected a fault of/],
    [
      `${FAULT.replace("10%", "0")}    nodes: all\n`,
      /^:5:5: faults\[0\].probability: found 0, expected a share over 0/,
    ],
    ["name: x\nnodes: 3\nlimits: {p99: 50}\n", /^:3:10: limits.p99: found 50, expected a time/],
    [
      "name: x\nnodes: 3\nexpectation: must-detect\n",
      /^:3:1: expectation: found must-detect, but it is tolerate by the numbers: /,
    ],
    [
      "name: x\nnodes: 3\nworkload: {append-ratio: 50%, pattern: mixed}\n",
      /^:3:31: workload.pattern: stands beside append-ratio: expected one of the two$/,
    ],
    [
      "name: x\nnodes: 3\nlimits: {median-over: {scenario: hapy, times: 2}}\n",
      /^:3:24: limits.median-over.scenario: found "hapy", expected "happy"$/,
    ],
    [`${"[".repeat(50_000)}\n`, /nested too deeply/],
  ])("%j is refused with its place, field and what was expected", (text, expected) => {
    const path = file(text);
    const message = messageOf(() => readScenarioFile(path));
    expect(message.slice(0, path.length)).toBe(path);
    expect(message.slice(path.length)).toMatch(expected);
    expect(message).not.toContain("\n");
  });

  it("is refused by every command with exit code 65 and one line", async () => {
    const path = file("name: x\nnodes: 0\n");
    for (const command of ["run", "plan", "suite"]) {
      const { code, stderr } = await rig([command, "--scenario", path]);
      expect(stderr).toBe(
        `rig: ${path}:2:1: nodes: found 0, expected a whole number from 1 to 14\n`,
      );
      expect(code).toBe(65);
    }
    const missing = await rig(["run", "--scenario", "nowhere.yaml"]);
    expect(missing).toMatchObject({ code: 65 });
    expect(missing.stderr).toContain("nowhere.yaml: not readable: no such file");
  });

  it("runs with the command line over it, and is repeated from its folder", async () => {
    const path = file(`${FAULT}    nodes: all\n    start: 5ms\nlimits: {p99: 1us}\n`);
    const out = temporaryFolder();
    const args = ["--scenario", path, "--operations", "30", "--loss", "0", "--seed", "3"];
    const { code, stdout } = await rig(["run", ...args, "--output-dir", out]);
    expect(stdout).toContain("99th percentile of latency within 0.001 ms: it is");
    expect(code).toBe(1);
    const folder = join(out, "x", "latest");
    const repeat = /^Repeat +rig (.*)$/m.exec(stdout)?.[1] ?? "";
    const again = temporaryFolder();
    expect((await rig([...repeat.split(" "), "--output-dir", again])).code).toBe(1);
    const events = (folder: string) => readFileSync(join(folder, "events.jsonl"), "utf8");
    expect(events(join(again, "x", "latest"))).toBe(events(folder));
    const report = readFileSync(join(folder, "report.html"), "utf8");
    expect(report).toContain("rig run --plan run.json");
  });

  it("names the flags that make a built-in scenario another", async () => {
    const flags = ["--concurrency", "4", "--append-ratio", "80%", "--txn-length", "2"];
    const { stdout } = await rig(["plan", "--scenario", "happy", "--seed", "1", ...flags]);
    expect(stdout).toContain(`--level sim --seed 1 ${flags.join(" ")}`);
  });
});

describe("a plan file", () => {
  it("may be a fault list in the words of a scenario file, or in those of a plan", () => {
    const words = "- {kind: crash, nodes: [1], start: 20%, end: 40%}\n";
    const numbers = '[{"id":"a","kind":"pause","nodes":[2],"start":{"atNs":5}}]';
    expect(readPlanFile(file(words))).toEqual({
      kind: "faults",
      faults: [{ kind: "crash", nodes: [1], start: { atPercent: 20 }, end: { atPercent: 40 } }],
    });
    expect(readPlanFile(file(numbers, "a.json"))).toEqual({
      kind: "faults",
      faults: [{ id: "a", kind: "pause", nodes: [2], start: { atNs: 5 } }],
    });
  });

  it("knows every kind of fault, in both forms, with the same meaning", () => {
    const words = [
      "- {kind: partition, groups: [[0], [1, 2]]}",
      "- {kind: crash, nodes: [0]}",
      "- {kind: power-cut, nodes: [0]}",
      "- {kind: pause, nodes: [0]}",
      "- {kind: loss, nodes: [0], probability: 7%}",
      "- {kind: delay, nodes: [0], min: 1ms, max: 2ms}",
      "- {kind: torn-write, nodes: [0], beyond-limit: true}",
      "- {kind: flash-bitrot, nodes: [0], probability: 1%}",
      "- {kind: misdirect, nodes: [0], probability: 0.5}",
      "- {kind: amnesia, nodes: [0], records: all}",
      "- {kind: gray-slow, nodes: [0], factor: 10, stall: 1us}",
      "- {kind: byzantine, nodes: bound, behaviour: malformed}",
      "- {kind: power-cut-in-write, nodes: [0]}",
      "- {kind: store-full, nodes: [0]}",
      "- {kind: store-error, nodes: [0], probability: 100%}",
      "- {kind: power-cycle, nodes: [0], off: 10ms, every: 20ms}",
      "- {kind: power-cycle-rolling, nodes: [0], off: 10ms, gap: 20ms}",
      "- {kind: clock-drift, nodes: [0], ppm: -200}",
      "- {kind: clock-step, nodes: [0], step: -1.5s}",
      "- {kind: babbling-idiot, nodes: [0]}",
      "- {kind: id0-flood, load: 80%}",
      "- {kind: arbitration-starvation, load: 0.5, identifier: 16}",
      "- {kind: masquerade, nodes: [0]}",
      "- {kind: twin-node, nodes: [0]}",
      "- {kind: replay, nodes: [0], lag: 5ms, probability: 10%}",
      "- {kind: rx-overrun, nodes: [0], depth: 4, busy: 200us}",
      "- {kind: mailbox-reorder, nodes: [0], mailboxes: 3}",
      "- {kind: stale-mailbox, nodes: [0]}",
      "- {kind: brown-out-all, off: 10ms, stagger: 0s}",
      "- {kind: bit-error, nodes: [0], bit: 20, senders: [1], can-id: 528, every: 3}",
      "- {kind: error-burst, nodes: all, frames: 3, every: 50, messages: [Vote]}",
      "- {kind: emi, nodes: all, bit-error-rate: 0.0001}",
      "- {kind: termination-missing, nodes: all, probability: 1%}",
      "- {kind: ground-shift, nodes: [0], probability: 1%}",
      "- {kind: bit-timing-mismatch, nodes: [0], ppm: 12000, sample-point: 80}",
      "- {kind: fd-intolerant-node, nodes: [0]}",
      "- {kind: double-receive, nodes: [0], probability: 5%}",
      "- {kind: omission, nodes: [0], transmitter: dies, senders: [1]}",
      "- {kind: error-passive, nodes: [0]}",
      "- {kind: bus-off, nodes: [0]}",
      "- {kind: silent-disable, nodes: [0]}",
      "- {kind: ack-starvation, nodes: [0]}",
      "- {kind: one-shot, nodes: [0]}",
      "- {kind: stuck-dominant}",
      "- {kind: stuck-recessive}",
      "- {kind: freeze, nodes: [0], hold: 1ms}",
      "- {kind: segment-split, groups: halves}",
      "- {kind: isolate-one, nodes: [0]}",
      "- {kind: stub-open, nodes: [0]}",
      "- {kind: janus, nodes: [0], receivers: [1], messages: [Propose], probability: 50%}",
      "- {kind: crc-residual, nodes: [0], probability: 1%}",
    ];
    const read = readPlanFile(file(`${words.join("\n")}\n`));
    const faults = read.kind === "faults" ? read.faults : [];
    // The frames of a background come from a trace.
    const inFiles = FAULT_KINDS.filter((kind) => kind !== "background");
    expect(faults.map(({ kind }) => kind).sort()).toEqual([...inFiles].sort());
    const expanded = expandFaults(faults, { nodes: 4, operations: 100 });
    const again = readPlanFile(file(JSON.stringify(expanded), "faults.json"));
    expect(again).toEqual({ kind: "faults", faults: expanded });
  });

  it.each(SCENARIOS)("may be the whole plan of $name, or a run.json with it", ({ name }) => {
    for (const operations of [1, 100]) {
      const plan = makePlan({ scenario: name, seed: 9, operations });
      const whole = { kind: "plan", plan };
      expect(readPlanFile(file(JSON.stringify(plan), "plan.json"))).toEqual(whole);
      expect(readPlanFile(file(JSON.stringify({ schema: 1, plan }), "run.json"))).toEqual(whole);
    }
  });

  it("takes the place of the scenario's faults", async () => {
    const list = file("- {kind: crash, nodes: [1], start: 20, end: 40}\n");
    const args = ["plan", "--scenario", "partition", "--plan", list, "--json"];
    const { faults, expectation } = JSON.parse((await rig(args)).stdout);
    expect(faults).toMatchObject([{ id: "crash-1", nodes: [1], end: { atOperation: 40 } }]);
    expect(expectation.class).toBe("tolerate");
  });

  it("lets only the seed go over a whole plan", async () => {
    const plan = makePlan({ scenario: "partition", seed: 9 });
    const path = file(JSON.stringify(plan), "plan.json");
    const other = await rig(["plan", "--plan", path, "--seed", "4", "--json"]);
    expect(JSON.parse(other.stdout)).toEqual({ ...plan, seed: 4 });
    const refused = await rig(["plan", "--plan", path, "--nodes", "4"]);
    expect(refused.stderr).toMatch(
      /--nodes beside --plan .* a whole plan: expected at most --seed/,
    );
    expect(refused.code).toBe(64);
  });

  it.each([
    ["{}", /expected a list of faults, or a plan/],
    ["- {kind: crash, nodes: [1], stat: 5}\n", /:1:29: \[0\].stat: .* did you mean "start"/],
    ['{"schema":2}', /schema: found 2, expected 1|nothing/],
  ])("%j is refused", (text, expected) => {
    expect(messageOf(() => readPlanFile(file(text)))).toMatch(expected);
  });

  it("is refused when it says an expectation that is not the computed one", () => {
    const plan = makePlan({ scenario: "partition", seed: 9 });
    const claimed = { ...plan, expectation: { class: "tolerate", why: "" } };
    const path = file(JSON.stringify(claimed), "plan.json");
    expect(messageOf(() => readPlanFile(path))).toMatch(/expectation: found tolerate, .*safe-only/);
  });
});

describe("docs/reference/scenario-file.md", () => {
  const blocks = [...readFileSync(DOCUMENT, "utf8").matchAll(/```yaml\n(.*?)```/gs)];

  it("has examples that are read, a scenario and a suite", () => {
    const kinds = blocks.map(([, text]) => readSuiteOrScenario(file(text ?? "")).kind);
    expect(kinds).toEqual(["scenario", "suite"]);
  });

  it("has a scenario that comes out as expected", async () => {
    const args = ["suite", file(blocks[0]?.[1] ?? ""), "--seeds", "5", "--quiet"];
    expect((await rig([...args, "--output-dir", temporaryFolder()])).code).toBe(0);
  });
});
