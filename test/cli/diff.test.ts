/** `rig diff`: the table, JSON, and exit codes. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

const folder = temporaryFolder();
function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const SENT = `(1700000000.000000) can0 100#0001
(1700000000.010000) can0 100#0002
(1700000000.020000) can0 100#0003
(1700000000.030000) can0 200#R
(1700000000.040000) can0 20000080#0000000000000000
`;
const DBC = `BO_ 256 Motor: 2 Ecu
 SG_ Speed : 8|8@1+ (0.5,0) [0|0] "km/h" X
VAL_ 256 Speed 9 "max" ;
`;
const sent = file("sent.log", SENT);
const dbc = file("car.dbc", DBC);

describe("rig diff", () => {
  it("of a trace and its capture says nothing but time, and exits 0", async () => {
    const captured = file(
      "captured.log",
      SENT.replaceAll("170000", "180000").replaceAll("can0", "vcan7").replace("10000)", "10400)"),
    );
    const { code, stdout, stderr } = await rig(["diff", sent, captured]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`A  ${sent}  (candump): 5 frames in 40.0 ms
B  ${captured}  (candump): 5 frames in 40.0 ms

Channels compared, of A with those of B: "can0" with "vcan7"

Time  apart by up to 400 µs: half within 0 s, 95 % within 400 µs, 99 % within 400 µs (5 equal frames)

Nothing differs but time.
`);
    expect((await rig(["diff", sent, captured, "--quiet"])).stdout).toBe("");
  });

  it("lists what differs by identifier, says which signals, and exits 1", async () => {
    const other = file(
      "other.log",
      SENT.replace("100#0002", "100#0009")
        .replace(/.*200#R\n/, "")
        .replace(/.*20000080.*\n/, ""),
    );
    const args = ["diff", sent, other, "--ignore-errors", "--dbc", dbc];
    const { code, stdout } = await rig(args);
    expect(code).toBe(1);
    expect(stdout).toContain(`
   id  channel  message  A  B  missing  extra  changed  period A  period B  jitter A  jitter B
  100  can0     Motor    3  3        -      -        1   10.0 ms   10.0 ms       0 s       0 s
200 R  can0              1  0        1      -        -         -         -         -         -

100: changed, first A at 2: 00 02
     B at 2: 00 09
  Motor.Speed: in 1 frame, by up to 3.5 km/h; first 1 in A, 4.5 "max" in B
`);
    expect(stdout).toMatch(
      /\nDifferent in 2 of 2 identifiers: 1 frame missing in B, 0 extra, 1 ch/,
    );
    const json = JSON.parse((await rig([...args, "--json"])).stdout);
    expect(json).toMatchObject({
      different: true,
      a: { file: sent, format: "candump", frames: 4, spanNs: 30_000_000 },
      identifiers: [
        { id: "100", changed: 1, signals: [{ signal: "Speed", changed: 1, greatest: 3.5 }] },
        { id: "200", kind: "remote", missing: 1, firstMissing: { at: 4, data: "" } },
      ],
    });
  });

  it("refuses what it can't read, with the file and the place", async () => {
    const broken = file("broken.log", `${SENT}(1700000000.050000) can0 10X#00\n`);
    const { code, stdout, stderr } = await rig(["diff", sent, broken]);
    expect([code, stdout]).toEqual([65, ""]);
    expect(stderr).toContain(`${broken}:6: `);
    expect((await rig(["diff", sent, join(folder, "absent.log")])).code).toBe(65);
    expect((await rig(["diff", "-", "-"])).code).toBe(64);
    expect((await rig(["diff", sent, sent, "--map", "can0"])).code).toBe(64);
  });
});
