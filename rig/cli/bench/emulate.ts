/**
 * Emulated benches: starts the process that emulates the boards of a bench file, where it does not
 * run already, and gives the bench with the ports that it made. The process goes on when the rig
 * dies, and ends when nobody uses it.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, openSync, renameSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  ATTACH,
  type BoardImage,
  type EmulatedBoard,
  type EmulatorSetup,
} from "../../../firmware-bridge/protocol/emulator.ts";
import type { Bench, PowerUnit, SerialPlace } from "../../core/bench/bench.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

/** Of ports in a bench file that its emulator makes: `emulated:ecu0`. */
const SCHEME = "emulated:";
/** The build packs the program beside the command. */
const PROGRAM = fileURLToPath(new URL("./bench-emulator.js", import.meta.url));
const START_MS = 60_000;
const POLL_MS = 20;
const LINGER_ON_MS = 600_000;
const SERIAL = "00C0FFEE";

export interface EmulatedBench {
  /** With ports that can be opened. */
  readonly bench: Bench;
  /** Where its ports, its bus and the programs of its boards are. */
  readonly folder: string;
  /** Says that it is of no use any more. Idempotent. */
  release(): void;
}

/** Null for a bench that is no emulated one. Rejects with `bench.trouble` where none starts. */
export async function openEmulated(bench: Bench, file: string): Promise<EmulatedBench | null> {
  if (bench.emulator === undefined) return null;
  const boards = boardsOf(bench);
  const nodes = bench.nodes.map(({ name }) => name);
  const { lingerMs } = bench.emulator;
  const digest = createHash("sha256").update(JSON.stringify([file, boards, nodes, lingerMs]));
  // Short, as paths of sockets have about a hundred bytes.
  const own = join(tmpdir(), `rig-benches-${userInfo().username}`);
  const folder = join(own, digest.digest("hex").slice(0, 12));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const socket = await attach({ folder, lingerMs, lingerOnMs: LINGER_ON_MS, boards, nodes });
  const places = new Map([...boards, ...bench.nodes].map(({ name }) => [name, join(folder, name)]));
  return {
    bench: withPorts(bench, (port) => resolvePort(port, places)),
    folder,
    release: () => socket.destroy(),
  };
}

/** Puts a program into a board; it runs from the next time that the board gets its supply. */
export function putProgram({ folder }: EmulatedBench, board: string, image: BoardImage): void {
  const path = join(folder, `${board}.image`);
  writeFileSync(`${path}.new`, JSON.stringify(image));
  renameSync(`${path}.new`, path);
}

async function attach(setup: EmulatorSetup): Promise<Socket> {
  const path = join(setup.folder, ATTACH);
  const running = await socketTo(path);
  if (running !== null) return running;
  const file = join(setup.folder, "setup.json");
  writeFileSync(file, JSON.stringify(setup));
  const log = join(setup.folder, "emulator.log");
  const output = openSync(log, "w");
  const child = spawn(process.execPath, [PROGRAM, file], {
    detached: true,
    stdio: ["ignore", output, output],
  });
  let problem = `did not start within ${START_MS / 1000} s`;
  let isOver = false;
  child.on("error", () => undefined);
  // Its bench may be emulated by somebody else since a moment ago: then it ends with 0.
  child.on("exit", (code) => {
    isOver = code !== 0;
    problem = "ended at its start";
  });
  child.unref();
  for (let waitedMs = 0; waitedMs < START_MS && !isOver; waitedMs += POLL_MS) {
    await sleep(POLL_MS);
    const socket = await socketTo(path);
    if (socket !== null) return socket;
  }
  throw new RigError("bench.trouble", `the emulator ${problem}: see ${log}`);
}

function socketTo(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("data", () => {
      // It keeps nobody from ending.
      socket.unref();
      resolve(socket);
    });
    socket.on("error", () => resolve(null));
    socket.on("close", () => resolve(null));
  });
}

function boardsOf(bench: Bench): readonly EmulatedBoard[] {
  return [...bench.units].flatMap(([unit, { kind, place, onLevel = "high" }]) => {
    const name = emulatedName(place.port);
    if (name === null) return [];
    const nodes = bench.nodes.flatMap(({ name: node, power }) => {
      return power.by === "unit" ? [{ node, unit: power.unit, output: power.output }] : [];
    });
    const relays = bench.injectors.flatMap((each) => {
      return each.by === "relay" ? [{ node: each.name, unit: each.unit, output: each.output }] : [];
    });
    const outputs = [...nodes, ...relays]
      .filter((each) => each.unit === unit)
      .map(({ node, output }) => ({ pin: pinOf(kind, output), onLevel, node }));
    return [{ name, serial: place.serial ?? SERIAL, outputs }];
  });
}

/** Channel 1 of our own board is on Arduino pin 2. */
function pinOf(kind: PowerUnit["kind"], output: number): number {
  return kind === "rig-power" ? output + 1 : output;
}

function emulatedName(port: string | undefined): string | null {
  return port?.startsWith(SCHEME) ? port.slice(SCHEME.length) : null;
}

function resolvePort(port: string | undefined, places: ReadonlyMap<string, string>) {
  const name = emulatedName(port);
  if (name === null) return port;
  const path = places.get(name);
  if (path !== undefined) return path;
  const known = [...places.keys()].map((each) => `${SCHEME}${each}`).join(", ");
  throw new RigError("input.malformed", `port ${port}: expected one of ${known}`);
}

function withPorts(bench: Bench, portOf: (port: string | undefined) => string | undefined): Bench {
  const moved = (place: SerialPlace): SerialPlace => ({ ...place, port: portOf(place.port) });
  const units = [...bench.units].map(
    ([name, unit]) => [name, { ...unit, place: moved(unit.place) }] as const,
  );
  const nodes = bench.nodes.map((node) => {
    if (node.console === undefined) return node;
    return { ...node, console: { ...node.console, place: moved(node.console.place) } };
  });
  return { ...bench, units: new Map(units), nodes };
}
