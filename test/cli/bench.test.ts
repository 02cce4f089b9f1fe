/** `rig bench` at a bench whose power board is a process on a pseudo-terminal of its own. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LeaseFile } from "../../rig/adapters/store/lease-file.ts";
import { rig } from "../support/cli.ts";

const POWER = new URL("../../firmware-bridge/firmware/power/", import.meta.url).pathname;
const folder = mkdtempSync(path.join(tmpdir(), "rig-bench-"));
const levels: string[] = [];
let board: ChildProcess;
let port = "";

beforeAll(async () => {
  const program = path.join(folder, "power-board");
  execFileSync("make", ["-s", "-C", POWER, `OUT=${folder}`, program]);
  board = spawn(program, { stdio: ["ignore", "pipe", "inherit"] });
  if (board.stdout === null) throw new Error("no output");
  const lines = createInterface({ input: board.stdout });
  port = await new Promise<string>((resolve) => lines.once("line", resolve));
  lines.on("line", (line) => levels.push(line));
});

afterAll(() => board.kill("SIGKILL"));

function benchFile(text: string): string {
  const file = path.join(mkdtempSync(path.join(folder, "file-")), "bench.yaml");
  writeFileSync(file, text);
  return file;
}

const lab = (more = "") =>
  benchFile(`bench: lab
power:
  board: { kind: rig-power, port: ${port}, ${more} silence: 2s }
lease: { folder: ${folder}/leases }
nodes:
  - { name: ecu0, power: { unit: board, output: 1 }, off: 120ms }
  - { name: ecu1, power: { unit: board, output: 2 } }
  - { name: psu, power: { on: "true", off: "true", state: "echo off" } }
`);

describe("rig bench", () => {
  it("shows the bench as a table, and asks each device", async () => {
    const { stdout, code } = await rig(["bench", "show", lab()]);
    expect(code).toBe(0);
    expect(stdout).toBe(`Bench lab: free
  unit   kind       port
  board  rig-power  ${port}  115200 bit/s
  node  name  supply  by                 off     left  console  reset
  0     ecu0  off     output 1 of board  120 ms  off   -        -
  1     ecu1  off     output 2 of board  500 ms  off   -        -
  2     psu   off     "true"             500 ms  off   -        -
`);
    const gone = benchFile(readFileSync(lab(), "utf8").replace(port, "/dev/not-there"));
    const trouble = await rig(["bench", "show", gone]);
    expect(trouble.stdout).toContain("board  rig-power  /dev/not-there (not there)");
    expect(trouble.stdout).toContain("2     psu   off ");
    expect(trouble.stdout).toContain("! ecu0: /dev/not-there: can't be opened: ");
    expect(trouble.code).toBe(3);
  });

  it("switches supplies, says what was read back, and leaves them as they are", async () => {
    const file = lab();
    const on = await rig(["bench", "power", file, "on", "--node", "ecu0", "--node", "ecu1"]);
    expect([on.stdout, on.code]).toEqual(["ecu0: on\necu1: on\n", 0]);
    const state = await rig(["bench", "power", file, "--json"]);
    expect(state.stdout).toBe(
      '{"node":"ecu0","state":"on"}\n{"node":"ecu1","state":"on"}\n{"node":"psu","state":"off"}\n',
    );
    expect(levels.at(-1)).toBe("110000");
    const cycle = await rig(["bench", "power", file, "cycle", "--node", "ecu0"]);
    expect(cycle.stdout).toBe("ecu0: on\n");
    expect(levels.slice(-2)).toEqual(["010000", "110000"]);
    await rig(["bench", "power", file, "off", "--node", "ecu0", "--node", "ecu1"]);
    expect(levels.at(-1)).toBe("000000");
  });

  it("refuses another board than the one of the file", async () => {
    const file = lab('serial: "12345678",');
    const { stderr, code } = await rig(["bench", "power", file, "on", "--node", "ecu0"]);
    expect(stderr).toContain(`${port}: its serial number is 00C0FFEE, expected 12345678`);
    expect(code).toBe(3);
  });

  it("does not believe a switch without an effect, and says that a port is absent", async () => {
    const psu = await rig(["bench", "power", lab(), "on", "--node", "psu"]);
    expect(psu.stderr).toContain('node 2 reads off after "true", expected on');
    expect(psu.code).toBe(3);
    const gone = benchFile(`bench: lab
power: { board: { kind: rig-power, port: /dev/not-there } }
nodes: [{ name: a, power: { unit: board, output: 1 } }]
`);
    const { stderr, code } = await rig(["bench", "power", gone, "on"]);
    expect(stderr).toMatch(/^rig: \/dev\/not-there: can't be opened: .*No such file/);
    expect(code).toBe(3);
  });

  it("leaves a bench alone that somebody else has, and takes it away by force only", async () => {
    const file = lab();
    const cleo = { owner: "cleo", host: "lab2" };
    const request = { purpose: "soldering", expiryMs: 1e6, byHand: true };
    await new LeaseFile("lab", path.join(folder, "leases"), cleo).take(request);
    const busy = await rig(["bench", "power", file, "on", "--node", "psu"]);
    expect(busy.stderr).toMatch(/^rig: bench lab is busy: cleo at lab2, for soldering, since/);
    expect(busy.code).toBe(4);
    const [shown, forced] = [
      await rig(["bench", "show", file]),
      await rig(["bench", "release", file, "--force"]),
    ];
    expect(shown.stdout).toMatch(/^Bench lab: cleo at lab2, for soldering, since/);
    expect(forced.stdout).toMatch(/^lab: released, cleo at lab2/);
    const taken = await rig(["bench", "lease", file, "--for", "2h", "--json"]);
    const { lease } = JSON.parse(taken.stdout);
    expect(lease).toMatchObject({ pid: null, purpose: "work by hand" });
    expect(lease.untilMs - lease.sinceMs).toBe(7_200_000);
    const released = await rig(["bench", "release", file]);
    expect(released.code).toBe(0);
  });

  it("names what is wrong with the file", async () => {
    const { stderr, code } = await rig(["bench", "show", benchFile("bench: a\nnodes: []")]);
    expect(stderr).toContain("bench.yaml:2:1: nodes: found [], expected at least one node");
    expect(code).toBe(65);
  });
});
