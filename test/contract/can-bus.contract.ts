/** What every channel to a bus keeps, with the faults that it says it can inject. */

import { describe, expect, it } from "vitest";
import { HOST_STATION } from "../../rig/core/can/bus.ts";
import { type CanFrame, fdFrame } from "../../rig/core/can/frame.ts";
import { BUS_FAULT_KINDS } from "../../rig/core/fault/bus-faults.ts";
import type { Fault, FaultKind } from "../../rig/core/fault/fault.ts";
import { LOGICAL_FAULT_KINDS } from "../../rig/core/fault/logical-faults.ts";
import { TRAFFIC_FAULT_KINDS } from "../../rig/core/fault/traffic-faults.ts";
import { NS_PER_MS } from "../../rig/core/time/time.ts";
import { CLASS, makeId } from "../../rig/core/wire/identifier.ts";
import type { World } from "../../rig/ports/world.ts";
import { sendRequest } from "../support/host-request.ts";

export interface CanBusBench {
  /** A world with at least three nodes; somebody on its bus acknowledges what the rig sends. */
  readonly world: World;
  readonly nodes: number;
  /** How long nodes take at most to answer a request. */
  readonly answerMs: number;
}

const never = new AbortController().signal;

/** A frame that no node has a use for. */
function aFrame(byte = 1): CanFrame {
  return fdFrame(makeId(CLASS.reply, 0, HOST_STATION), new Uint8Array(12).fill(byte));
}

async function pass({ clock }: World, ms: number): Promise<void> {
  await clock.sleepUntil(clock.nowNs() + ms * NS_PER_MS, never);
}

const BUS_KINDS = [...LOGICAL_FAULT_KINDS, ...TRAFFIC_FAULT_KINDS, ...BUS_FAULT_KINDS] as const;

/** For as long as a loaded machine may take. */
async function passUntil(world: World, isReached: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !isReached(); turn++) await pass(world, 20);
}

/** Faults of each kind that a bus can have, each so strong that it can't fail to take effect. */
function aFault(kind: FaultKind, count: number): Fault {
  const nodes = Array.from({ length: count }, (_, node) => node);
  const common = { id: `${kind}-1`, start: { atNs: 0 } };
  switch (kind) {
    case "partition":
      return { ...common, kind, groups: nodes.map((node) => [node]) };
    case "loss":
      return { ...common, kind, nodes, probability: 1 };
    case "delay":
      return { ...common, kind, nodes, minNs: NS_PER_MS, maxNs: NS_PER_MS };
    case "crash":
    case "power-cut":
    case "pause":
      return { ...common, kind, nodes };
    default:
      throw new Error(`${kind} is no fault of a bus`);
  }
}

async function bootAll({ world, nodes }: CanBusBench): Promise<void> {
  for (let node = 0; node < nodes; node++) {
    await world.power?.on(node, never);
    await world.nodes.boot(node, never);
  }
}

export function canBusContract(adapter: string, open: () => Promise<CanBusBench>): void {
  describe(`the bus of ${adapter}`, () => {
    it("shows the rig's own frames once, as they were sent, in their order", async () => {
      const { world } = await open();
      const seen: CanFrame[] = [];
      world.bus.listen((frame) => seen.push(frame));
      for (const byte of [1, 2, 3]) expect(world.bus.send(aFrame(byte))).toBe(true);
      await passUntil(world, () => seen.length === 3);
      expect(seen).toEqual([aFrame(1), aFrame(2), aFrame(3)]);
      await world.bus.close();
    });

    it("gives frames the time of the run, rising", async () => {
      const { world } = await open();
      const times: number[] = [world.clock.nowNs()];
      world.bus.listen((_, timeNs) => times.push(timeNs));
      for (const byte of [1, 2, 3]) world.bus.send(aFrame(byte));
      await passUntil(world, () => times.length === 4);
      times.push(world.clock.nowNs());
      expect(times).toHaveLength(5);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      await world.bus.close();
    });

    it("calls every listener, and none that has ended", async () => {
      const { world } = await open();
      let first = 0;
      let second = 0;
      const end = world.bus.listen(() => first++);
      world.bus.listen(() => second++);
      world.bus.send(aFrame());
      await pass(world, 20);
      end();
      end();
      world.bus.send(aFrame());
      await pass(world, 20);
      expect([first, second]).toEqual([1, 2]);
      await world.bus.close();
    });

    it("is error-active while nothing disturbs it", async () => {
      const { world } = await open();
      expect(world.bus.state()).toBe("error-active");
      await world.bus.close();
    });

    it("counts frames and the time that they take", async () => {
      const { world } = await open();
      expect(world.bus.counters()).toMatchObject({ frames: 0, dropped: 0 });
      for (const byte of [1, 2]) world.bus.send(aFrame(byte));
      await pass(world, 20);
      const counters = world.bus.counters();
      expect(counters).toMatchObject({ frames: 2, dropped: 0 });
      expect(counters.busyNs).toBeGreaterThan(0);
      await world.bus.close();
    });

    it("says when it has no room for a frame, and counts it as dropped", async () => {
      const { world } = await open();
      let refused = 0;
      for (let count = 0; count < 100_000 && refused === 0; count++) {
        // None says what another does.
        const data = new Uint8Array(64);
        new DataView(data.buffer).setUint32(60, count);
        if (!world.bus.send({ ...aFrame(), fd: true, data })) refused++;
      }
      expect(refused).toBe(1);
      expect(world.bus.counters().dropped).toBe(1);
      await world.bus.close();
    });

    it("takes and shows nothing once it is closed, and keeps its counters", async () => {
      const { world } = await open();
      let seen = 0;
      world.bus.listen(() => seen++);
      world.bus.send(aFrame());
      await pass(world, 20);
      await world.bus.close();
      await world.bus.close();
      expect(world.bus.send(aFrame())).toBe(false);
      world.bus.listen(() => seen++);
      await pass(world, 20);
      expect(seen).toBe(1);
      expect(world.bus.counters()).toMatchObject({ frames: 1, dropped: 1 });
    });
  });

  describe(`faults on the bus of ${adapter}`, () => {
    it("are of kinds that a bus can have", async () => {
      const { world } = await open();
      const kinds: readonly FaultKind[] = BUS_KINDS;
      for (const kind of world.bus.faultKinds) expect(kinds).toContain(kind);
      await world.bus.close();
    });

    it("take effect from injecting to healing, say so once, and count", async () => {
      const kinds: readonly FaultKind[] = (await open()).world.bus.faultKinds;
      // What the others do is a matter of the bus model: test/unit/hub.
      for (const kind of LOGICAL_FAULT_KINDS.filter((each) => kinds.includes(each))) {
        const bench = await open();
        const { world, nodes, answerMs } = bench;
        const fault = aFault(kind, nodes);
        let told = 0;
        await bootAll(bench);
        await world.bus.inject(fault, () => told++, never);
        expect(told, kind).toBe(0);
        sendRequest(world.bus, 1);
        await pass(world, answerMs);
        expect(told, kind).toBe(1);
        const effects = await world.bus.heal(fault, never);
        expect(effects, kind).toBeGreaterThan(1);
        sendRequest(world.bus, 2);
        await pass(world, answerMs);
        expect(await world.bus.heal(fault, never), kind).toBe(effects);
        expect(told, kind).toBe(1);
        await world.bus.close();
      }
    });

    it("can be healed though they were never injected", async () => {
      const { world, nodes } = await open();
      for (const kind of LOGICAL_FAULT_KINDS) {
        expect(await world.bus.heal(aFault(kind, nodes), never)).toBe(0);
      }
      await world.bus.close();
    });
  });
}
