/**
 * Level `bench` as a user runs it, on the emulated bench: the power-switch firmware in an AVR
 * emulator, whose pins start and kill the nodes' programs, and the rig at their control lines.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildAgent } from "../support/agent.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { relaysIn } from "../support/relays.ts";

const FIXTURE = new URL("../../fixtures/benches/emulated.yaml", import.meta.url).pathname;

/** The emulated bench with a lease of its own, so that nobody else has it. */
function ownBench(change: (text: string) => string = (text) => text): string {
  const folder = temporaryFolder();
  const file = join(folder, "bench.yaml");
  const text = readFileSync(FIXTURE, "utf8").replace("linger: 10s", "linger: 1s");
  writeFileSync(file, `${change(text)}\nlease: { folder: ${folder} }\n`);
  return file;
}

async function runOn(bench: string, scenario: string, ...more: readonly string[]) {
  const folder = temporaryFolder();
  const env = { TMPDIR: folder };
  const length = more.includes("--operations") ? [] : ["--operations", "20"];
  const size = [...length, "--concurrency", "5", "--seed", "7"];
  const args = ["run", "--bench", bench, "--scenario", scenario, ...size, "--json", ...more];
  const { code, stdout, stderr } = await rig([...args, "--output-dir", folder], { env });
  const path = (name: string) => join(folder, scenario, "latest", name);
  const read = (name: string) => readFileSync(path(name), "utf8");
  const events = () =>
    read("events.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const list = () => readdirSync(path("."));
  const result = stdout === "" ? null : JSON.parse(stdout);
  return { code, stderr, result, read, events, list, relays: () => relaysIn(folder) };
}

let program = "";

beforeAll(() => {
  program = buildAgent();
});

/** False while there is nothing to look at. */
function attempt(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

/** All five boards have it. */
function allOf(agent: string): string {
  return `0,1,2,3,4=${agent}`;
}

describe("rig run --bench", { timeout: 300_000 }, () => {
  it("cycles the supply of a node, down to a dead console and a reboot", async () => {
    const bench = ownBench((text) => text.replaceAll("    off:", "    flash: date\n    off:"));
    const run = await runOn(bench, "power-cycle", "--flash");
    const { code, stderr, result, read, events, list } = run;
    expect(stderr).toBe("");
    expect(result).toMatchObject({ outcome: "valid", level: "bench", partial: null });
    expect(code).toBe(0);
    const log = read("console-ecu0.log");
    expect(log).toMatch(/flash: .*\n.*start 1\n.*connected: boot 1.*\n.*--- gap: .*\n.*start 2\n/);
    const steps = result.teardown.map(({ step, ok }: { step: string; ok: boolean }) => [step, ok]);
    expect(steps).toEqual([
      ["fetch what the nodes noted", true],
      ["put supplies to their safe state", true],
      ["close lines and bus", true],
      ["close the power units", true],
      ["close the console logs", true],
      ["leave the emulator", true],
    ]);
    expect(list()).toEqual(expect.arrayContaining(["report.html", "junit.xml", "node-0.jsonl"]));
    expect(read("report.html")).toContain(` --bench ${bench}`);
    expect(JSON.parse(read("run.json")).bench).toMatchObject({ name: "emulated" });
    const phases = events().filter(({ type }) => type === "bench-phase");
    expect(phases.map(({ phase }) => phase)).toEqual([
      "prepare",
      "health",
      "scenario",
      "fetch",
      "restore",
    ]);
    expect(result.bench.boards).toHaveLength(5);
    expect(result.bench.recoveries["give-up"]).toBe(0);
  });

  it.each(["brown-out-all", "leader-crash"])("%s is as expected", async (scenario) => {
    const three = ["--nodes", "3", "--agents", `0,1,2=${program}`];
    const { code, result } = await runOn(ownBench(), scenario, ...three);
    expect([result.outcome, result.reasons]).toEqual(["valid", [expect.anything()]]);
    expect(code).toBe(0);
  });

  it("cycles boards of C, over pseudo-terminals of their own", async () => {
    const rolling = await runOn(ownBench(), "power-cycle-rolling", "--agents", allOf(program));
    expect([rolling.result.outcome, rolling.result.reasons]).toEqual([
      "valid",
      [expect.anything()],
    ]);
    expect(rolling.result.bench.boards[0].firmware).toMatch(/^roj\//);
    expect(rolling.read("console-ecu0.log")).toMatch(
      /connected: boot 1.*\n.*--- gap: .*\n.*boot 2/,
    );
  });

  it("parts boards of C and of ours by the receive filters of their agents", async () => {
    const bench = ownBench(
      (text) => `${text}injectors: { cut: { fault: partition, by: agents } }\n`,
    );
    const mixed = ["--agents", `0,2=${program}`, "--clients", "both"];
    const { result } = await runOn(bench, "partition", ...mixed);
    expect([result.outcome, result.reasons]).toEqual([
      "valid",
      [expect.anything(), expect.anything()],
    ]);
    // Each board has clients of its own, whose histories are merged and judged by themselves.
    expect(result.nodesHistory).toMatchObject({ lost: 0, check: { valid: true } });
    expect(result.nodesHistory.counts.ok).toBeGreaterThan(20);
    expect(result.faults[0].effects).toBeGreaterThan(0);
    // The hub kept nothing back.
    expect(result.bus.withheld).toBe(0);
  });

  it("is unknown once a board had no room for what its node noted", async () => {
    const small = buildAgent("rig-agent", ["SIZES=-DAGENT_HISTORY_BYTES=256u"]);
    const agents = ["--agents", `1=${small}`, "--nodes", "3"];
    const { code, result } = await runOn(ownBench(), "happy", ...agents);
    expect([code, result.outcome]).toEqual([2, "unknown"]);
    const said = result.reasons.map(({ text }: { text: string }) => text);
    expect(said).toContainEqual(
      expect.stringMatching(/^node 1 had no room for \d+ records of its/),
    );
  });

  it("switches by johnny-five as well: the pins of the board say so", async () => {
    const bench = ownBench((text) =>
      text
        .replace(/board: \{ kind: rig-power.*\}/, "board: { kind: firmata, port: emulated:board }")
        .replace(/output: (\d)/g, (_, output) => `output: ${Number(output) + 1}`),
    );
    const run = await runOn(bench, "power-cycle", "--agents", allOf(program));
    expect([run.result.outcome, run.result.reasons]).toEqual(["valid", [expect.anything()]]);
    const ofNode = run.relays().filter((line) => line.startsWith("ecu0"));
    expect(ofNode.slice(0, 4)).toEqual(["ecu0: on", "ecu0: off", "ecu0: on", "ecu0: off"]);
    expect(run.relays().filter((line) => line.startsWith("ecu1"))).toEqual([
      "ecu1: on",
      "ecu1: off",
    ]);
  });

  it("says which board does not answer, after all that could be tried", async () => {
    // A supply that is none.
    const power = 'power: { on: "true", off: "true" }';
    const bench = ownBench((text) =>
      text
        .replace("power: { unit: board, output: 2 }", power)
        .replace(/(name: ecu1[\s\S]*?boot: )20s/, (_, before) => `${before}500ms`),
    );
    const { code, result } = await runOn(bench, "happy", "--nodes", "3");
    expect(result.failure.class).toBe("node");
    expect(result.failure.text).toMatch(/^ecu1 does not come up: no answer within 500 ms; /);
    expect(result.outcome).toBe("not-run");
    expect(result.bench.recoveries).toMatchObject({
      reopen: 1,
      reset: 1,
      "power-cycle": 1,
      "give-up": 1,
    });
    expect(code).toBe(3);
    const again = await runOn(bench, "happy", "--nodes", "3");
    expect(again.stderr).toMatch(/^rig: bench emulated needs attention since .*: ecu1 does not/);
    expect(again.code).toBe(3);
    const cleared = await rig(["bench", "clear", bench]);
    expect(cleared.stdout).toMatch(/^emulated: cleared, ecu1 does not come up/);
    expect((await rig(["bench", "clear", bench])).stdout).toBe("emulated: nothing was wrong\n");
  });

  it("is given up when a board goes silent by itself", async () => {
    const dying = join(temporaryFolder(), "dying");
    writeFileSync(dying, `#!/bin/sh\nexec timeout -s KILL 25 ${program} "$@"\n`, { mode: 0o755 });
    const bench = ownBench((text) =>
      text.replace(/(name: ecu1[\s\S]*?boot: )20s/, (_, before) => `${before}8s`),
    );
    const more = ["--nodes", "3", "--operations", "200", "--rate", "1", "--agents", `1=${dying}`];
    const { code, result } = await runOn(bench, "happy", ...more);
    expect(result.failure).toEqual({ class: "node", text: "ecu1 had supply and went silent" });
    expect(result.partial).toBe("interrupted by the silence of ecu1");
    expect([code, result.outcome]).toEqual([3, "unknown"]);
  });

  it("flashes boards whose image has changed, and gives up the run where that fails", async () => {
    const burn = (command: string) => `    image: fw.bin\n    flash: ${command}\n    off:`;
    const bench = ownBench((text) =>
      text
        .replace("    off:", burn("cat $RIG_IMAGE >> burnt"))
        .replace(/(ecu1[\s\S]*?)( {4}off:)/, (_, before) => before + burn("echo no probe; exit 7")),
    );
    const file = (name: string) => join(bench, "..", name);
    const burnt = [];
    for (const image of ["one ", "one ", "two "]) {
      writeFileSync(file("fw.bin"), image);
      const { code, result, relays } = await runOn(bench, "happy", "--nodes", "2", "--flash");
      expect([code, result.outcome, result.failure]).toEqual([
        3,
        "not-run",
        {
          class: "flash",
          text: 'ecu1: its flash command "echo no probe; exit 7" ended with 7: no probe',
        },
      ]);
      expect(relays().slice(-2)).toEqual(["ecu0: off", "ecu1: off"]);
      burnt.push([readFileSync(file("burnt"), "utf8"), result.bench.flashings[0].isFlashed]);
    }
    expect(burnt).toEqual([
      ["one ", true],
      ["one ", false],
      ["one two ", true],
    ]);
    const none = await runOn(ownBench(), "happy", "--flash");
    expect(none.stderr).toBe("rig: --flash: the bench file has no flash command for ecu0\n");
    expect(none.code).toBe(5);
  });

  it("brings a fault about by the injector of the bench, and refuses one that none is for", async () => {
    const parts = "{ fault: stub-open, nodes: [ecu2], unit: board, output: 6 }";
    const bench = ownBench((text) => `${text}injectors: { ecu9: ${parts} }\n`);
    const faults = join(bench, "..", "faults.yaml");
    const struck = (nodes: string) =>
      `faults: [{ kind: stub-open, nodes: ${nodes}, start: 5, end: 10 }]`;
    writeFileSync(faults, struck("[2]"));
    const { code, result, relays } = await runOn(bench, "happy", "--plan", faults);
    // The wires are not emulated: that the relay fell is all that is to be seen.
    expect([code, result.outcome]).toEqual([0, "valid"]);
    expect(result.faults).toMatchObject([{ kind: "stub-open", effects: 1 }]);
    expect(relays().filter((line) => line.startsWith("ecu9"))).toEqual([
      "ecu9: off",
      "ecu9: on",
      "ecu9: off",
    ]);
    writeFileSync(bench, readFileSync(bench, "utf8").replace(/^emulator:.*$/m, ""));
    writeFileSync(faults, struck("[1]"));
    const { stderr, code: refusal } = await runOn(bench, "happy", "--plan", faults);
    expect(stderr).toMatch(
      /^rig: bench emulated can't bring fault "stub-open-1" about: of its inj/,
    );
    expect(refusal).toBe(5);
  });

  it("runs what it can of a suite, and says why it skips the others", async () => {
    const folder = temporaryFolder();
    const junit = join(folder, "junit.xml");
    const scenarios = ["--scenario", "bft-minority", "--scenario", "happy"];
    const size = ["--operations", "20", "--concurrency", "5", "--output-dir", folder];
    // Of these boards happy has no fourth.
    const agents = ["--agents", `0,2,4=${program}`, "--junit-xml", junit];
    const args = ["suite", "--bench", ownBench(), ...scenarios, ...size, ...agents];
    const { code, stdout } = await rig(args, { env: { TMPDIR: folder } });
    expect(stdout).toMatch(/^AS EXPECTED {3}suite: 2 scenarios, 2 runs\n/);
    const why = 'level "bench" is not available: expected "sim"';
    expect(stdout).toContain(`\nskipped bft-minority (7): ${why}\n`);
    expect(readFileSync(junit, "utf8")).toContain(
      `<skipped message="not run: ${why.replaceAll('"', "&quot;")}"/>`,
    );
    const kept = JSON.parse(readFileSync(join(folder, "happy", "latest", "result.json"), "utf8"));
    // As they came up.
    const firmware = kept.bench.boards.map((board: { firmware: string }) => board.firmware);
    expect(firmware.sort()).toEqual(["roj-node/1.0", "roj/1.0", "roj/1.0"]);
    expect(code).toBe(0);
  });

  it("restores the bench when a suite is interrupted in a run", async () => {
    const folder = temporaryFolder();
    const bench = ownBench();
    const file = (...names: string[]) => readFileSync(join(folder, ...names), "utf8");
    const hasBegun = () => file("happy", "latest", "events.jsonl").includes('"scenario"');
    const size = ["--seeds", "2", "--operations", "5000", "--rate", "5"];
    const args = ["suite", "--bench", bench, "--scenario", "happy", ...size];
    const { code, stderr } = await rig(
      [...args, "--agents", `0,1,2=${program}`, "--output-dir", folder],
      {
        env: { TMPDIR: folder },
        during: async (child) => {
          await expect.poll(() => attempt(hasBegun), { timeout: 120_000 }).toBe(true);
          child.kill("SIGINT");
        },
      },
    );
    expect(stderr).toBe("rig: interrupted; 0 of 2 runs done\n");
    expect(code).toBe(130);
    const result = JSON.parse(file("happy", "latest", "result.json"));
    expect(result.partial).toBe("interrupted by SIGINT");
    expect(result.teardown.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    const suite = JSON.parse(file("suite", "latest", "suite.json"));
    expect([suite.partial, suite.totals.notRun]).toEqual(["interrupted by SIGINT", 2]);
    const last = (node: string) =>
      relaysIn(folder)
        .filter((line) => line.startsWith(node))
        .at(-1);
    expect([last("ecu0"), last("ecu1"), last("ecu2")]).toEqual([
      "ecu0: off",
      "ecu1: off",
      "ecu2: off",
    ]);
    expect((await rig(["bench", "list", bench])).stdout).toMatch(/ free\n$/);
  });

  it("refuses more nodes than the bench has, and level bench without one", async () => {
    const many = await runOn(ownBench(), "happy", "--nodes", "7");
    expect(many.stderr).toBe(
      "rig: the run has 7 nodes, bench emulated has 5: expected no more than that\n",
    );
    expect(many.code).toBe(5);
    const none = await rig(["run", "--level", "bench"]);
    expect(none.stderr).toBe("rig: level bench: expected rig run with --bench FILE\n");
    expect(none.code).toBe(64);
  });
});
