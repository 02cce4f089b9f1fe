/**
 * The folder of one run: its record, written as it happens, and what is derived from it. Entries
 * gather in memory and reach the files at each `flush`; what was flushed survives the death of the
 * rig. `run.json` says "running" until the end, and alone holds wall-clock times, host and paths.
 */

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { CanFrame } from "../../core/can/frame.ts";
import type { NodeRecord } from "../../core/consensus/node-core.ts";
import { jsonOfOperation } from "../../core/history/write-history.ts";
import type { RunRecord, RunSink } from "../../core/run/record.ts";
import { formatCandumpLine } from "../../core/trace/candump.ts";
import { AppendFile, writeFailed } from "./append-file.ts";
import { makeResultFolder, notWritable } from "./folders.ts";

/** Characters that may gather before they are written out by themselves. */
const GATHERED_MAX = 1 << 18;

export const CHANNEL = "can0";

export interface RunFolderOptions {
  readonly outputDir: string;
  readonly scenario: string;
  /** Name of the folder: UTC time and seed. */
  readonly name: string;
  readonly nodes: number;
  /** Clients live on the nodes: each node's history is kept in a file of its own. */
  readonly hasResidents?: boolean;
}

export class RunFolder implements RunSink {
  readonly path: string;
  readonly #outputDir: string;
  readonly #scenario: string;
  readonly #events: AppendFile;
  readonly #history: AppendFile;
  readonly #bus: AppendFile;
  readonly #nodes: readonly AppendFile[];
  readonly #nodeHistories: readonly AppendFile[];
  /** In the order of writing: what the events tell of is then in the other files already. */
  readonly #all: readonly AppendFile[];

  private constructor(path: string, options: RunFolderOptions) {
    this.path = path;
    this.#outputDir = options.outputDir;
    this.#scenario = options.scenario;
    const file = (name: string) => AppendFile.create(join(path, name), GATHERED_MAX);
    this.#events = file("events.jsonl");
    this.#history = file("history.jsonl");
    this.#bus = file(`bus-${CHANNEL}.log`);
    const { nodes, hasResidents = false } = options;
    this.#nodes = Array.from({ length: nodes }, (_, node) => file(`node-${node}.jsonl`));
    this.#nodeHistories = Array.from({ length: hasResidents ? nodes : 0 }, (_, node) =>
      file(`node-${node}-history.jsonl`),
    );
    this.#all = [this.#bus, ...this.#nodes, ...this.#nodeHistories, this.#history, this.#events];
  }

  /** Makes the folder, and `latest` beside it. Throws `output.not-writable`. */
  static create(options: RunFolderOptions): RunFolder {
    const { outputDir, scenario, name } = options;
    const path = makeResultFolder(outputDir, scenario, name);
    try {
      return new RunFolder(path, options);
    } catch (error) {
      throw notWritable(outputDir, error);
    }
  }

  record(entry: RunRecord): void {
    if (entry.type === "operation") {
      const operation = jsonOfOperation(entry.operation);
      this.#history.line(operation);
      this.#events.line(`{"type":"operation","time":${entry.time},"operation":${operation}}`);
      return;
    }
    if (entry.type === "node-history") {
      this.#nodeHistories[entry.record.node]?.line(JSON.stringify(entry.record));
    }
    this.#events.line(JSON.stringify(entry));
  }

  node(node: number, boot: number, timeNs: number, record: NodeRecord): void {
    const line = JSON.stringify({ time: timeNs, node, boot, ...record });
    (this.#nodes[node] as AppendFile).line(line);
  }

  frame(timeNs: number, frame: CanFrame): void {
    this.#bus.line(formatCandumpLine(timeNs, CHANNEL, frame));
  }

  /** Writes out what has gathered. Throws `output.write-failed`. */
  flush(): void {
    for (const file of this.#all) file.flush();
  }

  close(): void {
    this.flush();
    for (const file of this.#all) file.close();
  }

  /** Replaces a file as a whole: a reader sees the old one or the new one. */
  write(name: string, text: string): void {
    writeWhole(join(this.path, name), text);
  }

  /** The history of the last run of a scenario, where scripts look for it. */
  writeLastHistory(text: string): void {
    writeWhole(join(this.#outputDir, `${this.#scenario}-history.json`), text);
  }
}

export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeFailed(path, error);
  }
}

export function scenarioOfFolder(path: string): string {
  return basename(dirname(path));
}
