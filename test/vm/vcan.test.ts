/**
 * Level `vcan` in the kernel of `rig vm`, as a user runs it: the scenarios come out as expected,
 * candump beside the rig has frame for frame what the rig captured, and nothing is left of a rig
 * that is killed; and a bench of emulated boards whose bus is an interface. All in one machine,
 * since booting one takes its time.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect } from "vitest";
import { missingForUml } from "../../rig/adapters/vm/user-mode-linux.ts";
import { sourceOfId } from "../../rig/core/wire/identifier.ts";
import { buildAgent } from "../support/agent.ts";
import { MAIN, rig, temporaryFolder } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const missing = missingForUml();
const itInVm = itNeeds({
  has: missing.length === 0,
  what: `Debian's packages ${missing.join(", ")}`,
});

// Each takes its time in this kernel: the other two are for the job that kills the rig, too.
const SCENARIOS =
  process.env["RIG_KILLS"] === undefined
    ? ["partition", "power-cycle"]
    : ["happy", "partition", "leader-crash", "power-cycle"];
/** By scenario, the node that loses its supply, and with it what waits in its controller. */
const CUT = new Map([
  ["leader-crash", 0],
  ["power-cycle", 0],
]);
const HOST = 14;
const KILLS = Number(process.env["RIG_KILLS"] ?? 1);

/**
 * Boards of C on two interfaces that the kernel's gateway joins, their supplies switched by the
 * firmware in the AVR emulator. Each fault is for another part: two gateways, a third interface, an
 * interface that is set down.
 */
const ECUS = [0, 1, 2].map((node) => {
  const power = `power: { unit: board, output: ${node + 1} }, off: 100ms`;
  const console = `console: { port: emulated:ecu${node}, serial: "0000000${node + 1}" }`;
  const rest = `reset: control-line, timeouts: { boot: 60s, request: 5s }`;
  const bus = node === 2 ? "far" : "near";
  return `  - { name: ecu${node}, bus: ${bus}, ${power}, ${console}, ${rest} }`;
});
const BENCH = `
bench: on-vcan
buses:
  near: { interface: vcan0, bitrate: 500k/2M }
  far: { interface: vcan1, bitrate: 500k/2M }
power: { board: { kind: rig-power, port: emulated:board, serial: "00C0FFEE", silence: 60s } }
injectors:
  deaf: { fault: loss, nodes: [ecu2], from: vcan0, to: vcan1, match: "0:0" }
  back: { fault: loss, nodes: [ecu0], from: vcan1, to: vcan0, match: "0:0" }
  flood: { fault: id0-flood, interface: vcan0 }
  unplugged: { fault: isolate-one, nodes: [ecu2], down: vcan1 }
nodes:
${ECUS.join("\n")}
emulator: { linger: 1s }
lease: { folder: leases }
`;
const PARTS = `
name: parts
summary: a fault of each part of the bench
nodes: 3
least-nodes: 3
workload: { operations: 20 }
faults:
  - { kind: power-cycle, nodes: [0], off: 100ms, every: 10s, start: 10%, end: 30% }
  - { kind: loss, nodes: [2], probability: 1, start: 35%, end: 50% }
  - { kind: id0-flood, load: 5%, start: 55%, end: 70% }
  - { kind: isolate-one, nodes: [2], start: 75%, end: 90% }
`;

/** As long as all else in this machine together: by `npm run campaign:vm-bench` only. */
const HAS_BENCH = process.env["RIG_VM_BENCH"] !== undefined;

const BENCH_SCRIPT = `
for i in 0 1; do ip link add vcan$i type vcan; ip link set vcan$i mtu 72 up; done
candump -L -r 8000000 vcan0 > bench.log &
dump=$!
TMPDIR=/run NODE MAIN run --bench bench.yaml --scenario parts.yaml \\
  --concurrency 3 --seed 7 --agents 0,1,2=AGENT --json --output-dir bench \\
  > bench.json 2> bench.err
echo "$? $(cangw -L | grep -c 'cangw -A') $(cat /sys/class/net/vcan1/flags) $(ls leases)" > bench.code
sleep 1; kill -INT $dump; wait $dump
`;

