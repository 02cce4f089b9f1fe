/** The emulated bench by hand: boards that outlive the command, and end when nobody uses them. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

describe("an emulated bench", () => {
  it("keeps its supplies from one command to the next, and refuses ports it does not have", async () => {
    const file = join(temporaryFolder(), "bench.yaml");
    const lines = [
      "bench: small",
      "emulator: { linger: 1s }",
      'power: { board: { kind: rig-power, port: "emulated:board", silence: 2s } }',
      'nodes: [{ name: ecu0, power: { unit: board, output: 1 }, console: { port: "emulated:PORT" } }]',
    ];
    writeFileSync(file, lines.join("\n").replace("PORT", "ecu0"));
    expect((await rig(["bench", "power", file, "on"])).stdout).toBe("ecu0: on\n");
    expect((await rig(["bench", "power", file])).stdout).toBe("ecu0: on\n");
    expect((await rig(["bench", "power", file, "off"])).stdout).toBe("ecu0: off\n");
    writeFileSync(file, lines.join("\n").replace("PORT", "ecu1"));
    const other = await rig(["bench", "power", file]);
    expect(other.stderr).toBe(
      "rig: port emulated:ecu1: expected one of emulated:board, emulated:ecu0\n",
    );
    expect(other.code).toBe(65);
  });
});
