/** `rig load TRACE`: figures for people and programs, and what is said of damaged traces. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

const MIX = "fixtures/traces/own/mix.log";

describe("rig load", () => {
  it("says how busy the bus was, and at which rates it reckons", async () => {
    const { code, stdout } = await rig(["load", MIX]);
    expect(code).toBe(0);
    expect(stdout).toContain("at 500 kbit/s, data 2 Mbit/s (assumed:");
    expect(stdout).toContain("vcan0: 170 frames in 967 ms");
    expect(stdout).toContain("17,721 nominal, 8,105 at the data rate");
    expect(stdout).toContain("note: error frames, whose length is unknown, are not counted");
  });

  it("gives JSON, with exact numbers", async () => {
    const args = ["--bitrate", "250k", "--data-bitrate", "1M", "--json"];
    const { stdout } = await rig(["load", MIX, ...args]);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ isWhole: true, nominalBitrateBps: 250_000 });
    expect(answer.channels[0]).toMatchObject({
      channel: "vcan0",
      bits: { nominal: 17_721, data: 8_105 },
      busyNs: 17_721 * 4000 + 8_105 * 1000,
    });
  });

  it("reports what came before damage, then says where that is", async () => {
    const path = join(temporaryFolder(), "cut.log");
    writeFileSync(path, "(1.000000) can0 123#00\n(2.000000) can0 123#00\n(3.0");
    const { code, stdout, stderr } = await rig(["load", path]);
    expect(code).toBe(65);
    expect(stdout).toContain("can0: 2 frames");
    expect(stderr).toContain("cut.log:3: not of the form");
  });

  it.each([
    [[], "expected a trace file"],
    [[MIX, "--bitrate", "fast"], "expected bits a second from 1k to 20M"],
    [[MIX, "--bitrate", "1M", "--data-bitrate", "500k"], "expected no less than --bitrate"],
    [[MIX, "--window", "wide"], "expected a time"],
  ])("refuses %j", async (args, text) => {
    const { code, stderr } = await rig(["load", ...args]);
    expect(code).toBe(64);
    expect(stderr).toContain(text);
  });
});
