/** What every power switch keeps; what comes of it for the nodes' programs included. */

import { describe, expect, it } from "vitest";
import type { NodeRecord } from "../../rig/core/consensus/node-core.ts";
import type { NodeControl } from "../../rig/ports/node-control.ts";
import type { PowerSwitch } from "../../rig/ports/power-switch.ts";

export interface PowerBench {
  /** Switches of at least two nodes, all off. */
  readonly power: PowerSwitch;
  readonly nodes: NodeControl;
  /** A node that there is not. */
  readonly absent: number;
  /** Whether a switch can say its own state. */
  readonly isReadBack: boolean;
  readonly close: () => Promise<void>;
}

const never = new AbortController().signal;

export function powerSwitchContract(adapter: string, open: () => Promise<PowerBench>): void {
  const withBench = (sentence: string, test: (bench: PowerBench) => Promise<void>) =>
    it(sentence, async () => {
      const bench = await open();
      try {
        await test(bench);
      } finally {
        await bench.close();
      }
    });

  describe(`the power switch of ${adapter}`, () => {
    withBench("says its state, or that it can't", async ({ power, isReadBack }) => {
      const state = async () => power.state(0, never);
      const expected = (known: string) => (isReadBack ? known : "unknown");
      expect(await state()).toBe(expected("off"));
      await power.on(0, never);
      expect(await state()).toBe(expected("on"));
      await power.off(0, never);
      expect(await state()).toBe(expected("off"));
      await power.cycle(0, never);
      expect(await state()).toBe(expected("on"));
    });

    withBench("does not know the state of a node that there is not", async (bench) => {
      expect(await bench.power.state(bench.absent, never)).toBe("unknown");
    });

    withBench("can be told the same twice", async ({ power, nodes }) => {
      const boots = bootsOf(nodes, 0);
      for (const _ of [1, 2]) await power.on(0, never);
      await nodes.boot(0, never);
      expect(boots()).toEqual([1]);
      for (const _ of [1, 2]) await power.off(0, never);
    });

    withBench("starts a program with its power, and ends it", async ({ power, nodes }) => {
      const boots = bootsOf(nodes, 0);
      await power.on(0, never);
      await nodes.boot(0, never);
      expect(boots()).toEqual([1]);
      await power.off(0, never);
      expect(await nodes.kill(0, never)).toBe(false);
    });

    withBench("starts the program anew in a cycle", async ({ power, nodes }) => {
      const boots = bootsOf(nodes, 0);
      await power.on(0, never);
      await nodes.boot(0, never);
      await power.cycle(0, never);
      await nodes.boot(0, never);
      expect(boots()).toEqual([1, 2]);
    });

    withBench("leaves the other nodes alone", async ({ power, nodes }) => {
      for (const node of [0, 1]) await power.on(node, never);
      await nodes.boot(1, never);
      await power.off(0, never);
      expect(await nodes.kill(1, never)).toBe(true);
    });
  });
}

function bootsOf(nodes: NodeControl, of: number): () => readonly number[] {
  const boots: number[] = [];
  nodes.listen((node: number, boot: number, _timeNs: number, { event }: NodeRecord) => {
    if (node === of && event === "boot") boots.push(boot);
  });
  return () => boots;
}
