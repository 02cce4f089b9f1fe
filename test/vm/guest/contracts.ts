/**
 * The contract of `CanBus` for both ways to SocketCAN, and what each of them can tell of frames, run
 * inside the kernel of `rig vm` on vcan0. Prints one JSON object.
 */

import { describe, expect, it } from "vitest";
import { MachineClock } from "../../../rig/adapters/machine/machine-clock.ts";
import { PackageChannel } from "../../../rig/adapters/socketcan/package-channel.ts";
import { RawChannel } from "../../../rig/adapters/socketcan/raw-channel.ts";
import { SocketCanBus } from "../../../rig/adapters/socketcan/socketcan-bus.ts";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import type { World } from "../../../rig/ports/world.ts";
import { canBusContract } from "../../contract/can-bus.contract.ts";
import { runAll } from "./vitest-stand-in.ts";

const NAME = "vcan0";
const RATES = { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 };

const SKEW_MS = 10;
const SKEW_NS = SKEW_MS * 1e6;

function openWorld(way: "addon" | "package") {
  const clock = new MachineClock();
  // The two clocks are read one after the other: stamps count as this much later, so that none
  // lies before the start.
  const originNs = epochNs() - BigInt(clock.nowNs() + SKEW_NS);
  const timeOf = (stampNs: bigint) => Number(stampNs - originNs);
  const onTrouble = (code: string) => {
    throw new Error(code);
  };
  const bus = new SocketCanBus({ name: NAME, rates: RATES, timeOf, onTrouble, way });
  // As slow as this kernel is: time passes until what was sent is heard.
  const sleepUntil = async (timeNs: number, signal: AbortSignal) => {
    await clock.sleepUntil(timeNs, signal);
    while (bus.underWay > 0) await pause(5);
    await pause(2 * SKEW_MS);
  };
  const patient = { nowNs: () => clock.nowNs(), sleepUntil };
  return { world: { bus, clock: patient } as unknown as World, nodes: 3, answerMs: 100 };
}

function epochNs(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
}

function frame(fields: Partial<CanFrame>): CanFrame {
  const flags = { extended: false, fd: false, brs: false, esi: false, remote: false, error: false };
  return { id: 0x123, data: Uint8Array.of(1, 2, 3), ...flags, ...fields };
}

const FRAMES: readonly CanFrame[] = [
  frame({}),
  frame({ id: 0x1fffffff, extended: true }),
  frame({ remote: true, data: new Uint8Array(4) }),
  frame({ fd: true }),
  frame({ fd: true, brs: true, data: new Uint8Array(64).fill(7) }),
  frame({ fd: true, esi: true }),
  frame({ error: true, id: 0x88, data: new Uint8Array(8) }),
];

/** What the way hears of each frame that another socket sends. */
async function heard(way: "addon" | "package"): Promise<CanFrame[]> {
  const { world } = openWorld(way);
  const found: CanFrame[] = [];
  world.bus.listen((each) => found.push(each));
  const sender = new RawChannel({ name: NAME, errorMask: 0 });
  sender.send(FRAMES);
  for (let tries = 0; tries < 100 && found.length < FRAMES.length; tries++) await pause(20);
  sender.close();
  await world.bus.close();
  return found;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

canBusContract("SocketCAN by the addon", async () => openWorld("addon"));
canBusContract("SocketCAN by the package", async () => openWorld("package"));

describe("what is heard", () => {
  it("is every frame as it was, by the addon", async () => {
    expect(await heard("addon")).toEqual(FRAMES);
  });

  it("is every frame without BRS and ESI, FD above 8 bytes alone, by the package", async () => {
    const blind = FRAMES.map((each) => {
      return { ...each, fd: each.data.length > 8, brs: false, esi: false };
    });
    expect(await heard("package")).toEqual(blind);
  });
});

describe("what the package can't send", () => {
  it("is refused before it is asked: ESI, error frames, wrong lengths", () => {
    const refused = [
      frame({ fd: true, esi: true }),
      frame({ error: true, data: new Uint8Array(8) }),
      frame({ data: new Uint8Array(9) }),
      frame({ fd: true, data: new Uint8Array(65) }),
      frame({ fd: true, data: new Uint8Array(9) }),
    ];
    expect(refused.filter((each) => PackageChannel.canSend(each))).toEqual([]);
  });
});

process.stdout.write(`${JSON.stringify(await runAll())}\n`);
process.exit(0);
