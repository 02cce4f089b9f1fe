/**
 * The receive filter of the boards' agents: one list of requests, answered alike by the C and by
 * the boards whose program is ours, and partitions that the rig makes of it.
 */

import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { NodeDevice } from "../../firmware-bridge/emulator/node-device.ts";
import { openSerial } from "../../firmware-bridge/host/serial-transport.ts";
import { LineSession } from "../../firmware-bridge/host/session.ts";
import type { Hello } from "../../firmware-bridge/protocol/hello.ts";
import { checksum, type Done, decodeAnswer } from "../../firmware-bridge/protocol/line.ts";
import { readBenchFile } from "../../rig/adapters/store/bench-file.ts";
import { AgentFilters } from "../../rig/cli/bench/agent-filters.ts";
import { isHeard } from "../../rig/cli/node-voice.ts";
import { benchLacks } from "../../rig/core/bench/bench-capability.ts";
import { fdFrame } from "../../rig/core/can/frame.ts";
import type { Fault } from "../../rig/core/fault/fault.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { encodeHubMessage } from "../../rig/core/wire/hub-message.ts";
import { AgentProcess, buildAgent, newFolder } from "../support/agent.ts";

interface Step {
  readonly ask?: string;
  readonly answer?: string;
  readonly refused?: string;
  readonly frames?: readonly { readonly id: number; readonly extended?: boolean }[];
}

const VECTORS = new URL("../../fixtures/control-line.json", import.meta.url);
const STEPS: readonly Step[] = JSON.parse(readFileSync(VECTORS, "utf8")).filter.steps;

const EMULATED = new URL("../../fixtures/benches/emulated.yaml", import.meta.url).pathname;

const never = new AbortController().signal;

/** A board that is asked, and gets frames. */
interface Board {
  ask(words: readonly string[]): Promise<string>;
  frames(frames: NonNullable<Step["frames"]>): Promise<void>;
}

async function expectSteps({ ask, frames }: Board): Promise<void> {
  expect((await ask(["caps"])).split(/[ ,]/)).toContain("filter");
  for (const step of STEPS) {
    if (step.frames !== undefined) await frames(step.frames);
    if (step.ask === undefined) continue;
    const said = await ask(step.ask.split(" "));
    const expected = step.refused === undefined ? `${step.answer} boot=1` : step.refused;
    expect(said.slice(0, expected.length), step.ask).toBe(expected);
  }
}

const frameOf = ({ id, extended = false }: { id: number; extended?: boolean }) => ({
  ...fdFrame(id, new Uint8Array(8)),
  extended,
});

describe("the receive filter of an agent", () => {
  it("is that of the reference in a program of ours", async () => {
    let said = "";
    const device = new NodeDevice({
      onClients: () => false,
      firmware: "roj-node/1.0",
      serial: "1",
      boot: 1,
      settings: [],
      send: (text) => {
        said = text;
      },
      uptimeMs: () => 0,
      canState: () => "",
      onReset: () => undefined,
    });
    let number = 0;
    await expectSteps({
      async ask(words) {
        const text = `$${++number} ${words.join(" ")}`;
        device.feed(Buffer.from(`${text}*${checksum(text)}\n`));
        const answer = decodeAnswer(said.trim());
        if (answer?.mark === "!") return answer.code;
        return said.replace(/^=\d+ ok /, "").replace(/\*.*\n$/, "");
      },
      async frames(frames) {
        for (const frame of frames) isHeard(device, frameOf(frame));
      },
    });
  });

  it("is that of the reference in C", { timeout: 120_000 }, async () => {
    const disk = newFolder();
    const hub = path.join(disk, "hub");
    let node: Socket | null = null;
    const server = createServer((socket) => {
      socket.on("error", () => undefined).resume();
      node = socket;
    });
    await new Promise<void>((resolve) => server.listen(hub, resolve));
    const agent = new AgentProcess(buildAgent(), ["--disk", disk, "--node", "0", "--hub", hub]);
    const session = new LineSession(await openSerial(await agent.port(), { baudRate: 115_200 }), {
      timeoutMs: 20_000,
    });
    await session.hello(20_000);
    const textOf = ({ fields, words }: Done) =>
      [...words, ...[...fields].map(([name, value]) => `${name}=${value}`)].join(" ");
    const ask = (words: readonly string[]) =>
      session.request(words).then(textOf, (error: Error) => /E_\w+/.exec(error.message)?.[0] ?? "");
    const count = async (of: string, words: string[]) =>
      Number((await session.request(words)).fields.get(of));
    let sent = 0;
    await expectSteps({
      ask,
      async frames(frames) {
        sent += frames.length;
        for (const each of frames) {
          node?.write(encodeHubMessage({ kind: "frame", frame: frameOf(each) }));
        }
        const seen = async () =>
          (await count("rx", ["can", "stat"])) + (await count("hits", ["filter", "info"]));
        await expect.poll(seen, { timeout: 60_000 }).toBe(sent);
      },
    });
    await session.request(["filter", "set", "6"]);
    await session.request(["reset"]);
    await session.hello(20_000);
    expect(await ask(["filter", "info"])).toBe("mask=0 hits=0 boot=2");
    await session.close();
    await agent.kill();
    server.close();
  });
});

/** The line of a board that filters: what it was told, and how many frames it kept back. */
class FilteringLine {
  hello: Hello | null = null;
  told: number[] = [];
  hits = 0;
  boot = 0;
  caps = "reset,filter";
  isMute = false;
  reopened: string[] = [];