const SCRIPT = `
cd FOLDER
candump -L -r 8000000 any > candump.log &
dump=$!
sleep 0.5
for name in SCENARIOS; do
  NODE MAIN run --scenario $name --level vcan --nodes 3 --operations 20 --seed 7 --json >> runs.jsonl
  echo "$name $?" >> codes
done
# What is in its socket then, candump does not read any more.
sleep 3; kill -INT $dump; wait $dump
ip link add watched type vcan; ip link set watched mtu 72 up
candump -L -r 8000000 watched > plain.log &
dump=$!
sleep 0.5
NODE MAIN run --scenario happy --level vcan --bus watched --nodes 3 --operations 20 --seed 7 \\
  --json --output-dir plain > plain.json
# What is in its socket then, candump does not read any more.
sleep 3; kill -INT $dump; wait $dump
NODE MAIN run --scenario partition --level vcan --bus rigbus --output-dir plain 2> refused
echo "$? $(ls /sys/class/net | grep -c rigbus)" > refused.code
echo 'faults: [{kind: pause, nodes: [0], start: 2}]' > pause.yaml
for round in $(seq KILLS); do
  NODE MAIN run --scenario happy --plan pause.yaml --level vcan --output-dir killed > /dev/null 2>&1 &
  rig=$!
  sleep $(( (round * 7) % 11 + 3 ))
  kill -9 $rig; wait $rig 2> /dev/null
  for try in $(seq 60); do
    left=$(ls /sys/class/net | grep -c ^rig; ps -eo args | grep -c '[-]-disk'; \\
      ls -l /proc/[0-9]*/ns/net 2> /dev/null | sed 's/.*-> //' | sort -u | wc -l)
    [ "$(echo $left)" = "0 0 1" ] && break
    sleep 0.5
  done
  echo $left >> left
done
${HAS_BENCH ? BENCH_SCRIPT : ""}`;

interface Line {
  readonly channel: string;
  readonly source: number;
  /** Without FDF among the flags, which old versions of candump don't write. */
  readonly frame: string;
}

function linesOf(path: string): Line[] {
  const text = readFileSync(path, "utf8").trim();
  return text.split("\n").map((line) => {
    const [, channel, frame] = line.split(" ") as [string, string, string];
    const source = sourceOfId(Number.parseInt(frame.split("#")[0] as string, 16));
    const plain = frame.replace(/##(\d)/, (_, flags) => `##${Number(flags) & 3}`);
    return { channel, source, frame: plain };
  });
}

function framesOf(lines: readonly Line[], source: number): string[] {
  return lines.filter((line) => line.source === source).map(({ frame }) => frame);
}

/** Those of the first that the second has not, each as often as it lacks. */
function lacking(all: readonly string[], some: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const frame of some) left.set(frame, (left.get(frame) ?? 0) + 1);
  return all.filter((frame) => {
    const count = left.get(frame) ?? 0;
    left.set(frame, count - 1);
    return count <= 0;
  });
}

