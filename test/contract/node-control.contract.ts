/** What everything keeps that controls nodes' programs. */

import { describe, expect, it } from "vitest";
import { NS_PER_MS } from "../../rig/core/time/time.ts";
import type { World } from "../../rig/ports/world.ts";

export interface NodesBench {
  /** A world with at least three nodes, all with power but perhaps not running. */
  readonly world: World;
  /** Has the nodes talk to each other for a while. */
  readonly talk: () => Promise<void>;
  /** Cuts a node's supply so that it can't boot, where something can. */
  readonly cutPower: (node: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const never = new AbortController().signal;

/** What not every adapter can do. */
export interface NodesCapabilities {
  readonly pause: boolean;
  readonly cutPower: boolean;
}

export function nodeControlContract(
  adapter: string,
  can: NodesCapabilities,
  open: () => Promise<NodesBench>,
): void {
  type Test = (bench: NodesBench) => Promise<void>;
  const withBench = (sentence: string, test: Test, isPossible = true) =>
    it.runIf(isPossible)(sentence, async () => {
      const bench = await open();
      try {
        for (const node of [0, 1, 2]) await bench.world.nodes.boot(node, never);
        await test(bench);
      } finally {
        await bench.close();
      }
    });
  const bootsIn = ({ nodes }: World) => {
    const boots: string[] = [];
    nodes.listen((node, boot, _timeNs, { event }) => {
      if (event === "boot") boots.push(`${node}: ${boot}`);
    });
    return boots;
  };

  describe(`the nodes' programs of ${adapter}`, () => {
    withBench("are booted once, however often that is asked for", async ({ world }) => {
      const boots = bootsIn(world);
      await world.nodes.boot(0, never);
      expect(boots).toEqual([]);
    });

    withBench("are killed once, and boot again under the next number", async ({ world }) => {
      const boots = bootsIn(world);
      expect(await world.nodes.kill(1, never)).toBe(true);
      expect(await world.nodes.kill(1, never)).toBe(false);
      expect(boots).toEqual([]);
      await world.nodes.boot(1, never);
      expect(boots).toEqual(["1: 2"]);
    });

    withBench("say nothing once they are killed", async ({ world, talk }) => {
      const heard = new Set<number>();
      await world.nodes.kill(1, never);
      world.nodes.listen((node) => heard.add(node));
      await talk();
      expect(heard.has(0)).toBe(true);
      expect(heard.has(1)).toBe(false);
    });

    withBench("give records with times that never go back", async ({ world, talk }) => {
      const times = new Map<number, number[]>();
      world.nodes.listen((node, _boot, timeNs) => {
        times.set(node, [...(times.get(node) ?? []), timeNs]);
      });
      await talk();
      expect(times.size).toBeGreaterThan(0);
      for (const each of times.values()) expect(each).toEqual([...each].sort((a, b) => a - b));
    });

    withBench("are heard by every listener, and by none that has ended", async (bench) => {
      const { nodes } = bench.world;
      let [ended, other] = [0, 0];
      const end = nodes.listen(() => ended++);
      nodes.listen(() => other++);
      end();
      await bench.talk();
      expect(ended).toBe(0);
      expect(other).toBeGreaterThan(0);
    });

    withBench("say truly whether they can be paused", async ({ world }) => {
      expect(world.nodes.faultKinds.includes("pause")).toBe(can.pause);
    });

    const withoutPower: Test = async ({ world, cutPower }) => {
      await cutPower(0);
      await expect(world.nodes.boot(0, never)).rejects.toThrow("node 0");
    };
    withBench("can't boot without power", withoutPower, can.cutPower);

    const inPause: Test = async ({ world, talk }) => {
      const heard = new Set<number>();
      let held = 0;
      await world.nodes.pause(2, () => held++, never);
      world.nodes.listen((node) => heard.add(node));
      await talk();
      expect(heard.has(0)).toBe(true);
      expect(heard.has(2)).toBe(false);
      expect(await world.nodes.resume(2, never)).toBeGreaterThan(0);
      expect(await world.nodes.resume(2, never)).toBe(0);
      expect(held).toBeLessThanOrEqual(1);
      await world.clock.sleepUntil(world.clock.nowNs() + 100 * NS_PER_MS, never);
      expect(heard.has(2)).toBe(true);
    };
    withBench("stand still in a pause and go on after it", inPause, can.pause);

    const afterPause: Test = async ({ world, talk }) => {
      await world.nodes.pause(2, () => undefined, never);
      await world.nodes.kill(2, never);
      await world.nodes.boot(2, never);
      const heard = new Set<number>();
      const end = world.nodes.listen((node) => heard.add(node));
      await talk();
      expect(heard.has(2)).toBe(true);
      end();
      heard.clear();
      await world.nodes.pause(2, () => undefined, never);
      world.nodes.listen((node) => heard.add(node));
      await talk();
      expect(heard.has(2)).toBe(false);
    };
    withBench("leave a pause behind when they end, and can be paused anew", afterPause, can.pause);
  });
}