  constructor() {
    this.start();
  }

  start(): void {
    this.boot++;
    this.hits = 0;
    const hello = { major: 1, minor: 0, serial: "1", resetCause: "supply" };
    this.hello = { ...hello, firmware: "ecu/2", boot: this.boot, uptimeMs: 0, bufferBytes: 80 };
  }

  async request([verb, , mask]: readonly string[]): Promise<Done> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.hello === null || this.isMute) throw new Error("no answer");
    if (verb === "caps") return { mark: "=", sequence: 1, fields: new Map(), words: [this.caps] };
    this.told.push(Number(mask));
    const fields = new Map([
      ["mask", String(mask)],
      ["hits", `${this.hits}`],
      ["boot", `${this.boot}`],
    ]);
    return { mark: "=", sequence: 1, fields, words: [] };
  }

  reopen(why: string): void {
    this.reopened.push(why);
  }
}

function partition(id: string, ...groups: readonly (readonly number[])[]): Fault {
  return { id, kind: "partition", groups, start: { atOperation: 1 } };
}

function bench() {
  const lines = [0, 1, 2, 3].map(() => new FilteringLine());
  const filters = new AgentFilters(lines.map((line, node) => ({ name: `ecu${node}`, line })));
  filters.use("cut");
  const told = () => lines.map((line) => line.told.splice(0));
  return { lines: lines as [FilteringLine, FilteringLine, FilteringLine], filters, told };
}

describe("a partition by the agents of the boards", () => {
  it("is refused on copper without the injector, and the refusal says which", () => {
    const { emulator: _, ...copper } = readBenchFile(EMULATED);
    const plan = makePlan({ scenario: "partition", seed: 1, level: "bench" });
    const lack = benchLacks(copper, plan);
    expect([lack?.exitCode, lack?.hint]).toEqual([
      5,
      expect.stringContaining("injectors: { cut: { fault: partition, by: agents } }"),
    ]);
    const injectors = [{ name: "cut", fault: "partition", by: "agents" }] as const;
    expect(benchLacks({ ...copper, injectors }, plan)).toBeNull();
  });

  it("tells each board whom it does not hear, and counts what they kept back", async () => {
    const { lines, filters, told } = bench();
    await filters.check(never);
    expect(told()).toEqual([[0], [0], [0], [0]]);
    const cut = partition("cut", [0, 1], [2]);
    await filters.inject(cut, never);
    // Node 3 is in no group: it hears all, and all hear it.
    expect(told()).toEqual([[4], [4], [3], [0]]);
    for (const line of lines) line.hits += 5;
    expect(await filters.heal(cut, never)).toBe(15);
    expect(told()).toEqual([[0], [0], [0], [0]]);
    expect(await filters.heal(cut, never)).toBe(15);
  });

  it("adds up several, whose effects are those of the first while both are there", async () => {
    const { lines, filters, told } = bench();
    const [a, b] = [partition("a", [0], [1, 2, 3]), partition("b", [0, 1], [2, 3])] as const;
    await filters.inject(a, never);
    lines[1].hits = 2;
    await filters.inject(b, never);
    expect(told().map((each) => each.at(-1))).toEqual([14, 13, 3, 3]);
    lines[1].hits = 7;
    expect(await filters.heal(a, never)).toBe(7);
    expect(told().map((each) => each.at(-1))).toEqual([12, 12, 3, 3]);
    lines[1].hits = 8;
    expect(await filters.heal(b, never)).toBe(1);
  });

  it("filters anew on a board that comes back, and leaves out one that is gone", async () => {
    const { lines, filters, told } = bench();
    const cut = partition("cut", [0], [1, 2, 3]);
    lines[0].hello = null;
    await filters.inject(cut, never);
    expect(told()).toEqual([[], [1], [1], [1]]);
    lines[0].start();
    filters.connected(0);
    await expect.poll(() => lines[0].told).toEqual([14]);
    lines[0].hits = 9;
    // It lost its supply: what it had kept back nobody knows.
    lines[0].start();
    filters.connected(0);
    await expect.poll(() => lines[0].told).toEqual([14, 14]);
    lines[0].hits = 4;
    expect(await filters.heal(cut, never)).toBe(4);
    told();
    filters.connected(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(told()).toEqual([[], [], [], []]);
  });

  it("heals a board that was out of reach as soon as it answers", async () => {
    const { lines, filters, told } = bench();
    const cut = partition("cut", [0], [1, 2, 3]);
    await filters.inject(cut, never);
    const { hello } = lines[0];
    lines[0].hello = null;
    await filters.heal(cut, never);
    told();
    lines[0].hello = hello;
    filters.connected(0);
    await expect.poll(() => lines[0].told).toEqual([0]);
  });

  it("fails where a board does not take it, or has no filter", async () => {
    const { lines, filters } = bench();
    lines[1].caps = "reset,hist";
    await expect(filters.check(never)).rejects.toThrow(
      "the agent of ecu1 (ecu/2) has no receive filter, which injector cut needs",
    );
    lines[2].isMute = true;
    const work = filters.inject(partition("cut", [0], [1, 2, 3]), never);
    await expect(work).rejects.toThrow("ecu2 does not take its filter: no answer");
    filters.connected(2);
    await expect.poll(() => lines[2].reopened).toHaveLength(1);
  });
});
