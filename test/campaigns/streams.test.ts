/**
 * 10,000 operations a second to listeners of which one sleeps: nothing is lost for the others, the
 * server's memory is bounded, and the sleeper has everything in the end. RIG_STREAM_SECONDS makes
 * it long.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { operationAt, streamSource } from "../support/stream-source.ts";

const SECONDS = Number(process.env["RIG_STREAM_SECONDS"] ?? 2.5);
const RATE = 10_000;
const COUNT = SECONDS * RATE;
const IS_LONG = SECONDS >= 5;
const AWAKE = IS_LONG ? 4 : 1;
/** In a short test more than a system keeps in its sockets, so that the sleeper falls behind. */
const LIST_LENGTH = IS_LONG ? 40 : 300;
/** What is kept for listeners, and what each may have in its socket. */
const GROWN_MAX_MIB = 64;
const LISTENER = new URL("../support/listener.mjs", import.meta.url).pathname;
const MIB = 1 << 20;

interface Listening {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  /** What it said last. */
  readonly report: Promise<Report>;
}

interface Report {
  readonly received: number;
  readonly isInOrder: boolean;
  readonly checksum: number;
  readonly connections: number;
}

function listen(url: string, ...manner: readonly string[]): Listening {
  const child = spawn(process.execPath, [LISTENER, url, String(COUNT), ...manner], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  let begin = () => {};
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });
  child.stdout?.on("data", (bytes) => {
    text += bytes;
    begin();
  });
  const report = new Promise<Report>((resolve) => {
    child.on("close", () => resolve(JSON.parse(text.trimEnd().split("\n").at(-1) ?? "")));
  });
  return { child, ready, report };
}

/** What every listener has to say in the end. */
function complete(): Omit<Report, "connections"> {
  let checksum = 0;
  for (let index = 0; index < COUNT; index++) {
    checksum = (checksum * 31 + operationAt(index, 0).time) % 1_000_000_007;
  }
  return { received: COUNT, isInOrder: true, checksum };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function memoryMiB(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MIB;
}

it(`streams ${COUNT} operations to ${AWAKE + 1} listeners of which one sleeps`, async () => {
  await using source = await streamSource();
  const awake = Array.from({ length: AWAKE }, () => listen(source.url));
  const sleeper = listen(source.url, "sleep");
  await Promise.all([...awake, sleeper].map(({ ready }) => ready));
  const beforeMiB = memoryMiB();
  const startMs = performance.now();
  await source.produce({ count: COUNT, perSecond: RATE, listLength: LIST_LENGTH });
  const producedMs = performance.now() - startMs;
  const grownMiB = memoryMiB() - beforeMiB;
  const reports = await Promise.all(awake.map(({ report }) => report));
  const heardMs = performance.now() - startMs;
  sleeper.child.kill("SIGCONT");
  const late = await sleeper.report;
  const allMs = performance.now() - startMs;
  if (IS_LONG) {
    const connections = [...reports, late].map((each) => each.connections);
    const figures = { producedMs, heardMs, allMs, grownMiB, connections };
    process.stdout.write(`${JSON.stringify({ count: COUNT, ...figures })}\n`);
  }
  expect(reports).toMatchObject(awake.map(complete));
  expect(late).toMatchObject(complete());
  // It slept so long that the server gave it up, and came back by itself.
  expect(late.connections).toBeGreaterThan(1);
  expect(grownMiB).toBeLessThan(GROWN_MAX_MIB);
}, 600_000);
