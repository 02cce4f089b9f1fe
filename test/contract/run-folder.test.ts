/** The run folder on disk keeps the contract of a run store. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHANNEL, RunFolder } from "../../rig/adapters/store/run-folder.ts";
import type { NodeRecord } from "../../rig/core/consensus/node-core.ts";
import type { RunRecord } from "../../rig/core/run/record.ts";
import { runStoreContract } from "./run-store.contract.ts";

type NodeLine = NodeRecord & {
  readonly node: number;
  readonly boot: number;
  readonly time: number;
};

runStoreContract("on disk", async () => {
  const outputDir = mkdtempSync(join(tmpdir(), "run-store-"));
  const store = RunFolder.create({ outputDir, scenario: "happy", name: "run", nodes: 2 });
  const linesOf = (file: string) =>
    readFileSync(join(store.path, file), "utf8").split("\n").slice(0, -1);
  const readBack = async () => ({
    records: linesOf("events.jsonl").map((line) => JSON.parse(line) as RunRecord),
    nodes: [0, 1]
      .flatMap((node) => linesOf(`node-${node}.jsonl`))
      .map((line) => JSON.parse(line) as NodeLine)
      .map(({ node, boot, time, event, slot }) => `${node}/${boot}/${time}/${event}/${slot}`),
    frames: linesOf(`bus-${CHANNEL}.log`).length,
  });
  const dispose = async () => rmSync(outputDir, { recursive: true, force: true });
  return { store, readBack, dispose };
});