describe("level vcan", () => {
  const folder = temporaryFolder();

  beforeAll(async () => {
    if (missing.length > 0) return;
    writeFileSync(join(folder, "bench.yaml"), BENCH);
    writeFileSync(join(folder, "parts.yaml"), PARTS);
    const AGENT = buildAgent();
    const words = { AGENT, FOLDER: folder, NODE: process.execPath, MAIN, KILLS: `${KILLS}` };
    let text = SCRIPT.replace("SCENARIOS", SCENARIOS.join(" "));
    for (const [name, value] of Object.entries(words)) text = text.replaceAll(name, value);
    writeFileSync(join(folder, "script"), text);
    await rig(["vm", "--", "bash", join(folder, "script")]);
  }, 1_200_000);

  itInVm("runs the scenarios to the expected verdict", () => {
    const codes = readFileSync(join(folder, "codes"), "utf8").trim().split("\n");
    const runs = readFileSync(join(folder, "runs.jsonl"), "utf8").trim().split("\n");
    const outcomes = runs.map((line) => {
      const { outcome, reasons, level } = JSON.parse(line);
      return { outcome, level, reasons: reasons.map(({ code }: { code: string }) => code) };
    });
    const valid = { outcome: "valid", level: "vcan", reasons: ["consistent"] };
    expect(outcomes).toEqual(SCENARIOS.map(() => valid));
    expect(codes).toEqual(SCENARIOS.map((name) => `${name} 0`));
  });

  itInVm("captures frame for frame what candump saw of each station", () => {
    const all = linesOf(join(folder, "candump.log"));
    const rigs = [...new Set(all.map(({ channel }) => channel.replace(/n\d+$/, "")))];
    expect(rigs).toHaveLength(SCENARIOS.length);
    for (const [index, scenario] of SCENARIOS.entries()) {
      const at = join(folder, "results", scenario, "latest");
      const log = readdirSync(at).find((name) => /^bus-.*\.log$/.test(name)) as string;
      const captured = linesOf(join(at, log));
      expect(captured.length).toBeGreaterThan(50);
      const isCut = (node: number) => CUT.get(scenario) === node;
      for (const node of [0, 1, 2]) {
        const seen = all.filter(({ channel }) => channel === `${rigs[index]}n${node}`);
        const sent = framesOf(seen, node);
        // A station sends what is most urgent, not what came first: so the order is its own.
        expect(lacking(framesOf(captured, node), sent)).toEqual([]);
        const late = lacking(sent, framesOf(captured, node));
        // What a node said when the rig had closed its record is the end of what it said.
        if (!isCut(node)) expect(late).toEqual(sent.slice(sent.length - late.length));
        // A partition of nodes leaves the host connected to all of them.
        if (!isCut(node))
          expect(lacking(framesOf(captured, HOST), framesOf(seen, HOST))).toEqual([]);
      }
    }
  });

  itInVm("runs all nodes on one interface, and refuses what that can't do", () => {
    expect(JSON.parse(readFileSync(join(folder, "plain.json"), "utf8")).outcome).toBe("valid");
    const captured = linesOf(join(folder, "plain", "happy", "latest", "bus-can0.log"));
    const seen = linesOf(join(folder, "plain.log")).map(({ frame }) => frame);
    expect(captured.map(({ frame }) => frame)).toEqual(seen.slice(0, captured.length));
    expect(readFileSync(join(folder, "refused"), "utf8")).toContain("partition needs");
    expect(readFileSync(join(folder, "refused.code"), "utf8")).toBe("5 0\n");
  });

  itInVm("leaves no process, interface or namespace when the rig is killed", () => {
    const left = readFileSync(join(folder, "left"), "utf8").trim().split("\n");
    expect(left).toEqual(Array.from({ length: KILLS }, () => "0 0 1"));
  });

  if (!HAS_BENCH) return;

  itInVm("runs on boards of C whose bus is an interface, with a fault of each part", () => {
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    expect(read("bench.err")).toBe("");
    // No rule is left, the interface is up, and nothing is noted.
    expect(read("bench.code")).toMatch(/^0 0 0x\w*1 on-vcan\.\d+\.lease\n$/);
    const { outcome, level, faults, bus, teardown } = JSON.parse(read("bench.json"));
    expect({ outcome, level }).toEqual({ outcome: "valid", level: "bench" });
    type Report = { readonly kind: string; readonly effects: number };
    expect(faults.map(({ kind, effects }: Report) => [kind, effects > 0])).toEqual([
      ["power-cycle", true],
      ["loss", true],
      ["id0-flood", true],
      ["isolate-one", true],
    ]);
    expect(bus).toMatchObject({ dropped: 0, errorFrames: 0, busOffs: 0 });
    expect(teardown.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    const at = join(folder, "bench", "parts", "latest");
    expect(readFileSync(join(at, "console-ecu0.log"), "utf8")).toMatch(/gap: .*\n.*boot 2/);
    const captured = linesOf(join(at, "bus-can0.log")).map(({ frame }) => frame);
    const all = linesOf(join(folder, "bench.log")).map(({ frame }) => frame);
    expect(captured).toEqual(all.slice(0, captured.length));
    const flood = captured.filter((frame) => frame === "000#5555555555555555").length;
    expect(faults[2].effects).toBeLessThanOrEqual(flood);
    expect(flood).toBeLessThanOrEqual(faults[2].effects + 2);
  });
});
