/**
 * The benchmark of the ways to SocketCAN, inside the kernel of `rig vm`: the rig, can-utils and
 * python-can in turns, on the same vcan. Prints one JSON object.
 */

import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PackageChannel } from "../../../rig/adapters/socketcan/package-channel.ts";
import { RawChannel } from "../../../rig/adapters/socketcan/raw-channel.ts";
import { classicFrame } from "../../../rig/core/can/frame.ts";
import { Random } from "../../../rig/core/random/random.ts";

const BUS = "vcan0";
/** What the socket buffers of all receivers hold, so that none loses any. */
const FRAMES = 20_000;
const ROUNDS = 3;
const BUFFER = "20000000";
const LIMIT_MS = 120_000;
const TRIES_MAX = 3000;
const REPLAYED = 3000;

const [, , folder = "", python = "", peers = "", main = ""] = process.argv;
const FRAME = classicFrame(0x123, Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]));
const MANY = Array.from({ length: FRAMES }, () => FRAME);

type Words = readonly [file: string, ...args: string[]];

function start([file, ...args]: Words, output?: number) {
  const child = spawn(file, args, { stdio: ["ignore", output ?? "ignore", "inherit"] });
  const ended = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(false);
    }, LIMIT_MS);
    child.on("exit", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
  return { child, ended };
}

/** The kernel's names for the sockets that hear all of the bus: the fifth column. */
function hearers(): string[] {
  const lines = readFileSync("/proc/net/can/rcvlist_all", "utf8").split("\n");
  return lines
    .filter((line) => line.includes(` ${BUS} `))
    .map((line) => line.trim().split(/ +/)[4] ?? "");
}

/** Starts a receiver, and waits until it hears the bus. */
async function startHearing(words: Words, output?: number) {
  // Sockets of before may go meanwhile, when they are collected.
  const before = hearers();
  const started = start(words, output);
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    if (hearers().some((each) => !before.includes(each))) break;
    await sleep(20);
  }
  await sleep(500);
  return started;
}

/** Milliseconds until a receiver that was stopped has taken all; infinite when it never does. */
async function receiveMs(words: Words, sender: RawChannel): Promise<number> {
  const { child, ended } = await startHearing(words);
  child.kill("SIGSTOP");
  sendAll(sender);
  const startMs = performance.now();
  child.kill("SIGCONT");
  const hasAll = await ended;
  return hasAll ? performance.now() - startMs : Number.POSITIVE_INFINITY;
}

function sendAll(sender: RawChannel): void {
  for (let sent = 0; sent < FRAMES; ) sent += sender.send(MANY.slice(sent)).sent;
}

function receivers(): Readonly<Record<string, Words>> {
  const receiver = join(import.meta.dirname, "receiver.js");
  const node = process.execPath;
  const log = () => join(folder, `received-${performance.now()}.log`);
  return {
    candump: ["candump", "-L", "-r", BUFFER, "-n", String(FRAMES), BUS],
    addon: [node, receiver, "addon", BUS, String(FRAMES)],
    addonLog: [node, receiver, "log", BUS, String(FRAMES), log()],
    python: [python, join(peers, "receive.py"), BUS, String(FRAMES)],
  };
}

async function benchReceive(sender: RawChannel) {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, words] of Object.entries(receivers())) {
      times[name] = [...(times[name] ?? []), await receiveMs(words, sender)];
    }
  }
  return medians(times);
}

async function benchSend(sender: RawChannel) {
  const times: Record<string, number[]> = {};
  const fixed = ["-g", "0", "-I", "123", "-L", "8", "-D", "0001020304050607"];
  const channel = new PackageChannel({ name: BUS });
  const note = (name: string, ms: number) => {
    times[name] = [...(times[name] ?? []), ms];
  };
  for (let round = 0; round < ROUNDS; round++) {
    note(
      "cangen",
      timeOf(() => execFileSync("cangen", [BUS, "-n", String(FRAMES), ...fixed])),
    );
    note(
      "addon",
      timeOf(() => sendAll(sender)),
    );
    note(
      "package",
      timeOf(() => MANY.forEach((frame) => void channel.send(frame))),
    );
    const args = [join(peers, "send.py"), BUS, String(FRAMES)];
    note("python", 1000 * Number(execFileSync(python, args, { encoding: "utf8" })));
  }
  channel.close();
  return medians(times);
}

