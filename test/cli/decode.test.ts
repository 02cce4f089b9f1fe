/** `rig decode`: rows in each format, filters, what is said of the rest, and the picture. */

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MAIN, rig, temporaryFolder } from "../support/cli.ts";

const DBC = `BO_ 256 Motor: 8 Ecu
 SG_ Mode M : 0|4@1+ (1,0) [0|15] "" X
 SG_ Speed m0 : 8|16@1- (0.1,-40) [0|0] "km/h" X
 SG_ Temp m1 : 8|8@1+ (1,-40) [0|0] "°C" X
BO_ 2147483905 Wide: 64 Ecu
 SG_ Counter : 0|64@1+ (1,0) [0|0] "" X
VAL_ 256 Mode 0 "drive" 1 "service, slow" ;
`;

const TRACE = `(1700000000.000001) can0 100#0001020000000000
(1700000000.500000) can0 100#0119000000000000
(1700000001.000000) can1 00000101##5${"FF".repeat(8)}${"00".repeat(56)}
(1700000001.250000) can0 100#00E8
(1700000001.500000) can0 7E8#02
(1700000001.500000) can0 7E8#03
(1700000001.600000) can0 100#R
`;

const folder = temporaryFolder();
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const dbc = file("car.dbc", DBC);
const trace = file("trace.log", TRACE);
const decode = (...words: string[]) => rig(["decode", trace, "--dbc", dbc, ...words]);

function linesOf(text: string): string[] {
  return text.trimEnd().split("\n");
}

describe("rig decode", () => {
  it("prints a line a frame, and below them what it could not decode", async () => {
    const { code, stdout, stderr } = await decode();
    expect(stderr).toBe("");
    expect(stdout).toBe(`             time  channel        id  frame   message  signals
1700000000.000001  can0          100  CAN     Motor    Mode=0 "drive"  Speed=11.3 km/h
1700000000.500000  can0          100  CAN     Motor    Mode=1 "service, slow"  Temp=-15 °C
1700000001.000000  can1     00000101  FD BRS  Wide     Counter=18446744073709551615
1700000001.250000  can0          100  CAN     Motor    Mode=0 "drive"  (2 of 8 bytes)

Decoded    4 frames, 1 of them shorter than their message
Besides    1 remote frame
Unknown    2 frames with 1 identifier in no DBC file:
                7E8  can0  2 frames
`);
    expect(code).toBe(0);
  });

  it("prints CSV, a line a signal, and says the rest apart", async () => {
    const { stdout, stderr } = await decode("--format", "csv");
    expect(linesOf(stdout).slice(0, 5)).toEqual([
      "time,channel,direction,at,id,fd,brs,esi,message,signal,value,unit,label,missing_bytes",
      "1700000000.000001,can0,,1,100,0,0,0,Motor,Mode,0,,drive,",
      "1700000000.000001,can0,,1,100,0,0,0,Motor,Speed,11.3,km/h,,",
      '1700000000.500000,can0,,2,100,0,0,0,Motor,Mode,1,,"service, slow",',
      "1700000000.500000,can0,,2,100,0,0,0,Motor,Temp,-15,°C,,",
    ]);
    expect(stderr).toContain("Unknown    2 frames");
  });

  it("prints JSON lines, and with --json the sum as the last of them", async () => {
    const lines = linesOf((await decode("--json")).stdout).map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { at: 1, channel: "can0", id: "100", extended: false, fd: false, message: "Motor" },
      { signals: { Mode: 1, Temp: -15 }, labels: { Mode: "service, slow" } },
      { id: "00000101", extended: true, fd: true, brs: true, esi: false },
      { signals: { Mode: 0 }, missingBytes: 6 },
      {
        summary: {
          decoded: 4,
          short: 1,
          unknown: 2,
          remote: 1,
          unknownIds: [{ id: "7E8", channel: "can0", frames: 2 }],
        },
      },
    ]);
    const { stdout, stderr } = await decode("--format", "jsonl");
    expect(linesOf(stdout)).toHaveLength(4);
    expect(stdout).toContain('"Counter":18446744073709551615');
    expect(stderr).toContain("Decoded    4 frames");
  });

  it("leaves unknown what the trace doesn't say", async () => {
    const screen = file("screen.txt", "  can0  100   [8]  00 01 02 00 00 00 00 00\n");
    const csv = file("t.csv", "ID,Data Bytes\n00000100,00 01 02 00 00 00 00 00 \n");
    for (const path of [screen, csv]) {
      const { stdout } = await rig(["decode", path, "--dbc", dbc, "--format", "jsonl"]);
      expect(JSON.parse(stdout)).toMatchObject({ time: null, direction: null });
    }
    const { stdout } = await rig(["decode", csv, "--dbc", dbc, "--format", "jsonl"]);
    expect(JSON.parse(stdout)).toMatchObject({ fd: null, brs: null, esi: null });
  });
});

