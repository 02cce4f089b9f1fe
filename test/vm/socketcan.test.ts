/**
 * SocketCAN for real, in one boot of the kernel of `rig vm`: what is captured is what candump saw,
 * and a trace that is replayed comes back with no difference but time.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "vite";
import { beforeAll, describe, expect } from "vitest";
import { missingForUml } from "../../rig/adapters/vm/user-mode-linux.ts";
import { MAIN, rig, temporaryFolder } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const missing = missingForUml();
const itInVm = itNeeds({
  has: missing.length === 0,
  what: `Debian's packages ${missing.join(", ")}`,
});

const OWN = new URL("../../fixtures/traces/own/mix.log", import.meta.url).pathname;
const CORPUS = new URL("../../../shared/corpus/traces/", import.meta.url).pathname;

/** Logs of others, with the speed at which they take a second or so; all of each if asked for. */
const LINES_MAX = Number(process.env["RIG_TRACE_LINES"] ?? 500);
const LOGS = [
  { log: join(CORPUS, "icsim/sample-can.log"), speed: 8 },
  { log: join(CORPUS, "savvycan/candump.log"), speed: 8 },
  { log: join(CORPUS, "own/captured/mix_x.log"), speed: 8 },
  { log: join(CORPUS, "own/captured/mix_ns.log"), speed: 8 },
  { log: join(CORPUS, "own/captured/load_with_drops.log"), speed: 1 },
].filter(({ log }) => existsSync(log));

/** The logs as one, each after the one before it: starting a program in that kernel is dear. */
function joined(): string {
  let startS = 1;
  let lastS = startS;
  const lines = LOGS.flatMap(({ log, speed }) => {
    startS = lastS + 0.1;
    let firstS: number | null = null;
    const own = readFileSync(log, "utf8").split("\n").slice(0, LINES_MAX);
    return own.flatMap((line) => {
      const [, stamp, rest = ""] = /^\(([\d.]+)\) (.*)$/.exec(line) ?? [];
      if (stamp === undefined) return [];
      firstS ??= Number(stamp);
      lastS = Math.max(startS, startS + (Number(stamp) - firstS) / speed);
      return [`(${lastS.toFixed(9)}) ${rest.replace(/^can0 /, "vcan0 ")}`];
    });
  });
  return `${lines.join("\n")}\n`;
}

/**
 * Interface and frame of each line. Old versions of candump write neither FDF among the FD flags
 * nor raw length codes.
 */
function linesOf(text: string): string[] {
  return text
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("("))
    .map((line) => {
      const [, channel, frame] = line.split(/ +/) as [string, string, string];
      const flags = (_: string, nibble: string) => `##${Number(nibble) & 3}`;
      return `${channel} ${frame.replace(/##(\d)/, flags).replace(/_.$/, "")}`;
    });
}

function frames(path: string): string[] {
  return linesOf(readFileSync(path, "utf8"));
}

const CAPTURES = "vcan0,0:0,#FFFFFFFF vcan1,0:0,#FFFFFFFF";
/** Between what is sent by hand and what is replayed. */
const MARK = "7EE#";
/**
 * A vcan hands each frame to the queue of its processor, which drops what is beyond 1,000 without a
 * word: the logs hold longer bursts than that.
 */
