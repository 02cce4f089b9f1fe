/** What every store of a run's record keeps, read back from where it put it. */

import { describe, expect, it } from "vitest";
import { fdFrame } from "../../rig/core/can/frame.ts";
import type { NodeRecord } from "../../rig/core/consensus/node-core.ts";
import type { RunRecord } from "../../rig/core/run/record.ts";
import type { RunStore } from "../../rig/ports/run-store.ts";

/** What a store holds, read back without its help. */
export interface Kept {
  readonly records: readonly RunRecord[];
  /** One text for each entry of a node's record: `node/boot/time/event/slot`. */
  readonly nodes: readonly string[];
  readonly frames: number;
}

export interface StoreBench {
  /** A store for a run with two nodes. */
  readonly store: RunStore;
  readonly readBack: () => Promise<Kept>;
  readonly dispose: () => Promise<void>;
}

const RECORDS: readonly RunRecord[] = [
  {
    type: "operation",
    time: 7,
    operation: {
      index: 0,
      type: "invoke",
      f: "txn",
      process: 3,
      time: 7,
      value: [
        ["append", 1, 2],
        ["r", 1, null],
      ],
    },
  },
  {
    type: "fault",
    time: 8,
    action: "inject",
    id: "loss-1",
    kind: "loss",
    target: "0 1 at 10 %",
    effects: 0,
  },
  { type: "phase", time: 9, phase: "workload-end" },
  {
    type: "teardown",
    time: 10,
    step: { step: "heal", ok: false, detail: 'it said "no"\nandéwent' },
  },
  { type: "end", time: 11, partial: null },
];
const NOTE: NodeRecord = { event: "vote", slot: 4, round: 0, digest: null };
const FRAME = fdFrame(0x2a1, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));

export function runStoreContract(adapter: string, open: () => Promise<StoreBench>): void {
  const withBench = (sentence: string, test: (bench: StoreBench) => Promise<void>) =>
    it(sentence, async () => {
      const bench = await open();
      try {
        await test(bench);
      } finally {
        await bench.dispose();
      }
    });

  describe(`the run store ${adapter}`, () => {
    withBench("keeps every entry, in order, from one flush to the next", async (bench) => {
      const { store } = bench;
      for (const [index, entry] of RECORDS.entries()) {
        store.record(entry);
        await store.flush();
        expect((await bench.readBack()).records).toEqual(RECORDS.slice(0, index + 1));
      }
      await store.close();
    });

    withBench("keeps what was not flushed when it is closed", async ({ store, readBack }) => {
      for (const entry of RECORDS) store.record(entry);
      await store.close();
      expect((await readBack()).records).toEqual(RECORDS);
    });

    withBench("keeps each node's own record", async ({ store, readBack }) => {
      store.node(1, 1, 20, NOTE);
      store.node(1, 2, 30, { ...NOTE, event: "boot" });
      await store.close();
      expect((await readBack()).nodes).toEqual(["1/1/20/vote/4", "1/2/30/boot/4"]);
    });

    withBench("keeps frames", async ({ store, readBack }) => {
      for (const timeNs of [1_000, 2_000]) store.frame(timeNs, FRAME);
      await store.close();
      expect((await readBack()).frames).toBe(2);
    });

    withBench("keeps more than it gathers in memory", async ({ store, readBack }) => {
      const [entry] = RECORDS;
      for (let count = 0; count < 20_000; count++) store.record(entry!);
      await store.close();
      expect((await readBack()).records).toHaveLength(20_000);
    });

    withBench("can be flushed and closed again", async ({ store, readBack }) => {
      store.record(RECORDS[0]!);
      await store.flush();
      await store.flush();
      await store.close();
      await store.close();
      expect((await readBack()).records).toEqual(RECORDS.slice(0, 1));
    });
  });
}