describe("rig decode chooses", () => {
  const messages = async (...words: string[]) => {
    const { stdout } = await decode("--json", ...words);
    const [summary, ...rows] = linesOf(stdout)
      .map((line) => JSON.parse(line))
      .reverse();
    return { rows: rows.reverse().map(({ signals }) => signals), ...summary.summary };
  };

  it("by identifier", async () => {
    const { rows, filtered, unknown } = await messages("--id", "00000101,0x7e8");
    expect([rows.length, filtered, unknown]).toEqual([1, 3, 2]);
  });

  it("by message, also by a part of its name", async () => {
    const { rows, filtered } = await messages("--message", "W*");
    expect([rows.length, filtered]).toEqual([1, 5]);
  });

  it("by signal, only where the frame has it", async () => {
    expect((await messages("--signal", "Speed")).rows).toEqual([{ Speed: 11.3 }]);
    const { rows } = await messages("--signals", "Motor.Temp,Counter");
    expect(rows).toHaveLength(2);
  });

  it("a DBC file for each channel", async () => {
    const other = file("other.dbc", DBC.replace("Wide", "Other").replace("Motor", "Engine"));
    const words = ["decode", trace, "--dbc", `can1=${other}`, "--dbc", dbc, "--json"];
    const { stdout } = await rig(words);
    const names = linesOf(stdout).map((line) => JSON.parse(line).message);
    expect(names).toEqual(["Motor", "Motor", "Other", "Motor", undefined]);
  });

  it("the first of two files that know a message, and says so", async () => {
    const second = file("second.dbc", DBC);
    const { stderr } = await decode("--dbc", second);
    const text = `rig: ${second}: 2 of its messages are in ${dbc} too, which comes first\n`;
    expect(stderr).toBe(text);
  });
});

describe("rig decode reads", () => {
  it("gzip, and standard input", async () => {
    const packed = file("t.gz", gzipSync(TRACE));
    const expected = (await decode()).stdout;
    expect((await rig(["decode", packed, "--dbc", dbc])).stdout).toBe(expected);
    const child = spawn(process.execPath, [MAIN, "decode", "-", "--dbc", dbc]);
    let stdout = "";
    child.stdout.on("data", (piece) => {
      stdout += piece;
    });
    child.stdin.end(TRACE);
    await new Promise((resolve) => child.on("close", resolve));
    expect(stdout).toBe(expected);
  });

  it("a live source, whose frames come out before it ends", async () => {
    const child = spawn(process.execPath, [MAIN, "decode", "-", "--dbc", dbc, "--format", "jsonl"]);
    child.stdin.write(`${linesOf(TRACE)[0]}\n`);
    const first = await new Promise((resolve) => child.stdout.once("data", resolve));
    expect(JSON.parse(String(first))).toMatchObject({ message: "Motor" });
    child.stdin.end();
    await new Promise((resolve) => child.on("close", resolve));
    expect(child.exitCode).toBe(0);
  });

  it("a captured run of ours by our own DBC file", async () => {
    const out = join(folder, "results");
    mkdirSync(out);
    const short = ["--operations", "5", "--seed", "1"];
    await rig(["run", "--scenario", "happy", ...short, "--output-dir", out]);
    const capture = join(out, "happy/latest/bus-can0.log");
    const own = new URL("../../docs/reference/roj.dbc", import.meta.url).pathname;
    const { stdout } = await rig(["decode", capture, "--dbc", own, "--json"]);
    const rows = linesOf(stdout).map((line) => JSON.parse(line));
    const { decoded, unknown } = rows.pop().summary;
    expect(decoded).toBe(linesOf(readFileSync(capture, "utf8")).length);
    expect(unknown).toBe(0);
    expect(new Set(rows.map(({ message }) => message)).size).toBeGreaterThan(5);
  });
});

