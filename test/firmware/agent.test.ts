/** The C agent as a process, spoken to on a real serial port: commands, history, boots, faults. */

import { appendFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { HistoryDrain } from "../../firmware-bridge/host/history-drain.ts";
import { openSerial } from "../../firmware-bridge/host/serial-transport.ts";
import { LineSession, type SessionOptions } from "../../firmware-bridge/host/session.ts";
import { decodeNote, type RawRecord } from "../../firmware-bridge/protocol/agent-history.ts";
import { encodeHubMessage, HubMessageReader } from "../../rig/core/wire/hub-message.ts";
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

  it("hands over its history while it grows, also where lines of a dump are lost", async () => {
    const disk = newFolder();
    const settings = ["--node", "0", "--nodes", "3", "--round", "2000"];
    // From its second life on a node asks the others how far they are, here for ever.
    await start(disk, settings).port();
    await running[0]?.kill();
    const agent = start(disk, settings);
    let drain: HistoryDrain | null = null;
    let events = 0;
    const session = await connect(await agent.port(), {
      event: (event) => {
        if (++events % 40 !== 39) drain?.event(event);
      },
    });
    await session.hello(20_000);
    drain = new HistoryDrain(session);
    const records: RawRecord[] = [];
    while (records.length < 60) {
      const drained = await drain.drain();
      expect(drained.lost).toBe(0);
      records.push(...drained.records);
    }
    expect(records.map(({ number }) => number)).toEqual(records.map((_, index) => index));
    const notes = records.map(({ body }) => decodeNote(body));
    expect(notes[0]).toMatchObject({ event: "boot", round: 2 });
    expect(notes[1]).toEqual({ event: "fetch", slot: 0, round: 0, digest: null });
    const said = agent.said.filter(({ type }) => type === "record");
    expect(said.slice(0, 60).map(({ record }) => record)).toEqual(notes.slice(0, 60));
    expect((await session.request(["roj"])).fields.get("st")).toBe("running");
    await session.close();
  });

  it("is a node of a hub: frames, acknowledgements, error states, faults with their hits", async () => {
    const disk = newFolder();
    const socketPath = path.join(disk, "hub");
    let sent = 0;
    const hub = createServer((socket) => {
      const reader = new HubMessageReader();
      socket.on("error", () => undefined);
      socket.on("data", (piece) => {
        reader.feed(piece, (message) => {
          if (message.kind === "hello") {
            expect(message).toMatchObject({ version: 1, node: 1 });
            const state = "error-passive";
            socket.write(encodeHubMessage({ kind: "bus-state", state, tec: 130, rec: 4 }));
          } else if (message.kind === "send") {
            sent++;
            const { token } = message;
            socket.write(encodeHubMessage({ kind: "transmitted", token }));
          }
        });
      });
    });
    await new Promise<void>((resolve) => hub.listen(socketPath, resolve));
    const settings = ["--node", "1", "--nodes", "3", "--round", "2000", "--hub", socketPath];
    for (const life of [1, 2]) {
      await running.at(-1)?.kill();
      const agent = start(disk, settings);
      await agent.port();
      expect(agent.said).toContainEqual({ type: "ready", boot: life });
    }
    await expect.poll(() => sent, { timeout: 20_000 }).toBeGreaterThan(5);
    const session = await connect((await running.at(-1)?.port()) ?? "");
    await session.hello(20_000);
    const ask = async (...words: string[]) => (await session.request(words)).fields;
    expect(Object.fromEntries(await ask("can", "stat"))).toMatchObject({
      st: "passive",
      tec: "130",
    });
    expect(Number((await ask("can", "stat")).get("tx"))).toBeGreaterThan(4);
    await ask("fault", "set", "mute");
    // Its frames until now are with the hub before what is asked next is answered.
    await ask("time");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = sent;
    await expect
      .poll(async () => Number((await ask("fault", "list", "mute")).get("hits")), {
        timeout: 20_000,
      })
      .toBeGreaterThan(3);
    expect(sent).toBe(before);
    await session.close();
    hub.close();
    await running.at(-1)?.kill();
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
