/** `rig capture` before it opens anything: which format the file is to have. */

import { describe, expect, it } from "vitest";
import { rig } from "../support/cli.ts";

describe("rig capture", () => {
  it.each([
    ["drive.csv", "by its ending it can be several: expected --format"],
    ["drive.asc.gz", "expected a name without .gz"],
  ])("refuses %s, whose ending says no one format", async (output, why) => {
    const { code, stderr } = await rig(["capture", "--bus", "vcan0", "--output", output]);
    expect(stderr).toContain(why);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(64);
  });
});