const SCRIPT = `
# Without a program that has to be started.
mkfifo /run/nap; exec 9<> /run/nap
nap() { read -r -t $1 -u 9; }
echo 100000 > /proc/sys/net/core/netdev_max_backlog
for i in 0 1; do ip link add vcan$i type vcan; ip link set vcan$i mtu 72 up; done
cd FOLDER
stdbuf -oL candump -L -r 8000000 ${CAPTURES} > candump.log 2> /dev/null &
DUMP=$!
RIG capture --bus vcan0 vcan1 --output rig.log --json > rig.json &
CAPTURE=$!
until [ -e rig.log ]; do nap 0.1; done
cansend vcan0 123##3AABB; cansend vcan1 1F334455#1122; cansend vcan0 7FF#R4
cansend vcan0 20000088#0000000400000000
cangen vcan0 -g 0 -n 300 -f -b -L 64; cangen vcan1 -g 0 -n 100 -e
cansend vcan0 ${MARK}; cansend vcan1 ${MARK}
REPLAYS
# Writing line by line, candump may be far behind.
until [ "$SIZE" = "$(stat -c %s candump.log)" ]; do SIZE=$(stat -c %s candump.log); nap 1; done
kill -INT $CAPTURE; wait $CAPTURE; echo $? > code
kill -INT $DUMP; wait $DUMP

cat > live.yaml <<'END'
name: live
assertions:
  - { name: heard, id: "7FF", count: { min: 1 } }
  - { name: not heard, id: "7FE", never: true }
  - { name: missed, id: "7FD", within: 100ms }
END
RIG capture --bus vcan0 vcan1 --output captured.asc --json > captured.json &
CAPTURE=$!
RIG assert live.yaml --bus vcan0 --junit-xml live.xml --json > live.json &
ASSERT=$!
until [ $(grep -c vcan0 /proc/net/can/rcvlist_all) -ge 2 ]; do nap 0.1; done
RIG replay foreign.blf --bus 1=vcan0 2=vcan1 --speed 4 --json > foreign.json
nap 1
kill -INT $ASSERT; wait $ASSERT; echo $? > live.code
kill -INT $CAPTURE; wait $CAPTURE

RIG load --bus vcan0 --percent 30 --bitrate 500k --duration 1s --json > load.json
NODE GUEST > contracts.json

RIG replay ${OWN} --bus vcan0 --loop 0 --json > interrupted.json &
PID=$!
candump -n 3 vcan0 > /dev/null; kill -INT $PID; wait $PID; echo $? > interrupted.code
RIG capture --bus vcan1 --output down.log --json > down.json 2> down.err &
CAPTURE=$!
RIG monitor --bus vcan0 vcan1 --bitrate 500k --interval 200ms --json > monitor.json &
PID=$!
while [ ! -s monitor.json ]; do nap 0.1; done
cansend vcan0 123#1122; cansend vcan0 123#1133; cansend vcan0 20000088#0000000400000000
nap 1; kill -INT $PID; wait $PID
RIG replay ${OWN} --bus vcan1 --loop 0 --json > gone.json &
PID=$!
candump -n 3 vcan1 > /dev/null; ip link set vcan1 down; wait $PID; echo $? > gone.code
ip link set vcan1 up; cansend vcan1 7AB#01; nap 0.5; ip link del vcan1; nap 0.5
kill -INT $CAPTURE; wait $CAPTURE
ip link set vcan0 down; ip link set vcan0 mtu 16 up
RIG replay ${OWN} --bus vcan0 --speed 100 --json > classic.json

ip link add gw0 type vcan; ip link add gw1 type vxcan peer name gw2
for i in gw0 gw1 gw2; do ip link set $i mtu 72 up; done
cat > gateway.yaml <<'END'
bench: gateway
nodes: [{ name: ecu0, power: hand }]
injectors:
  kept: { fault: loss, from: gw0, to: gw1, match: "123:7FF", fd: true }
  wrong: { fault: janus, from: gw0, to: gw1, match: "123:7FF", modify: "SET:D:000.8.FFFFFFFFFFFFFFFF", fd: false }
END
for name in kept wrong; do
  stdbuf -oL candump -L -r 8000000 gw2 > $name.log &
  DUMP=$!
  RIG bench inject gateway.yaml --injector $name --json > $name.json &
  PID=$!
  for try in $(seq 120); do [ -s $name.json ] || nap 0.5; done
  for frame in 123##1AA 124##1BB 123#0102 124#03 123##1CC; do cansend gw0 $frame; done
  nap 0.3; kill -INT $PID; wait $PID; echo $? >> inject.codes
  kill -INT $DUMP; wait $DUMP
done
RIG bench inject gateway.yaml --injector kept --json > killed.json &
PID=$!
for try in $(seq 120); do [ -s killed.json ] || nap 0.5; done
kill -9 $PID; wait $PID 2> /dev/null; cangw -L > rules.killed
RIG bench show gateway.yaml > shown 2> undone
cangw -L > rules.left
`;

