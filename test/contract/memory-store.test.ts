/** The store in memory that other tests use keeps the contract of a run store. */

import { MemoryStore } from "../support/memory-store.ts";
import { runStoreContract } from "./run-store.contract.ts";

runStoreContract("in memory", async () => {
  const store = new MemoryStore();
  return {
    store,
    readBack: async () => ({
      records: store.records,
      nodes: store.nodes.map(
        ({ node, boot, timeNs, event, slot }) => `${node}/${boot}/${timeNs}/${event}/${slot}`,
      ),
      frames: store.frames.length,
    }),
    dispose: async () => store.close(),
  };
});
