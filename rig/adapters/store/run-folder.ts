/**
 * The folder of one run: its record, written as it happens, and what is derived from it. Entries
 * gather in memory and reach the files at each `flush`; what was flushed survives the death of the
 * rig. `run.json` says "running" until the end, and alone holds wall-clock times, host and paths.
 */

import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { CanFrame } from "../../core/can/frame.ts";
import type { NodeRecord } from "../../core/consensus/node-core.ts";
import { jsonOfOperation } from "../../core/history/write-history.ts";
import type { RunRecord, RunSink } from "../../core/run/record.ts";
import { formatCandumpLine } from "../../core/trace/candump.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { AppendFile, isNoRoom, writeFailed } from "./append-file.ts";

/** Characters that may gather before they are written out by themselves. */
const GATHERED_MAX = 1 << 18;

export const CHANNEL = "can0";

export interface RunFolderOptions {
  readonly outputDir: string;
  readonly scenario: string;
  /** Name of the folder: UTC time and seed. */
  readonly name: string;
  readonly nodes: number;
}

export class RunFolder implements RunSink {
  readonly path: string;
  readonly #outputDir: string;
  readonly #scenario: string;
  readonly #events: AppendFile;
  readonly #history: AppendFile;
  readonly #bus: AppendFile;
  readonly #nodes: readonly AppendFile[];

  private constructor(path: string, options: RunFolderOptions) {
    this.path = path;
    this.#outputDir = options.outputDir;
    this.#scenario = options.scenario;
    const file = (name: string) => AppendFile.create(join(path, name), GATHERED_MAX);
    this.#events = file("events.jsonl");
    this.#history = file("history.jsonl");
    this.#bus = file(`bus-${CHANNEL}.log`);
    this.#nodes = Array.from({ length: options.nodes }, (_, node) => file(`node-${node}.jsonl`));
  }

  /** Makes the folder, and `latest` beside it. Throws `output.not-writable`. */
  static create(options: RunFolderOptions): RunFolder {
    const parent = resolve(options.outputDir, options.scenario);
    try {
      makeFolders(parent);
      const path = makeFresh(join(options.outputDir, options.scenario, options.name));
      pointLatest(parent, path);
      return new RunFolder(path, options);
    } catch (error) {
      if (error instanceof RigError) throw error;
      if (isNoRoom(error)) throw writeFailed(options.outputDir, error);
      const { code } = error as NodeJS.ErrnoException;
      throw new RigError(
        "output.not-writable",
        `${options.outputDir}: the output folder is not writable (${code}): ` +
          "expected a folder that this user may write to",
        { cause: error },
      );
    }
  }

  record(entry: RunRecord): void {
    if (entry.type === "operation") {
      const operation = jsonOfOperation(entry.operation);
      this.#history.line(operation);
      this.#events.line(`{"type":"operation","time":${entry.time},"operation":${operation}}`);
    } else this.#events.line(JSON.stringify(entry));
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
    // The events go last: what they tell of is then in the other files already.
    for (const file of [this.#bus, ...this.#nodes, this.#history, this.#events]) file.flush();
  }

  close(): void {
    this.flush();
    for (const file of [this.#bus, ...this.#nodes, this.#history, this.#events]) file.close();
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

/** Folder by folder: Node's own recursive form never returns for paths such as /proc/x. */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  mkdirSync(path);
}

/** Two runs with one seed in one millisecond get folders of their own. */
function makeFresh(wanted: string): string {
  for (let attempt = 1; ; attempt++) {
    const path = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt === 1000) throw error;
    }
  }
}

function pointLatest(parent: string, path: string): void {
  const link = join(parent, "latest");
  const temporary = join(parent, `.latest-${basename(path)}`);
  try {
    symlinkSync(basename(path), temporary);
    renameSync(temporary, link);
  } catch {
    // Some file systems have no links: the folder itself is what counts.
    rmSync(temporary, { force: true });
  }
}

export function scenarioOfFolder(path: string): string {
  return basename(dirname(path));
}