const ROOT = new URL("../../", import.meta.url).pathname;
/** Inside the checkout, where packages and the addon are found. */
const GUEST = join(ROOT, "build/vm/contracts.mjs");

/** The contract suites as one program for the kernel, which is slow at reading many files. */
async function bundleContracts(): Promise<void> {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: "warn",
    resolve: { alias: { vitest: join(import.meta.dirname, "guest/vitest-stand-in.ts") } },
    build: {
      ssr: join(import.meta.dirname, "guest/contracts.ts"),
      outDir: dirname(GUEST),
      emptyOutDir: false,
      target: "node20",
      rollupOptions: { external: [/^#/], output: { entryFileNames: "contracts.mjs" } },
    },
  });
}

const folder = temporaryFolder();
const inFolder = (name: string) => readFileSync(join(folder, name), "utf8");
let stderr = "";

beforeAll(async () => {
  if (missing.length > 0) return;
  const script = join(folder, "script");
  const logs = [{ log: OWN, speed: 4 }];
  if (LOGS.length > 0) {
    logs.push({ log: join(folder, "joined.log"), speed: 1 });
    writeFileSync(join(folder, "joined.log"), joined());
  }
  const replays = logs.map(({ log, speed }, index) => {
    const options = `--bus vcan0 vcan1 --error-frames --speed ${speed} --bitrate 500k/2M --json`;
    return `RIG replay ${log} ${options} > replay-${index}.json`;
  });
  const text = SCRIPT.replace("REPLAYS", replays.join("\n")).replace("FOLDER", folder);
  const commands = text.replaceAll("RIG", `NODE ${MAIN}`).replace("GUEST", GUEST);
  writeFileSync(script, commands.replaceAll("NODE", process.execPath));
  const foreign = join(folder, "foreign.blf");
  await Promise.all([bundleContracts(), rig(["convert", OWN, foreign, "--quiet"])]);
  ({ stderr } = await rig(["vm", "--", "bash", script]));
}, 600_000);

/** What candump or the rig saw of one interface: by hand, and of the replays. */
function ofBus(name: string, bus: string): { readonly hand: string[]; readonly replays: string[] } {
  const lines = frames(join(folder, name)).filter((line) => line.startsWith(bus));
  const mark = lines.indexOf(`${bus} ${MARK}`);
  return { hand: lines.slice(0, mark), replays: lines.slice(mark + 1) };
}

describe("rig capture", () => {
  itInVm("has frame for frame what candump has, from two interfaces at once", () => {
    expect(inFolder("code")).toBe("0\n");
    for (const bus of ["vcan0", "vcan1"]) {
      expect(ofBus("rig.log", bus)).toEqual(ofBus("candump.log", bus));
    }
    const { buses, troubles } = JSON.parse(inFolder("rig.json"));
    expect([ofBus("rig.log", "vcan0").hand.length, ofBus("rig.log", "vcan1").hand.length]).toEqual([
      302 + 1,
      101,
    ]);
    expect(buses).toMatchObject([
      { bus: "vcan0", lost: 0, flagsKnown: true },
      { bus: "vcan1", lost: 0, flagsKnown: true },
    ]);
    const captured = frames(join(folder, "rig.log")).length;
    type Tally = { readonly frames: number; readonly errorFrames: number };
    const counted = buses.map(({ frames, errorFrames }: Tally) => frames + errorFrames);
    expect(counted[0] + counted[1]).toBe(captured);
    expect(troubles).toEqual([]);
  });
});

