/** The power-switch board: our own firmware in an emulator, our own host on a real serial stream. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AvrBoard } from "../../firmware-bridge/emulator/avr-board.ts";
import { serialTransport } from "../../firmware-bridge/host/serial-transport.ts";
import { LineSession, type SessionOptions } from "../../firmware-bridge/host/session.ts";
import {
  configureOutput,
  pulseOutput,
  senseInput,
} from "../../firmware-bridge/power/board-outputs.ts";
import { BoardSwitch } from "../../firmware-bridge/power/board-switch.ts";
import { OrderlySwitch } from "../../firmware-bridge/power/orderly-switch.ts";
import { RelayInjector } from "../../firmware-bridge/power/relay-injector.ts";
import type { DeviceEvent } from "../../firmware-bridge/protocol/line.ts";
import { EmulatedCable } from "../support/emulated-port.ts";
import { itNeeds } from "../support/needs.ts";

const never = new AbortController().signal;

let board: AvrBoard;
let cable: EmulatedCable;

beforeEach(() => {
  board = new AvrBoard();
  cable = new EmulatedCable(board);
});

afterEach(() => board.stop());

async function connect(options: SessionOptions = {}): Promise<LineSession> {
  const session = new LineSession(await serialTransport(await cable.open()), {
    timeoutMs: 2_000,
    ...options,
  });
  // Nothing goes on before it was off for a while.
  const upMs = async () => (await session.hello(20_000)).uptimeMs;
  await expect.poll(upMs, { timeout: 20_000 }).toBeGreaterThan(110);
  return session;
}

describe("the power-switch board", () => {
  it("answers hello, and counts its starts", async () => {
    board.start();
    const session = new LineSession(await serialTransport(await cable.open()));
    const first = await session.hello(20_000);
    expect(first).toMatchObject({ major: 1, firmware: "power/1.0", boot: 0, bufferBytes: 80 });
    board.stop();
    board.start();
    expect(await session.hello(20_000)).toMatchObject({ boot: 1, resetCause: "supply" });
    await session.close();
  });

  it("has all outputs off before anybody speaks to it", async () => {
    const levels: number[] = [];
    board.onLevels = (value) => levels.push(value);
    board.start();
    await connect();
    expect(levels.filter((value) => value !== 0)).toEqual([]);
    expect(board.directions & 0xfc).toBe(0xfc);
  });

  it("switches, and says what it read back from the pin", async () => {
    board.start();
    const session = await connect();
    await session.request(["set", "3", "on"]);
    expect(board.isHigh(3)).toBe(true);
    expect((await session.request(["stat"])).fields.get("st")).toBe("001000");
    await session.request(["set", "3", "off"]);
    expect(board.levels & 0xfc).toBe(0);
  });

  it("refuses what it does not know, and says why", async () => {
    board.start();
    const session = await connect();
    for (const [words, code] of [
      [["set", "7", "on"], "E_CHANNEL"],
      [["set", "1", "up"], "E_ARGS"],
      [["explode"], "E_VERB"],
      [["cycle", "1", "5"], "E_MINOFF"],
    ] as const) {
      await expect(session.request(words)).rejects.toThrow(code);
    }
    expect(board.levels & 0xfc).toBe(0);
  });

  it("makes itself safe when the host is silent, and stays so until it is armed again", async () => {
    board.start();
    const events: DeviceEvent[] = [];
    const session = await connect({ event: (event) => events.push(event) });
    await session.request(["wdg", "200"]);
    await session.request(["set", "1", "on"]);
    await expect.poll(() => board.isHigh(1), { timeout: 20_000 }).toBe(false);
    await expect.poll(() => events.map(({ name }) => name)).toEqual(["silence"]);
    await expect(session.request(["set", "1", "on"])).rejects.toThrow("E_SAFE");
    await session.request(["wdg", "0"]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await session.request(["set", "1", "on"]);
    expect(board.isHigh(1)).toBe(true);
  });

  it("keeps the safe state and polarity of each output over a loss of supply", async () => {
    board.start();
    let session = await connect();
    await session.request(["cfg", "2", "low", "off", "500"]);
    await session.request(["safe"]);
    expect(board.isHigh(2)).toBe(true);
    await session.close();
    board.stop();
    board.start();
    session = await connect();
    expect(board.isHigh(2)).toBe(true);
    expect((await session.request(["cfg", "2"])).fields.get("min")).toBe("500");
    expect((await session.request(["get", "2"])).fields.get("st")).toBe("off");
  });

  it("says the voltages at its analog inputs", async () => {
    board.start();
    const session = await connect();
    board.inputs[0] = 4.9;
    board.inputs[5] = 0.3;
    const mv = (input: number) => senseInput(session, input, never);
    // Ten bits of 5 V.
    expect(Math.abs((await mv(0)) - 4_900)).toBeLessThan(6);
    expect(Math.abs((await mv(5)) - 300)).toBeLessThan(6);
    await expect(mv(6)).rejects.toThrow("E_INPUT expected 0 to 5");
  });

  it("takes the settings of a bench file, and keeps those that it leaves out", async () => {
    board.start();
    const session = await connect();
    await configureOutput(session, { output: 2, onLevel: "low", safe: "on", offMs: 700 });
    const { fields } = await session.request(["cfg", "2"]);
    expect([fields.get("pol"), fields.get("safe"), fields.get("min")]).toEqual([
      "low",
      "on",
      "700",
    ]);
    await configureOutput(session, { output: 2, safe: "keep", offMs: 90_000 });
    const after = (await session.request(["cfg", "2"])).fields;
    expect([after.get("pol"), after.get("safe"), after.get("min")]).toEqual(["low", "on", "60000"]);
  });

  it("pulses an output, as for a reset line, and has it back as it was", async () => {
    board.start();
    const session = await connect();
    const levels: number[] = [];
    board.onLevels = (value) => levels.push(value & 0xfc);
    const wait = async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
    };
    await pulseOutput(session, { output: 4, pulseMs: 60 }, wait);
    expect(levels).toEqual([0x20, 0]);
  });

  it("restarts on request by its watchdog, and the host notices a restart", async () => {
    board.start();
    const session = await connect({ tries: 60, timeoutMs: 300 });
    await session.request(["set", "1", "on"]);
    await session.request(["reboot"]);
    await expect.poll(() => board.restarts, { timeout: 20_000 }).toBe(2);
    expect(board.isHigh(1)).toBe(false);
    await expect(session.request(["get", "1"])).rejects.toThrow(
      "it has restarted (boot 0 before, 1 now)",
    );
    expect(await session.hello(20_000)).toMatchObject({ resetCause: "watchdog", boot: 1 });
  });

  it("acts on no damaged line, and does every whole one once", async () => {
    board.start();
    const session = await connect({ tries: 30, timeoutMs: 300 });
    let seed = 12345;
    // One byte in 120 loses or gains a bit, each way.
    cable.damage = (byte) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 16) % 120 === 0 ? byte ^ (1 << ((seed >>> 8) % 7)) : byte;
    };
    for (let count = 0; count < 20; count++) {
      const isOn = count % 2 === 0;
      await session.request(["set", "1", isOn ? "on" : "off"]).catch((error: Error) => {
        if (!error.message.includes("E_MINOFF")) throw error;
      });
      // Nothing but channel 1 has moved.
      expect(board.levels & 0xf8).toBe(0);
    }
    expect(session.repeats).toBeGreaterThan(0);
  });
});

describe("a supply behind the board", () => {
  const options = {
    channels: new Map([
      [0, 1],
      [1, 2],
    ]),
    offMs: () => 150,
    silenceMs: 5_000,
  };

  it("goes on, off and through a cycle that the board times", async () => {
    board.start();
    const supply = await BoardSwitch.arm(await connect(), options);
    const levels: number[] = [];
    await supply.on(1, never);
    board.onLevels = (value) => levels.push(value & 0xfc);
    await supply.cycle(1, never);
    expect(levels).toEqual([0, 0x08]);
    expect(await supply.state(1, never)).toBe("on");
    expect(await supply.state(7, never)).toBe("unknown");
    // Off for a moment only: it waits for the least time off, and then goes on.
    await supply.off(1, never);
    await supply.on(1, never);
    await supply.makeSafe();
    expect(board.levels & 0xfc).toBe(0);
  });

  it("is armed again where nobody had a supply yet, and else says what the silence took", async () => {
    board.start();
    const session = await connect();
    const told: string[] = [];
    const onSilence = ({ message }: Error) => told.push(message);
    const silence = { ...options, silenceMs: 60_000, onSilence };
    const supply = await BoardSwitch.arm(session, silence);
    const strike = async () => {
      await session.request(["wdg", "1"]);
      const tripped = async () => (await session.request(["stat"])).fields.get("trip");
      await expect.poll(tripped, { timeout: 20_000 }).toBe("1");
    };
    await strike();
    await supply.on(0, never);
    expect(board.isHigh(1)).toBe(true);
    await strike();
    const text = "the power board heard nothing of the rig for 60000 ms and made its outputs safe";
    await expect(supply.on(0, never)).rejects.toThrow(text);
    expect(told).toEqual([expect.stringContaining(text)]);
    await supply.makeSafe();
    const beaten = await BoardSwitch.arm(session, { ...silence, silenceMs: 300 });
    await beaten.on(1, never);
    await strike();
    await expect.poll(() => told.length, { timeout: 20_000 }).toBe(2);
    await beaten.makeSafe();
  });

  it("is watched at its rail: a relay that has stuck is found", async () => {
    board.start();
    const session = await connect();
    // The rail follows the relay, until the relay sticks.
    let isStuck = false;
    board.onLevels = (value) => {
      if (!isStuck) board.inputs[0] = (value & 0x04) === 0 ? 0 : 4.8;
    };
    const sense = { unit: "board", input: 0, offBelowMv: 500, onFromMv: 3_000, settleMs: 400 };
    const read = (signal: AbortSignal) => senseInput(session, 0, signal);
    const supply = new OrderlySwitch(await BoardSwitch.arm(session, options), {
      supplies: new Map([[0, { name: "ecu0", offMs: 150, keepsOff: true, rail: { sense, read } }]]),
      staggerMs: 0,
    });
    await supply.on(0, never);
    expect(await supply.state(0, never)).toBe("on");
    await supply.cycle(0, never);
    isStuck = true;
    await expect(supply.off(0, never)).rejects.toThrow(
      /^ecu0: 400 ms after it was switched off its rail has 4\d\d\d mV, expected below 500 mV$/,
    );
    await expect(supply.state(0, never)).rejects.toThrow(
      /^ecu0: its switch reads off, but its rail has 4\d\d\d mV$/,
    );
    expect(board.levels & 0xfc).toBe(0);
  });

  it("says that the cable is gone, and works on a new connection", async () => {
    board.start();
    const session = await connect();
    const supply = await BoardSwitch.arm(session, options);
    cable.unplug();
    await expect(supply.on(0, never)).rejects.toThrow("/dev/emulated: the port is closed");
    cable.plug();
    const again = await BoardSwitch.arm(await connect(), options);
    await again.on(0, never);
    expect(board.isHigh(1)).toBe(true);
    await again.makeSafe();
  });
});

describe("a relay in the wires of the bus", () => {
  const settings = {
    name: "terminator",
    fault: "termination-missing",
    by: "relay",
    unit: "board",
    output: 5,
    neutral: "on",
  } as const;

  it("is neutral when it is opened and when it is healed, and counts how often it struck", async () => {
    board.start();
    const injector = await RelayInjector.open(await connect(), settings);
    expect(board.isHigh(5)).toBe(true);
    await injector.inject(never);
    expect(board.isHigh(5)).toBe(false);
    await injector.inject(never);
    expect(await injector.heal()).toBe(1);
    expect(board.isHigh(5)).toBe(true);
    await injector.inject(never);
    expect([await injector.heal(), await injector.heal()]).toEqual([2, 2]);
  });

  it("goes back by itself when the rig dies", async () => {
    board.start();
    const session = await connect();
    await session.request(["wdg", "300"]);
    const injector = await RelayInjector.open(session, settings);
    await injector.inject(never);
    expect(board.isHigh(5)).toBe(false);
    cable.unplug();
    await expect.poll(() => board.isHigh(5), { timeout: 20_000 }).toBe(true);
  });
});

describe("the committed image", () => {
  const compiler = { has: spawnSync("avr-gcc", ["--version"]).status === 0, what: "avr-gcc" };

  itNeeds(compiler)("is what its sources give", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "rig-hex-"));
    const sources = new URL("../../firmware-bridge/firmware/power/", import.meta.url).pathname;
    execFileSync("make", ["-s", "-B", "-C", sources, `OUT=${folder}`, `${folder}/power.hex`]);
    const read = (file: string) => readFileSync(file, "latin1");
    expect(read(`${folder}/power.hex`)).toBe(read(`${sources}power.hex`));
  });
});
