/**
 * A real rig server whose run does nothing but record operations, so many in a second: the load for
 * the tests of the streams. Folder, file, streams and client are the rig's own.
 */

import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ResultsFolder } from "../../rig/adapters/store/results-folder.ts";
import { RunFolder } from "../../rig/adapters/store/run-folder.ts";
import type { Operation } from "../../rig/core/history/operation.ts";
import type { RigParts, StartRun } from "../../rig/server/parts.ts";
import { type RigServer, startServer } from "../../rig/server/rig-server.ts";
import { temporaryFolder } from "./cli.ts";
import { aPlan } from "./plans.ts";

const TICK_MS = 10;

export interface Load {
  readonly count: number;
  readonly perSecond: number;
  /** Elements in the lists that are read. */
  readonly listLength: number;
}

export interface StreamSource extends AsyncDisposable {
  readonly server: RigServer;
  readonly url: string;
  /** Records so many operations at this rate; resolves when the run is over. */
  produce(load: Load): Promise<void>;
}

/** An invocation and its completion in turns; the completion has read a list of this length. */
export function operationAt(index: number, length: number): Operation {
  const process = (index >> 1) % 10;
  const isInvoke = index % 2 === 0;
  const list = Array.from({ length }, (_, at) => index + at);
  const type = isInvoke ? "invoke" : "ok";
  return {
    index,
    type,
    f: "txn",
    process,
    time: index * 100_000,
    value: [["r", index % 7, isInvoke ? null : list]],
  };
}

export async function streamSource(): Promise<StreamSource> {
  const outputDir = temporaryFolder();
  let load: Load = { count: 0, perSecond: 1, listLength: 0 };
  const run = async (start: StartRun) => {
    const { count, perSecond, listLength } = load;
    const names = { outputDir, scenario: "happy", name: `load-${count}`, nodes: 0 };
    const folder = RunFolder.create(names);
    const nothing = () => undefined;
    start.opened(`happy/${basename(folder.path)}`, {
      strike: nothing,
      lift: nothing,
      propose: () => null,
      conclude: nothing,
      flush: () => folder.flush(),
    });
    const startMs = performance.now();
    for (let index = 0; index < count; await sleep(TICK_MS)) {
      const due = Math.floor(((performance.now() - startMs) * perSecond) / 1000);
      for (; index < Math.min(due, count); index++) {
        const operation = operationAt(index, listLength);
        const entry = { type: "operation", time: operation.time, operation } as const;
        folder.record(entry);
        start.sink.record(entry);
      }
      folder.flush();
    }
    folder.close();
  };
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    allowOrigins: [],
    parts: partsOf(outputDir, run),
    webRoot: null,
    report: () => undefined,
  });
  return {
    server,
    url: `http://127.0.0.1:${server.port}`,
    async produce(next) {
      load = next;
      const options = { plan: aPlan({}), holder: "a test", pace: "none" } as const;
      await (await server.bench.start(options)).ended;
    },
    [Symbol.asyncDispose]: () => server.close("the test is over"),
  };
}

function partsOf(outputDir: string, run: RigParts["run"]): RigParts {
  const refuse = () => {
    throw new Error("this server only streams");
  };
  return {
    version: "0",
    plan: refuse,
    run,
    results: new ResultsFolder(outputDir),
    readFault: refuse,
    check: refuse,
  };
}