describe("rig decode --plot", () => {
  it("draws the chosen signals: numbers as lines, texts as steps", async () => {
    const plot = join(folder, "a.svg");
    const { code, stdout } = await decode("--signals", "Mode,Speed", "--plot", plot);
    expect([code, stdout]).toEqual([0, ""]);
    const svg = readFileSync(plot, "utf8");
    expect(svg).toContain(">Motor.Speed [km/h]</text>");
    expect(svg).toContain(">service, slow (1)</text>");
    expect(svg).toContain("3 values, 0 to 1");
    expect(svg).toMatch(/<path d="M[\d.]+ [\d.]+H/);
    expect(svg).toContain("2023-11-14 22:13:20 UTC");
  });

  it.each([
    [["--plot", "a.svg"], "expected --signals A,B"],
    [["--plot", "a.png", "--signals", "Speed"], "expected a name that ends with .svg"],
    [["--plot", "a.svg", "--signals", "Speed", "--format", "csv"], "expected it without --format"],
  ])("is refused: %j", async (words, problem) => {
    const { code, stderr } = await decode(...words);
    expect(stderr).toContain(problem);
    expect(code).toBe(64);
  });

  it("needs times", async () => {
    const csv = file("u.csv", "ID,Data Bytes\n00000100,00 01 02 00 00 00 00 00 \n");
    const words = [
      "decode",
      csv,
      "--dbc",
      dbc,
      "--signals",
      "Mode",
      "--plot",
      join(folder, "b.svg"),
    ];
    const { code, stderr } = await rig(words);
    expect(stderr).toContain(`rig: ${csv}: its frames have no time stamps`);
    expect(code).toBe(65);
  });
});

describe("rig decode refuses in one line", () => {
  it.each([
    [["--id", "0100"], 64, '--id is "0100": expected hexadecimal, three digits'],
    [["--id", "xyz"], 64, '--id is "xyz": expected hexadecimal, three digits'],
    [["--message", "Nobody"], 64, '--message is "Nobody": no message of that name is in '],
    [["--signals", "Speed,Nobody"], 64, '--signals is "Nobody": no signal of that name is in '],
    [["--signals", "Speed,,"], 64, "expected names with commas between"],
    [["--format", "xml"], 64, "Invalid values"],
    [["--json", "--format", "csv"], 64, "--json with --format csv"],
    [["--encoding", "klingon"], 64, '--encoding is "klingon": expected one such as utf-8'],
    [["--dbc", "/no/such.dbc"], 65, "/no/such.dbc: not readable: no such file"],
    [["--timeout", "0.000001"], 2, "reading it takes longer than --timeout"],
  ])("%j", async (words, exit, problem) => {
    const { code, stderr } = await decode(...words);
    expect(stderr.replaceAll("\n", " ")).toContain(problem);
    expect(code).toBe(exit);
  });

  it("a trace without a DBC file", async () => {
    const { code, stderr } = await rig(["decode", trace]);
    expect([code, stderr]).toEqual([64, "rig: decode has no DBC file: expected --dbc FILE\n"]);
  });

  it("a bad DBC file by its line", async () => {
    const bad = file("bad.dbc", "BO_ 1 A: 8 X\n SG_ S : 0|8 (1,0)\n");
    const { code, stderr } = await rig(["decode", trace, "--dbc", bad]);
    expect(stderr).toBe(`rig: ${bad}:2: "(" stands where "@" after the length is expected\n`);
    expect(code).toBe(65);
  });

  it("a trace that breaks off, after the frames before that", async () => {
    const cut = file("cut.log", `${linesOf(TRACE)[0]}\n(1700000001.000000) can0 100#0\n`);
    const { code, stdout, stderr } = await rig(["decode", cut, "--dbc", dbc]);
    expect(stdout).toContain("Speed=11.3 km/h");
    expect(stdout).toContain("Decoded    1 frame\n");
    expect(stderr).toContain(`${cut}:2: `);
    expect(code).toBe(65);
  });
});
