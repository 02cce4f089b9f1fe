/** SocketCAN for real, in the kernel of `rig vm`: what is captured is what candump saw. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { missingForUml } from "../../rig/adapters/vm/user-mode-linux.ts";
import { MAIN, rig, temporaryFolder } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const missing = missingForUml();
const itInVm = itNeeds({
  has: missing.length === 0,
  what: `Debian's packages ${missing.join(", ")}`,
});

/** Interface and frame of each line; FD flags without FDF, which old versions don't write. */
function frames(path: string): string[] {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => {
    const [, channel, frame] = line.split(" ") as [string, string, string];
    return `${channel} ${frame.replace(/##(\d)/, (_, flags) => `##${Number(flags) & 3}`)}`;
  });
}

const SCRIPT = `
for i in 0 1; do ip link add vcan$i type vcan; ip link set vcan$i mtu 72 up; done
cd FOLDER
stdbuf -oL candump -L vcan0,0:0,#FFFFFFFF vcan1,0:0,#FFFFFFFF > candump.log &
NODE MAIN capture --bus vcan0 vcan1 --output rig.log --json > rig.json &
while [ ! -e rig.log ]; do sleep 0.1; done
sleep 2
cansend vcan0 123##3AABB; cansend vcan1 1F334455#1122; cansend vcan0 7FF#R4
cansend vcan0 20000088#0000000400000000
cangen vcan0 -g 0 -n 300 -f -b -L 64; cangen vcan1 -g 0 -n 100 -e
sleep 1
kill -INT %2; wait %2; echo $? > code
kill -INT %1; wait %1
`;

describe("rig capture", () => {
  itInVm("has frame for frame what candump has, from two interfaces at once", async () => {
    const folder = temporaryFolder();
    const script = join(folder, "script");
    writeFileSync(
      script,
      SCRIPT.replace("FOLDER", folder).replace("NODE", process.execPath).replace("MAIN", MAIN),
    );
    const { stderr } = await rig(["vm", "--", "bash", script]);
    expect(stderr).toBe("");
    expect(readFileSync(join(folder, "code"), "utf8")).toBe("0\n");
    for (const bus of ["vcan0", "vcan1"]) {
      const ofBus = (name: string) => frames(join(folder, name)).filter((it) => it.startsWith(bus));
      expect(ofBus("rig.log")).toEqual(ofBus("candump.log"));
    }
    expect(JSON.parse(readFileSync(join(folder, "rig.json"), "utf8")).buses).toEqual([
      { bus: "vcan0", frames: 302, errorFrames: 1, lost: 0, flagsKnown: true },
      { bus: "vcan1", frames: 101, errorFrames: 0, lost: 0, flagsKnown: true },
    ]);
  });
});
