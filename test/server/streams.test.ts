/** The two streams of a real server: nothing lost, to be taken up again, exact. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type Envelope, envelopeSchema, type Operation } from "../../rig/client.ts";
import { type ServedRig, serveRig } from "../support/serve.ts";

let server: ServedRig;
beforeAll(async () => {
  server = await serveRig();
});
afterAll(async () => server[Symbol.asyncDispose]());

const WAIT = { timeoutMs: 120_000 };

/** The first messages of a stream, as they came. */
function messages(path: string, count: number): Promise<string[]> {
  const socket = new WebSocket(server.url.replace("http", "ws") + path);
  const got: string[] = [];
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => {
      if (got.length < count) got.push(String(data));
      if (got.length < count) return;
      socket.close();
      resolve(got);
    });
  });
}

function fileLines(id: string, name: string): string[] {
  return readFileSync(join(server.outputDir, id, name), "utf8")
    .trimEnd()
    .split("\n");
}

describe("the stream of the history", () => {
  it("sends bare operations exactly as the file has them, from the first on", async () => {
    const request = { scenario: "partition", operations: 60, seed: 4, pace: 1 } as const;
    const { run } = await server.client.startRun(request);
    const live = messages("/api/roj/history/stream?since=0", 100);
    await server.client.waitForEnd(run.id, WAIT);
    const lines = fileLines(run.id, "history.jsonl");
    expect(await live).toEqual(lines.slice(0, 100));
    const tail = await messages(`/api/roj/history/stream?since=${lines.length - 5}`, 5);
    expect(tail).toEqual(lines.slice(-5));
  });

  it("tells of nodes that are processes as well", async () => {
    const request = { scenario: "happy", operations: 10, seed: 1, level: "process" } as const;
    const { run } = await server.client.startRun(request);
    const live = messages("/api/roj/history/stream?since=0", 20);
    const summary = await server.client.waitForEnd(run.id, WAIT);
    expect(summary).toMatchObject({ level: "process", status: "finished", outcome: "valid" });
    expect(await live).toEqual(fileLines(run.id, "history.jsonl").slice(0, 20));
  });

  it("ends for a callback that says so, and goes on with the next run", async () => {
    const seen: Operation[] = [];
    const request = { scenario: "happy", operations: 5, seed: 1, pace: "none" } as const;
    const stopped = server.client.onOperation((operation) => {
      seen.push(operation);
      return seen.length < 60;
    });
    await listening();
    await server.client.runScenario(request, WAIT);
    await server.client.runScenario(request, WAIT);
    await stopped;
    const first = seen.findIndex(({ index }, at) => at > 0 && index === 0);
    expect(seen.slice(first)).toEqual(seen.slice(0, 60 - first));
  });
});

/** The server has noticed who listens; what is told before is not heard without `since`. */
async function listening(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

describe("the stream of events", () => {
  it("tells the course of a run, numbered, and again to who comes back", async () => {
    const { client } = server;
    const { nextSeq } = await client.run();
    const request = { scenario: "partition", operations: 60, seed: 4, pace: 1 } as const;
    const { run } = await client.startRun(request);
    const events: Envelope[] = [];
    for await (const event of client.events({ since: nextSeq })) {
      events.push(envelopeSchema.parse(event));
      if (event.type === "run-ended") break;
    }
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => nextSeq + at));
    expect(new Set(events.map((event) => event.run))).toEqual(new Set([run.id]));
    const types = events.map(({ type }) => type);
    expect(types[0]).toBe("run-started");
    for (const type of ["bus-load", "node-state", "progress", "teardown"]) {
      expect(types).toContain(type);
    }
    const told = events.flatMap((event) => (event.type === "fault" ? [event.action] : []));
    expect(told).toEqual(["inject", "effect", "heal"]);
    const again: Envelope[] = [];
    for await (const event of client.events({ since: nextSeq + 3 })) {
      again.push(event);
      if (event.type === "run-ended") break;
    }
    expect(again).toEqual(events.slice(3));
    const { events: stored } = await client.call("runEvents", { params: params(run.id) });
    const faults = (all: readonly Envelope[]) =>
      all.flatMap((event) => (event.type === "fault" ? [[event.timeNs, event.action]] : []));
    expect(faults(stored)).toEqual(faults(events));
  });
});

function params(id: string) {
  const [scenario = "", folder = ""] = id.split("/");
  return { scenario, folder };
}
