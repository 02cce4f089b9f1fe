import { describe, expect, it } from "vitest";
import type { Fault, FaultDetail } from "../../../rig/core/fault/fault.ts";
import { FaultDriver } from "../../../rig/engine/fault-driver.ts";
import type { NodeControl } from "../../../rig/ports/node-control.ts";
import type { PowerState, PowerSwitch } from "../../../rig/ports/power-switch.ts";
import { ScriptedCluster, scriptedWorld } from "../../support/scripted-world.ts";

const never = new AbortController().signal;

/** Nodes 0 to 2 that run and have power; every pause holds back three events. */
function aDriver({ stuck = false } = {}) {
  const deeds: string[] = [];
  const first: string[] = [];
  const running = new Set([0, 1, 2]);
  const paused = new Set<number>();
  const supply = new Map<number, PowerState>([0, 1, 2].map((node) => [node, "on"]));
  const nodes: NodeControl = {
    faultKinds: ["crash", "pause"],
    async boot(node) {
      deeds.push(`boot ${node}`);
      running.add(node);
    },
    async kill(node) {
      deeds.push(`kill ${node}`);
      return running.delete(node);
    },
    async pause(node, onHeld) {
      deeds.push(`pause ${node}`);
      paused.add(node);
      onHeld();
    },
    async resume(node) {
      deeds.push(`resume ${node}`);
      return paused.delete(node) ? 3 : 0;
    },
    listen: () => () => undefined,
  };
  const power: PowerSwitch = {
    async on(node) {
      deeds.push(`on ${node}`);
      supply.set(node, "on");
    },
    async off(node) {
      deeds.push(`off ${node}`);
      if (stuck) return;
      supply.set(node, "off");
      running.delete(node);
    },
    cycle: async () => undefined,
    state: async (node) => supply.get(node) ?? "unknown",
  };
  const world = { ...scriptedWorld(new ScriptedCluster([])), nodes, power };
  const driver = new FaultDriver(world, 1, ({ id }) => first.push(id));
  return { driver, deeds, first, running, supply };
}

function aFault(id: string, detail: FaultDetail): Fault {
  return { ...detail, id, start: { atNs: 0 } };
}

describe("faults of nodes", () => {
  it("strike each node, count those that ran, and bring those back", async () => {
    const { driver, deeds, first, running } = aDriver();
    running.delete(1);
    const crash = aFault("a", { kind: "crash", nodes: [0, 1] });
    await driver.inject(crash, never);
    expect(first).toEqual(["a"]);
    expect(await driver.heal(crash, never)).toBe(1);
    expect(deeds).toEqual(["kill 0", "kill 1", "boot 0"]);
  });

  it("cut the power, and give it back before the program boots", async () => {
    const { driver, deeds, supply } = aDriver();
    supply.set(2, "off");
    const cut = aFault("a", { kind: "power-cut", nodes: [1, 2] });
    await driver.inject(cut, never);
    expect(await driver.heal(cut, never)).toBe(1);
    expect(deeds).toEqual(["off 1", "on 1", "boot 1"]);
  });

  it("keep a node down until the last of them ends", async () => {
    const { driver, deeds, first } = aDriver();
    const early = aFault("early", { kind: "crash", nodes: [0] });
    const late = aFault("late", { kind: "power-cut", nodes: [0, 1] });
    await driver.inject(early, never);
    await driver.inject(late, never);
    expect(await driver.heal(late, never)).toBe(2);
    expect(deeds).toEqual(["kill 0", "off 0", "off 1", "on 1", "boot 1"]);
    expect(await driver.heal(early, never)).toBe(1);
    expect(deeds.slice(5)).toEqual(["on 0", "boot 0"]);
    expect(first).toEqual(["early", "late"]);
  });

  it("count for a node that another fault would have let go by now", async () => {
    const { driver, deeds, first } = aDriver();
    const early = aFault("early", { kind: "power-cut", nodes: [0] });
    const late = aFault("late", { kind: "crash", nodes: [0] });
    await driver.inject(early, never);
    await driver.inject(late, never);
    expect(first).toEqual(["early"]);
    expect(await driver.heal(early, never)).toBe(1);
    expect(first).toEqual(["early", "late"]);
    expect(deeds).toEqual(["off 0", "kill 0"]);
    expect(await driver.heal(late, never)).toBe(1);
    expect(deeds.slice(2)).toEqual(["on 0", "boot 0"]);
  });

  it("end a pause with the program, and keep what it held back until then", async () => {
    const { driver, deeds, first } = aDriver();
    const pause = aFault("pause", { kind: "pause", nodes: [0] });
    const crash = aFault("crash", { kind: "crash", nodes: [0] });
    const again = aFault("again", { kind: "pause", nodes: [0] });
    await driver.inject(pause, never);
    await driver.inject(crash, never);
    await driver.heal(crash, never);
    await driver.inject(again, never);
    expect(await driver.heal(pause, never)).toBe(3);
    expect(deeds).toEqual(["pause 0", "kill 0", "resume 0", "boot 0", "pause 0"]);
    expect(await driver.heal(again, never)).toBe(3);
    expect(deeds.at(-1)).toBe("resume 0");
    expect(first).toEqual(["pause", "crash", "again"]);
  });

  it("can be healed again, or without having been injected", async () => {
    const { driver, deeds } = aDriver();
    const crash = aFault("a", { kind: "crash", nodes: [0] });
    expect(await driver.heal(crash, never)).toBe(0);
    await driver.inject(crash, never);
    expect(await driver.heal(crash, never)).toBe(1);
    expect(await driver.heal(crash, never)).toBe(1);
    expect(deeds).toEqual(["kill 0", "boot 0"]);
  });

  it("fail when the switch says that the power is still on, and are undone all the same", async () => {
    const { driver, deeds } = aDriver({ stuck: true });
    const cut = aFault("a", { kind: "power-cut", nodes: [1] });
    await expect(driver.inject(cut, never)).rejects.toThrow("node 1 still has power");
    expect(await driver.heal(cut, never)).toBe(0);
    expect(deeds).toEqual(["off 1", "on 1", "boot 1"]);
  });

  it("strike no more nodes once they are given up", async () => {
    const { driver, deeds } = aDriver();
    const abort = new AbortController();
    const crash = aFault("a", { kind: "crash", nodes: [0, 1, 2] });
    const injecting = driver.inject(crash, abort.signal);
    abort.abort();
    await expect(injecting).rejects.toMatchObject({ name: "AbortError" });
    await driver.settled();
    expect(await driver.heal(crash, never)).toBe(1);
    expect(deeds).toEqual(["kill 0", "boot 0"]);
  });
});
