/** johnny-five against firmware: our board speaks the messages of Firmata that a relay needs. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AvrBoard } from "../../firmware-bridge/emulator/avr-board.ts";
import { RelaySwitch } from "../../firmware-bridge/power/relay-switch.ts";
import { EmulatedCable } from "../support/emulated-port.ts";

const never = new AbortController().signal;
const options = {
  name: "/dev/emulated",
  pins: new Map([
    [0, 2],
    [1, 5],
  ]),
  onLevel: "high",
  offMs: () => 50,
  readyMs: 40_000,
} as const;

let board: AvrBoard;
let cable: EmulatedCable;

beforeEach(() => {
  board = new AvrBoard();
  cable = new EmulatedCable(board);
  board.start();
});

afterEach(() => board.stop());

const connect = async (more = {}) => {
  return RelaySwitch.connect(await cable.open(), { ...options, ...more });
};

describe("relays on a Firmata board", () => {
  it("switch the pins, and the state is the pin's", async () => {
    const supply = await connect();
    await supply.on(0, never);
    expect(board.levels & 0xfc).toBe(0x04);
    await supply.on(1, never);
    expect(board.levels & 0xfc).toBe(0x24);
    expect(await supply.state(1, never)).toBe("on");
    await supply.cycle(1, never);
    expect(board.levels & 0xfc).toBe(0x24);
    await supply.off(0, never);
    expect(board.levels & 0xfc).toBe(0x20);
    expect(await supply.state(0, never)).toBe("off");
    expect(await supply.state(9, never)).toBe("unknown");
  });

  it("notice that the board was reset behind the library's back", async () => {
    const supply = await connect();
    await supply.on(0, never);
    board.reset();
    await expect.poll(() => supply.state(0, never), { timeout: 20_000 }).toBe("off");
    expect(board.levels & 0xfc).toBe(0);
  });

  it("stay as they are when the rig comes back", async () => {
    const supply = await connect();
    await supply.on(0, never);
    await supply.on(1, never);
    cable.unplug();
    cable.plug();
    const again = await connect();
    const levels: number[] = [];
    board.onLevels = (value) => levels.push(value & 0xfc);
    await again.off(1, never);
    expect(levels).toEqual([0x04]);
  });

  it("can be active at a low level", async () => {
    const supply = await connect({ onLevel: "low" });
    await supply.off(0, never);
    expect(board.isHigh(1)).toBe(true);
    await supply.on(0, never);
    expect(board.isHigh(1)).toBe(false);
    expect(await supply.state(0, never)).toBe("on");
  });

  it("say that there is no board", async () => {
    board.stop();
    await expect(connect({ readyMs: 600 })).rejects.toThrow(
      "/dev/emulated: no Firmata board was ready within 600 ms",
    );
  });
});