describe("rig capture of an interface that fails", () => {
  itInVm("goes on when it is up again, and names what happened", () => {
    // An interface that is deleted goes down first, which may be told as one with its end.
    const down = "vcan1 went down; it is waited for";
    const gone = "vcan1 is gone";
    const { troubles } = JSON.parse(inFolder("down.json"));
    expect([
      [down, down, gone],
      [down, gone],
    ]).toContainEqual(troubles);
    const codes: Record<string, string> = { [down]: "ENETDOWN", [gone]: "ENODEV" };
    const lines = troubles.map((text: string) => `rig: ${text} (${codes[text]})\n`);
    expect(inFolder("down.err")).toBe(lines.join(""));
    expect(frames(join(folder, "down.log")).at(-1)).toBe("vcan1 7AB#01");
  });
});

describe("the ways to SocketCAN", () => {
  itInVm("keep the contract of a bus, by the addon and by the package", () => {
    const results = Object.entries(JSON.parse(inFolder("contracts.json")));
    expect(results.filter(([, problem]) => problem !== null)).toEqual([]);
    expect(results.length).toBeGreaterThan(20);
  });
});

describe("a trace of another tool", () => {
  itInVm("that is replayed and captured in a third format differs in time alone", async () => {
    const { sent, leftOut } = JSON.parse(inFolder("foreign.json"));
    const pair = [join(folder, "foreign.blf"), join(folder, "captured.asc")];
    const { stdout, code } = await rig(["diff", ...pair, "--ignore-errors", "--json"]);
    const { different, a, b } = JSON.parse(stdout);
    const errorFrames = leftOut.reduce(
      (sum: number, { count }: { count: number }) => sum + count,
      0,
    );
    expect([a.format, b.format, a.frames]).toEqual(["blf", "asc", b.frames]);
    expect([sent, sent + errorFrames, b.frames]).toEqual([250, 259, 250]);
    expect({ different, code }).toEqual({ different: false, code: 0 });
  });

  itInVm("keeps or breaks what is asserted of the bus meanwhile", () => {
    const { frames, outcome, assertions } = JSON.parse(inFolder("live.json"));
    expect({ frames, outcome, code: inFolder("live.code") }).toEqual({
      frames: 170,
      outcome: "invalid",
      code: "1\n",
    });
    const outcomes = assertions.map((each: { outcome: string }) => each.outcome);
    expect(outcomes).toEqual(["valid", "valid", "invalid"]);
    expect(inFolder("live.xml")).toContain('failures="1"');
  });
});

describe("rig load", () => {
  itInVm("fills a share of the bus, and measures it there", () => {
    const { sent, percent, measuredPercent, othersPercent } = JSON.parse(inFolder("load.json"));
    expect([percent, othersPercent]).toEqual([30, 0]);
    expect(sent).toBeGreaterThan(1000);
    // On a busy machine the frames may take longer than asked for.
    expect(measuredPercent).toBeGreaterThan(5);
    expect(measuredPercent).toBeLessThan(60);
  });
});

describe("an injector by the kernel's gateway", () => {
  const forwarded = (name: string) => frames(join(folder, name)).map((line) => line.slice(4));
  const effects = (name: string) =>
    JSON.parse(inFolder(name).trim().split("\n").at(-1) as string).effects;

  itInVm("keeps frames back that match, and counts them", () => {
    expect(forwarded("kept.log")).toEqual(["124##1BB", "123#0102", "124#03"]);
    expect(effects("kept.json")).toBe(2);
  });

  itInVm("gives frames that match another content", () => {
    expect(forwarded("wrong.log")).toEqual([
      "123##1AA",
      "124##1BB",
      "123#FFFF",
      "124#03",
      "123##1CC",
    ]);
    expect(effects("wrong.json")).toBe(1);
  });

  itInVm("is undone by whoever takes the bench after a rig that was killed", () => {
    expect(inFolder("rules.killed").match(/cangw -A/g)).toHaveLength(3);
    const left = "gateway from gw0 to rigsink, gateway from gw0 to gw1 (2)";
    expect(inFolder("undone")).toBe(
      `rig: bench gateway: undone what a rig left that was killed: ${left}\n`,
    );
    expect(inFolder("shown")).toContain(`\n! left by a rig that was killed: ${left}; undone now\n`);
  });

  itInVm("leaves no rule behind", () => {
    expect(inFolder("rules.left")).not.toContain("cangw -A");
    expect(inFolder("inject.codes")).toBe("0\n0\n");
  });
});

