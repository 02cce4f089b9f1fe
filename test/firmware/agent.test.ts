/** The C agent as a process, spoken to on a real serial port: commands, history, boots, faults. */

import { appendFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { openSerial } from "../../firmware-bridge/host/serial-transport.ts";
import { LineSession, type SessionOptions } from "../../firmware-bridge/host/session.ts";
import { AgentProcess, buildAgent, newFolder } from "../support/agent.ts";

let program = "";
const running: AgentProcess[] = [];

beforeAll(() => {
  program = buildAgent();
});

afterEach(async () => {
  for (const each of running.splice(0)) await each.kill();
});

function start(disk: string, args: readonly string[] = []): AgentProcess {
  const agent = new AgentProcess(program, ["--disk", disk, ...args]);
  running.push(agent);
  return agent;
}

async function connect(port: string, options: SessionOptions = {}): Promise<LineSession> {
  const transport = await openSerial(port, { baudRate: 115200 });
  return new LineSession(transport, { timeoutMs: 5_000, ...options });
}

describe("the agent as a process", () => {
  it("answers hello, and counts its starts through a kill and a reset", async () => {
    const disk = newFolder();
    const link = path.join(disk, "port");
    const first = start(disk, ["--pty-link", link, "--serial", "C0FFEE01"]);
    expect(await first.port()).toBe(link);
    let session = await connect(link);
    const hello = await session.hello(20_000);
    expect(hello).toMatchObject({ major: 1, serial: "C0FFEE01", boot: 1, resetCause: "supply" });
    expect(hello.bufferBytes).toBe(80);
    await session.request(["reset"]);
    expect(await session.hello(20_000)).toMatchObject({ boot: 2, resetCause: "command" });
    await first.kill();
    await expect.poll(() => session.isClosed, { timeout: 20_000 }).toBe(true);
    await start(disk, ["--pty-link", link]).port();
    session = await connect(link);
    expect(await session.hello(20_000)).toMatchObject({ boot: 3, resetCause: "supply" });
    await session.close();
  });

  it("does what it is asked, and refuses what it does not know", async () => {
    const agent = start(newFolder());
    const session = await connect(await agent.port());
    await session.hello(20_000);
    const fields = async (...words: string[]) =>
      Object.fromEntries((await session.request(words)).fields);
    expect((await session.request(["echo", "a", "b"])).words).toEqual(["a", "b"]);
    expect(Number((await fields("time"))["us"])).toBeGreaterThan(0);
    expect(await fields("can", "stat")).toMatchObject({ st: "active", tec: "0", rx: "0" });
    expect(await fields("fault", "set", "drop-tx", "250")).toMatchObject({ permille: "250" });
    await session.request(["fault", "set", "deaf"]);
    expect((await session.request(["fault", "list"])).words).toEqual(["deaf", "drop-tx"]);
    expect((await session.request(["fault", "clear"])).words).toEqual([]);
    expect(await fields("hist", "info")).toMatchObject({ first: "0", lost: "0" });
    for (const [words, code] of [
      [["explode"], "E_VERB"],
      [["fault", "set", "fire"], "E_FAULT"],
      [["fault", "set", "mute", "1001"], "E_ARGS"],
      [["can"], "E_ARGS"],
      [["hist", "dump", "4000000"], "E_PLACE"],
      [["conf", "colour", "3"], "E_CONF"],
    ] as const) {
      await expect(session.request(words)).rejects.toThrow(code);
    }
    await session.close();
  });

  it("keeps its settings, and forgets its store when told to", async () => {
    const disk = newFolder();
    const agent = start(disk);
    let session = await connect(await agent.port());
    await session.hello(20_000);
    await session.request(["conf", "nodes", "5"]);
    await session.request(["reset"]);
    await session.hello(20_000);
    expect((await session.request(["conf", "nodes"])).fields.get("value")).toBe("5");
    expect((await session.request(["nvm", "info"])).fields.get("life")).toBe("2");
    expect((await session.request(["nvm", "erase"])).fields.get("life")).toBe("0");
    await session.close();
    await agent.kill();
    // A kill in the middle of a write leaves half a record.
    appendFileSync(path.join(disk, "journal"), "\u0001\u0000\u0000\u0000\u00ff");
    const again = start(disk);
    session = await connect(await again.port());
    expect(await session.hello(20_000)).toMatchObject({ boot: 3 });
    expect((await session.request(["nvm", "info"])).fields.get("life")).toBe("1");
    expect((await session.request(["conf", "nodes"])).fields.get("value")).toBe("5");
    await session.close();
  });
});
