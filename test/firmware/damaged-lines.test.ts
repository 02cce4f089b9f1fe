/**
 * Damaged input: nobody acts on it. The agent under a native driver with sanitizers
 * (RIG_FUZZ_INPUTS says how much), the power-switch board and the host's session under a thousand
 * lines each with one to three bits turned over.
 */

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { openSerial } from "../../firmware-bridge/host/serial-transport.ts";
import { LineSession } from "../../firmware-bridge/host/session.ts";
import type { Transport, TransportListener } from "../../firmware-bridge/host/transport.ts";
import { checksum, encodeRequest } from "../../firmware-bridge/protocol/line.ts";
import { Random } from "../../rig/core/random/random.ts";
import { buildAgent, SANITIZED } from "../support/agent.ts";

const INPUTS = Number(process.env["RIG_FUZZ_INPUTS"] ?? 8_000);
const POWER = new URL("../../firmware-bridge/firmware/power/", import.meta.url).pathname;

/** One to three bits turned over, which the CRC tells for sure; the end of the line stays. */
function damaged(line: string, random: Random): string {
  const bytes = Buffer.from(line, "latin1");
  const bits = new Set<number>();
  while (bits.size < random.between(1, 3)) bits.add(random.below(8 * (bytes.length - 1)));
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString("latin1");
}

describe("damaged input", () => {
  it(`leaves the agent as it is: ${INPUTS} lines and frames, with sanitizers`, () => {
    const program = buildAgent("agent-fuzz", [SANITIZED]);
    const text = execFileSync(program, ["7", `${INPUTS}`], { encoding: "latin1" });
    if (INPUTS > 100_000) process.stdout.write(text);
    const done = JSON.parse(text);
    for (const name of ["answered", "damaged", "decided", "records", "restarts"]) {
      expect(done[name], name).toBeGreaterThan(0);
    }
    expect(done.damaged).toBeGreaterThan(INPUTS / 10);
  }, 3_600_000);

  it("never passes for an answer with the host", async () => {
    let listener: TransportListener | undefined;
    const transport: Transport = {
      name: "a device",
      listen: (each) => {
        listener = each;
      },
      write: () => Promise.resolve(),
      setSignals: () => Promise.resolve(false),
      close: () => Promise.resolve(),
    };
    const session = new LineSession(transport, { timeoutMs: 60_000 });
    const answer = "=1 ok ch=3 st=on boot=4";
    const line = `${answer}*${checksum(answer)}\n`;
    const random = Random.of(1, "damage");
    let done: unknown = null;
    const asked = session.request(["get", "3"]).then((value) => {
      done = value;
    });
    await new Promise((resolve) => setTimeout(resolve, 1));
    for (let count = 0; count < 1000; count++) {
      for (const piece of damaged(line, random).split("\n").slice(0, -1)) listener?.line(piece);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(done).toBeNull();
    listener?.line(line.trimEnd());
    await asked;
    expect(done).not.toBeNull();
  });

  it("moves no output of the power-switch board", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "rig-power-"));
    const program = path.join(folder, "power-board");
    execFileSync("make", ["-s", "-C", POWER, `OUT=${folder}`, program]);
    const board = spawn(program, [], { stdio: ["ignore", "pipe", "inherit"] });
    const said: string[] = [];
    const lines = createInterface({ input: board.stdout });
    lines.on("line", (line) => said.push(line));
    await expect.poll(() => said.length, { timeout: 20_000 }).toBe(2);
    const transport = await openSerial(said[0] ?? "", { baudRate: 115_200 });
    // Each damaged line that the board has yet to answer may cost a try.
    const session = new LineSession(transport, { timeoutMs: 5_000, tries: 20 });
    await session.hello(20_000);
    const random = Random.of(2, "damage");
    for (let count = 0; count < 1000; count++) {
      const good = encodeRequest(1 + (count % 255), ["set", `${1 + (count % 6)}`, "on"]);
      await transport.write(damaged(good, random));
      // So that the port never overflows: an answer to this comes behind all before it.
      if (count % 10 === 9) await session.request(["stat"]);
    }
    expect((await session.request(["stat"])).fields.get("st")).toBe("000000");
    expect(said.slice(1)).toEqual(["000000"]);
    await session.close();
    board.kill("SIGKILL");
  });
});
