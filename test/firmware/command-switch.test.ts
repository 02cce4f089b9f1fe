/** Supplies switched by a command, or by a person. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { CommandSwitch, hubPortCommands } from "../../firmware-bridge/power/command-switch.ts";
import { ManualSwitch } from "../../firmware-bridge/power/manual-switch.ts";

const never = new AbortController().signal;

function supply(more: Partial<Record<"on" | "off" | "state", string>> = {}) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "rig-power-")), "state");
  const commands = {
    on: `echo on >> ${file}`,
    off: `echo off >> ${file}`,
    state: `tail -n 1 ${file}`,
    ...more,
  };
  const byNode = new Map([[3, commands]]);
  return new CommandSwitch({ commands: byNode, offMs: 10, limitMs: 10_000 });
}

describe("a supply behind a command", () => {
  it("is switched and read back", async () => {
    const power = supply();
    await power.on(3, never);
    expect(await power.state(3, never)).toBe("on");
    await power.off(3, never);
    expect(await power.state(3, never)).toBe("off");
    await power.cycle(3, never);
    expect(await power.state(3, never)).toBe("on");
  });

  it("gets the number of the node", async () => {
    await expect(supply({ on: 'test "$RIG_NODE" = 3' }).on(3, never)).rejects.toThrow(/ended with/);
    await expect(supply({ on: "exit $RIG_NODE" }).on(3, never)).rejects.toThrow(
      '"exit $RIG_NODE" ended with 3',
    );
  });

  it.each([
    ["", "unknown"],
    ["on and off", "unknown"],
    ["Power is ON", "on"],
    ["front: off", "off"],
    ["offline", "unknown"],
  ])("reads %j as %s", async (said, state) => {
    expect(await supply({ state: `echo '${said}'` }).state(3, never)).toBe(state);
  });

  it("does not believe a command that had no effect", async () => {
    await expect(supply({ on: "true", state: "echo off" }).on(3, never)).rejects.toThrow(
      'node 3 reads off after "true", expected on',
    );
  });

  it("reads the ports of a hub from the listing of uhubctl", async () => {
    const { state = "" } = hubPortCommands("1-1", 2);
    const listing = (status: string) =>
      `printf 'Current status for hub 1-1 [0bda:5411 USB2.0 Hub]\\n  Port 2: ${status}\\n'`;
    const asked = async (status: string) =>
      supply({ state: state.replace(/^[^|]*/, `${listing(status)} `) }).state(3, never);
    expect(await asked("0100 power")).toBe("on");
    expect(await asked("0503 power highspeed enable connect [0483:374b]")).toBe("on");
    expect(await asked("0000 off")).toBe("off");
  });
});

describe("a supply switched by hand", () => {
  it("is asked for by name, and has no state", async () => {
    const asked: string[] = [];
    const prompt = async (sentence: string) => void asked.push(sentence);
    const power = new ManualSwitch(prompt, new Map([[1, "the gateway"]]));
    await power.cycle(1, never);
    expect(asked).toEqual([
      "Switch the gateway off, then press Enter",
      "Switch the gateway on, then press Enter",
    ]);
    expect(await power.state()).toBe("unknown");
  });
});
