/**
 * Level `vcan` in the kernel of `rig vm`, as a user runs it: the scenarios come out as expected,
 * candump beside the rig has frame for frame what the rig captured, and nothing is left of a rig
 * that is killed. All in one machine, since booting one takes its time.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect } from "vitest";
import { missingForUml } from "../../rig/adapters/vm/user-mode-linux.ts";
import { sourceOfId } from "../../rig/core/wire/identifier.ts";
import { MAIN, rig, temporaryFolder } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const missing = missingForUml();
const itInVm = itNeeds({
  has: missing.length === 0,
  what: `Debian's packages ${missing.join(", ")}`,
});

const SCENARIOS = ["happy", "partition", "leader-crash", "power-cycle"];
/** By scenario, the node that loses its supply, and with it what waits in its controller. */
const CUT = new Map([
  ["leader-crash", 0],
  ["power-cycle", 0],
]);
const HOST = 14;
const KILLS = Number(process.env["RIG_KILLS"] ?? 1);

const SCRIPT = `
cd FOLDER
candump -L -r 8000000 any > candump.log &
dump=$!
sleep 0.5
for name in SCENARIOS; do
  NODE MAIN run --scenario $name --level vcan --nodes 3 --operations 20 --seed 7 --json >> runs.jsonl
  echo "$name $?" >> codes
done
kill -INT $dump; wait $dump
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
`;

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

/** In the order of their text: a station sends what is most urgent, not what came first. */
function framesOf(lines: readonly Line[], source: number): string[] {
  return lines
    .filter((line) => line.source === source)
    .map(({ frame }) => frame)
    .sort();
}

describe("level vcan", () => {
  const folder = temporaryFolder();

  beforeAll(async () => {
    if (missing.length > 0) return;
    const words = { FOLDER: folder, NODE: process.execPath, MAIN, KILLS: `${KILLS}` };
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
        if (isCut(node)) expect(sent).toEqual(expect.arrayContaining(framesOf(captured, node)));
        else expect(sent, `${scenario}, node ${node}`).toEqual(framesOf(captured, node));
        // A partition of nodes leaves the host connected to all of them.
        if (!isCut(node)) expect(framesOf(seen, HOST)).toEqual(framesOf(captured, HOST));
      }
    }
  });

  itInVm("leaves no process, interface or namespace when the rig is killed", () => {
    const left = readFileSync(join(folder, "left"), "utf8").trim().split("\n");
    expect(left).toEqual(Array.from({ length: KILLS }, () => "0 0 1"));
  });
});
