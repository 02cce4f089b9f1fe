/** The order in which supplies are switched: least time off, one after the other, rails that follow. */

import { describe, expect, it } from "vitest";
import { type OrderedSupply, OrderlySwitch } from "../../firmware-bridge/power/orderly-switch.ts";
import type { PowerState, PowerSwitch } from "../../rig/ports/power-switch.ts";

const never = new AbortController().signal;

/** Switches that note when they were switched; `tells` is what they say where it isn't the truth. */
function bench(supply: Partial<OrderedSupply> = {}, staggerMs = 0, tells?: PowerState) {
  const steps: { readonly what: string; readonly atMs: number }[] = [];
  const isOn = new Set<number>();
  const note = (what: string) => steps.push({ what, atMs: performance.now() });
  const inner: PowerSwitch = {
    async on(node) {
      note(`on ${node}`);
      isOn.add(node);
    },
    async off(node) {
      note(`off ${node}`);
      isOn.delete(node);
    },
    async cycle(node) {
      note(`cycle ${node}`);
    },
    async state(node) {
      return tells ?? (isOn.has(node) ? "on" : "off");
    },
  };
  const one = { name: "ecu", offMs: 0, keepsOff: false, ...supply };
  const supplies = new Map([0, 1, 2].map((node) => [node, one]));
  const power = new OrderlySwitch(inner, { supplies, staggerMs });
  const gaps = () => steps.slice(1).map(({ atMs }, index) => atMs - (steps[index]?.atMs ?? 0));
  return { power, isOn, gaps, names: () => steps.map(({ what }) => what) };
}

const sense = { unit: "board", input: 0, offBelowMv: 500, onFromMv: 3_000, settleMs: 60 };

describe("supplies in order", () => {
  it("stay off for their least time, also when nobody knows since when they are off", async () => {
    const { power, gaps, names } = bench({ offMs: 80 });
    const startMs = performance.now();
    await power.on(0, never);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(79);
    await power.off(0, never);
    await power.on(0, never);
    expect(names()).toEqual(["on 0", "off 0", "on 0"]);
    expect(gaps()[1]).toBeGreaterThanOrEqual(79);
  });

  it("are left to a switch that keeps the time itself", async () => {
    const { power, names } = bench({ offMs: 3_600_000, keepsOff: true });
    await power.off(0, never);
    await power.on(0, never);
    expect(names()).toEqual(["off 0", "on 0"]);
  });

  it("go on one after the other, with a gap, and off at once", async () => {
    const { power, gaps, names } = bench({}, 50);
    await Promise.all([0, 1, 2].map((node) => power.on(node, never)));
    expect(names()).toEqual(["on 0", "on 1", "on 2"]);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(49);
    await Promise.all([0, 1, 2].map((node) => power.off(node, never)));
    expect(names().slice(3)).toEqual(["off 0", "off 1", "off 2"]);
  });

  it("are cycled in one command where nothing has to be watched", async () => {
    const { power, names } = bench({ offMs: 10 });
    await power.cycle(0, never);
    expect(names()).toEqual(["cycle 0"]);
  });

  it("come back after a cycle that was interrupted", async () => {
    const { power, names } = bench({ offMs: 10 }, 1);
    await power.on(0, never);
    await expect(power.cycle(0, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
    expect(names()).toEqual(["on 0", "off 0", "on 0"]);
  });

  it("are known by their rail where the switch can't tell", async () => {
    let mv = 0;
    const { power } = bench({ rail: { sense, read: async () => mv } }, 0, "unknown");
    const states: PowerState[] = [];
    for (mv of [499, 500, 2_999, 3_000]) states.push(await power.state(0, never));
    expect(states).toEqual(["off", "unknown", "unknown", "on"]);
  });

  it("are trouble where switch and rail disagree", async () => {
    const { power, isOn } = bench({ rail: { sense, read: async () => 2_000 } });
    await expect(power.off(0, never)).rejects.toThrow(
      "ecu: 60 ms after it was switched off its rail has 2000 mV, expected below 500 mV",
    );
    expect(isOn.has(0)).toBe(false);
    const blown = bench({ rail: { sense, read: async () => 10 } });
    await expect(blown.power.on(1, never)).rejects.toThrow(
      "ecu: 60 ms after it was switched on its rail has 10 mV, expected at least 3000 mV",
    );
    await expect(blown.power.state(1, never)).rejects.toThrow(
      "ecu: its switch reads on, but its rail has 10 mV",
    );
  });
});