describe("rig monitor", () => {
  itInVm("shows each identifier with its count, period, data and what changed", () => {
    const views = inFolder("monitor.json").trim().split("\n");
    const { buses, identifiers } = JSON.parse(views.at(-1) as string);
    expect(buses).toMatchObject([
      { bus: "vcan0", frames: 2, errorFrames: 1, lost: 0, trouble: null },
      { bus: "vcan1", frames: 0, load: 0 },
    ]);
    expect(identifiers).toMatchObject([{ bus: "vcan0", id: "123", count: 2, data: "1133" }]);
    expect(identifiers[0].periodNs).toBeGreaterThan(0);
  });
});

describe("rig replay", () => {
  itInVm("brings each log back as it was, to the rig and to candump", () => {
    const texts = [readFileSync(OWN, "utf8"), LOGS.length > 0 ? inFolder("joined.log") : ""];
    const sent = linesOf(texts.join(""));
    for (const bus of ["vcan0", "vcan1"]) {
      const expected = sent.filter((line) => line.startsWith(bus));
      expect(ofBus("rig.log", bus).replays).toEqual(expected);
      expect(ofBus("candump.log", bus).replays).toEqual(expected);
    }
    // Also what old versions of candump can't write.
    const codes = (text: string) => text.match(/_[9A-F]\b/g);
    const replayed = inFolder("rig.log").split(` ${MARK}`).at(-1) as string;
    expect(codes(replayed)?.sort()).toEqual(codes(texts.join(""))?.sort());
  });

  itInVm("says what it sent, how late, and whether the bus could carry it", () => {
    const result = JSON.parse(inFolder("replay-0.json"));
    expect(result).toMatchObject({ sent: 259, total: 259, waits: 0, trouble: null, leftOut: [] });
    expect(result.lateness.count).toBe(259);
    expect(result.lateness.p99Ns).toBeLessThanOrEqual(result.lateness.maxNs);
    expect(result.buses).toMatchObject([
      { bus: "vcan0", frames: 179, channels: ["vcan0"], bitrate: "500k/2M" },
      { bus: "vcan1", frames: 80, channels: ["vcan1"], bitrate: "500k/2M" },
    ]);
    expect(result.buses[0].feasibility.load).toBeGreaterThan(0.1);
  });

  itInVm("ends with what it has when it is interrupted", () => {
    expect(inFolder("interrupted.code")).toBe("130\n");
    const { sent, total, trouble } = JSON.parse(inFolder("interrupted.json"));
    expect(sent).toBeGreaterThan(0);
    expect([total, trouble]).toEqual([null, null]);
  });

  itInVm("names the interface that went down", () => {
    expect(inFolder("gone.code")).toBe("3\n");
    const text = "vcan1 went down (ENETDOWN): not all was sent";
    expect(JSON.parse(inFolder("gone.json")).trouble).toBe(text);
  });

  itInVm("leaves out what a classic interface does not take, and says so", () => {
    const { sent, leftOut } = JSON.parse(inFolder("classic.json"));
    expect(leftOut).toContainEqual({
      what: "FD frames, which vcan0 does not take (classic)",
      count: 81,
      firstAt: 0,
    });
    expect(sent).toBe(170 - 81);
  });

  itInVm("has nothing to complain of", () => {
    expect(stderr).toBe("");
  });
});