function timeOf(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}

function medians(times: Readonly<Record<string, readonly number[]>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, all.toSorted((a, b) => a - b)[1] as number]),
  );
}

/** Frames some hundred microseconds apart, by no pattern. */
function writeReplayTrace(): { readonly path: string; readonly timesUs: readonly number[] } {
  const random = Random.of(1, "bench");
  const timesUs: number[] = [];
  let timeUs = 1_000_000_000;
  for (let index = 0; index < REPLAYED; index++) {
    timeUs += random.between(300, 3000);
    timesUs.push(timeUs);
  }
  const lines = timesUs.map((us, index) => {
    const id = (index % 0x700).toString(16).toUpperCase().padStart(3, "0");
    return `(${(us / 1e6).toFixed(6)}) ${BUS} ${id}#1122334455667788\n`;
  });
  const path = join(folder, "replay.log");
  writeFileSync(path, lines.join(""));
  return { path, timesUs };
}

/** How late each frame was by the kernel's stamps, the least late one being on time. */
async function latenessUs(words: Words, timesUs: readonly number[]): Promise<number[]> {
  const path = join(folder, "heard.log");
  const output = openSync(path, "w");
  const listening = ["candump", "-L", "-r", BUFFER, "-n", String(REPLAYED), BUS] as const;
  const listener = await startHearing(listening, output);
  await start(words).ended;
  await listener.ended;
  closeSync(output);
  const heard = readFileSync(path, "utf8").trim().split("\n");
  const offsets = heard.map((line, index) => {
    const [, seconds = "", fraction = ""] = /^\((\d+)\.(\d+)\)/.exec(line) ?? [];
    return Number(seconds) * 1e6 + Number(fraction) - (timesUs[index] as number);
  });
  const least = offsets.reduce((a, b) => Math.min(a, b));
  return offsets.map((each) => each - least);
}

async function benchReplay() {
  const { path, timesUs } = writeReplayTrace();
  const players: Readonly<Record<string, Words>> = {
    canplayer: ["canplayer", "-I", path],
    rig: [process.execPath, main, "replay", path, "--bus", BUS, "--quiet"],
  };
  const found: Record<string, Record<string, number>> = {};
  for (const [name, words] of Object.entries(players)) {
    const all: number[] = [];
    for (let round = 0; round < ROUNDS; round++) all.push(...(await latenessUs(words, timesUs)));
    all.sort((a, b) => a - b);
    const rank = (share: number) => all[Math.ceil(share * all.length) - 1] as number;
    found[name] = { p50: rank(0.5), p99: rank(0.99), max: rank(1) };
  }
  return found;
}

/** A burst while nothing else runs in this program for 100 ms and more. */
async function benchBurst(sender: RawChannel) {
  let received = 0;
  const channel = new RawChannel({ name: BUS, onFrame: () => received++ });
  const untilMs = performance.now() + 100;
  sendAll(sender);
  while (performance.now() < untilMs);
  for (let tries = 0; tries < 100 && received < FRAMES; tries++) await sleep(100);
  const { lost } = channel;
  channel.close();
  return { received, lost };
}

execFileSync("ip", ["link", "add", BUS, "type", "vcan"]);
execFileSync("ip", ["link", "set", BUS, "mtu", "72", "up"]);
const sender = new RawChannel({ name: BUS, errorMask: 0 });
/** Says at once what was found: the whole takes a while. */
async function shown<T>(what: string, found: Promise<T>): Promise<T> {
  process.stderr.write(`${what}: ${JSON.stringify(await found)}\n`);
  return found;
}

const send = await shown("send, ms", benchSend(sender));
const receive = await shown("receive, ms", benchReceive(sender));
const burst = await shown("burst", benchBurst(sender));
const replay = await shown("replay, us", benchReplay());
sender.close();
process.stdout.write(`${JSON.stringify({ frames: FRAMES, send, receive, burst, replay })}\n`);
process.exit(0);
