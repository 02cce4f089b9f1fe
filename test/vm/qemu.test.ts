/**
 * `rig vm --engine qemu`: two emulated CAN-FD controllers with the kernel's own driver. The machine
 * takes its time without KVM, so it is booted by `npm run campaign:qemu` only.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cpioArchive } from "../../rig/adapters/vm/initramfs.ts";
import { MAIN, rig, temporaryFolder } from "../support/cli.ts";

const OWN = new URL("../../fixtures/traces/own/mix.log", import.meta.url).pathname;

const SCRIPT = `
cd FOLDER
for i in 0 1; do
  ip link set can$i type can bitrate 500000 dbitrate 2000000 fd on && ip link set can$i up
done
RIG capture --bus can1 --output captured.log --json > captured.json &
PID=$!
until [ -e captured.log ]; do sleep 0.2; done
RIG replay sent.log --bus can0 --json > replay.json
sleep 2; kill -INT $PID; wait $PID
ls -l /sys/class/net/can0/device/driver > driver
cat > bench.yaml <<'END'
bench: cards
buses: { can: { interface: can0, bitrate: 500k/2M } }
nodes: [{ name: ecu0, power: hand }]
injectors:
  flood: { fault: id0-flood, interface: can1 }
  unplugged: { fault: isolate-one, down: can1 }
lease: { folder: leases }
END
candump -L can0 > flood.log &
PID=$!
RIG bench inject bench.yaml --injector flood --for 15s --json > flood.json
sleep 1; kill -INT $PID; wait $PID
RIG bench inject bench.yaml --injector unplugged --for 2s --json > unplugged.json &
PID=$!
until [ -s unplugged.json ]; do sleep 0.2; done
cat /sys/class/net/can1/operstate > down; wait $PID; cat /sys/class/net/can1/operstate > up
exit 7
`;

/** What a controller sends: no error frames; neither ESI nor raw length codes by this driver. */
function sendable(): string[] {
  const lines = readFileSync(OWN, "utf8").trim().split("\n");
  return lines
    .filter((line) => !/ 2[0-9A-F]{7}#/.test(line))
    .map((line) => line.replace(/ vcan\d /, " can0 ").replace(/_[0-9A-F]\b/, ""))
    .map((line) => line.replace(/##(\d)/, (_, flags) => `##${Number(flags) & 1}`));
}

function framesOf(lines: readonly string[]): string[] {
  return lines
    .map((line) => line.split(" ")[2] as string)
    .map((frame) => frame.replace(/##(\d)/, (_, flags) => `##${Number(flags) & 3}`));
}

if (process.env["RIG_QEMU"] !== undefined) {
  describe("rig vm --engine qemu", () => {
    it("brings FD frames from one controller to the other", { timeout: 900_000 }, async () => {
      const folder = temporaryFolder();
      const sent = sendable();
      writeFileSync(join(folder, "sent.log"), `${sent.join("\n")}\n`);
      const script = SCRIPT.replace("FOLDER", folder);
      const words = script.replaceAll("RIG", `${process.execPath} ${MAIN}`);
      writeFileSync(join(folder, "script"), words);
      const args = ["vm", "--engine", "qemu", "--", "sh", join(folder, "script")];
      const { code, stdout, stderr } = await rig(args);
      expect({ code, stdout, stderr }).toEqual({ code: 7, stdout: "", stderr: "" });
      const read = (name: string) => readFileSync(join(folder, name), "utf8");
      expect(read("driver")).toContain("ctucanfd");
      expect(framesOf(read("captured.log").trim().split("\n"))).toEqual(framesOf(sent));
      expect(JSON.parse(read("captured.json")).buses).toMatchObject([{ lost: 0, errorFrames: 0 }]);
      expect(JSON.parse(read("replay.json"))).toMatchObject({
        sent: sent.length,
        trouble: null,
        buses: [{ bus: "can0", bitrate: "500k/2M" }],
      });
      const effects = (name: string) => JSON.parse(read(name).trim().split("\n")[1] ?? "").effects;
      const flood = read("flood.log").match(/ can0 000#5555555555555555$/gm) ?? [];
      expect(effects("flood.json")).toBeGreaterThan(10);
      // What was on its way when it was healed.
      expect(flood.length - effects("flood.json")).toBeLessThanOrEqual(2);
      expect([effects("unplugged.json"), read("down"), read("up")]).toEqual([1, "down\n", "up\n"]);
    });
  });
}

describe("rig vm --engine qemu, without QEMU", () => {
  it("says which packages it needs", async () => {
    const args = ["vm", "--engine", "qemu", "--", "true"];
    const { code, stderr } = await rig(args, { env: { PATH: "/nowhere" } });
    expect(stderr).toMatch(/^rig: rig vm --engine qemu needs the packages qemu-system-x86\b/);
    expect(code).toBe(5);
  });
});

describe("the first file system of that machine", () => {
  it("is an archive of the format newc", () => {
    const bytes = cpioArchive([{ path: "init", mode: 0o100755, bytes: Buffer.from("hello") }]);
    const text = Buffer.from(bytes).toString("latin1");
    expect(text.slice(0, 14)).toBe("07070100000001");
    expect(text.slice(14, 22)).toBe("000081ed");
    expect(text.slice(54, 62)).toBe("00000005");
    expect(text.slice(94, 102)).toBe("00000005");
    expect(text.slice(110, 124)).toBe("init\0\0hello\0\0\0");
    expect(text.slice(124, 130)).toBe("070701");
    expect(text.slice(234, 244)).toBe("TRAILER!!!");
    expect(bytes.length % 4).toBe(0);
  });
});
