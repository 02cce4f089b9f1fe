/** `rig history`: what clients did and nodes said, out of a capture of our own wire format. */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openTraceFile, type TraceFile } from "../../adapters/store/trace-file.ts";
import { jsonLinesOfHistory } from "../../core/history/write-history.ts";
import type { HeardRecord } from "../../core/rebuild/node-record.ts";
import { HistoryRebuilder, type RebuiltHistory } from "../../core/rebuild/rebuild-history.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { timeoutMs, wholeNumber } from "../numbers.ts";
import { TextOutput } from "../text-output.ts";
import { batchesUntil, readingNotes, tracePath } from "../trace-input.ts";
import { writeOutput } from "../write-output.ts";

interface HistoryArguments extends GlobalArguments {
  readonly trace: string;
  readonly nodes?: string | undefined;
  readonly output?: string | undefined;
  readonly "node-records"?: string | undefined;
  readonly force: boolean;
}

const NODES_MAX = 14;

export const historyCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "history <trace>",
      "Rebuild the history of a run from a capture of its bus, for `rig check`",
      (args) =>
        args
          .positional("trace", {
            type: "string",
            demandOption: true,
            describe: "Capture in any format, also gzip; - for standard input",
          })
          .option("nodes", {
            string: true,
            describe: "Nodes of the cluster [default: as run.json beside the trace says]",
          })
          .option("output", { string: true, describe: "File for the history, instead of stdout" })
          .option("node-records", {
            string: true,
            describe: "Folder for what each node said: node-0.jsonl and so on",
          })
          .option("force", {
            boolean: true,
            default: false,
            describe: "Write over files that exist",
          })
          .example("$0 history bus-can0.log --nodes 5 --output h.jsonl", "then: rig check h.jsonl"),
      (args) => finish(() => rebuild({ ...args, trace: tracePath(args.trace) })),
    );
  },
};

async function rebuild(args: HistoryArguments): Promise<ExitCode> {
  const untilMs = performance.now() + (timeoutMs(args.timeout) ?? Number.POSITIVE_INFINITY);
  const asked = wholeNumber("--nodes", args.nodes);
  if (asked !== undefined && (asked < 1 || asked > NODES_MAX)) {
    throw new RigError("usage.option", `--nodes is ${asked}: expected 1 to ${NODES_MAX}`);
  }
  refuseOutputs(args);
  const trace = await openTraceFile(args.trace);
  const records: HeardRecord[] = [];
  const keep = args["node-records"] !== undefined;
  const rebuilder = new HistoryRebuilder((record) => keep && records.push(record));
  let stopped: unknown = null;
  try {
    for await (const batch of batchesUntil(trace, untilMs)) {
      for (const record of batch) rebuilder.add(record);
    }
  } catch (error) {
    stopped = error;
    rebuilder.cut(error instanceof Error ? error.message : String(error));
  }
  const nodes = nodesOf(args, asked, rebuilder.nodesHeard);
  const history = rebuilder.finish(nodes);
  if (history.frames === 0 && stopped === null) {
    const text = `${trace.name}: no frame of the rig's wire format (docs/reference/wire.md)`;
    throw new RigError("input.malformed", text);
  }
  await write(args, history, records);
  report(args, { trace, history, nodes });
  if (stopped !== null) throw stopped;
  return history.gaps.length === 0 ? EXIT.valid : EXIT.unknown;
}

function refuseOutputs({ output, force }: HistoryArguments): void {
  if (output === undefined || force || !existsSync(output)) return;
  throw new RigError("output.not-writable", `${output}: there is such a file already`, {
    hint: "give another name, or --force to write over it",
  });
}

/**
 * Too small a number would acknowledge operations by too few replies, and nodes that are silent
 * are not heard: so it is never guessed.
 */
function nodesOf({ trace }: HistoryArguments, asked: number | undefined, heard: number): number {
  const nodes = asked ?? nodesOfRun(trace);
  const text = `nodes 0 to ${heard - 1} were heard`;
  if (nodes === null) {
    throw new RigError("usage.option", `--nodes is missing: ${text}: expected ${heard} or more`);
  }
  if (nodes < heard) {
    throw new RigError("usage.option", `--nodes is ${nodes}, but ${text}: expected ${heard}`);
  }
  return nodes;
}

/** As the run.json beside the trace says; null where there is none. */
function nodesOfRun(trace: string): number | null {
  const path = join(dirname(trace), "run.json");
  if (trace === "-" || !existsSync(path)) return null;
  try {
    const run = JSON.parse(readFileSync(path, "utf8")) as { plan?: { nodes?: unknown } };
    const nodes = run.plan?.nodes;
    return typeof nodes === "number" && nodes >= 1 && nodes <= NODES_MAX ? nodes : null;
  } catch {
    return null;
  }
}

async function write(
  args: HistoryArguments,
  { operations }: RebuiltHistory,
  records: readonly HeardRecord[],
): Promise<void> {
  const text = jsonLinesOfHistory(operations);
  if (args.output !== undefined) writeOutput(args.output, text, "history");
  else if (!args.json) {
    const stdout = new TextOutput(process.stdout);
    stdout.write(text);
    await stdout.flush();
  }
  const folder = args["node-records"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const nodes = [...new Set(records.map(({ node }) => node))].sort((a, b) => a - b);
  for (const node of nodes) {
    const own = records.filter((record) => record.node === node);
    const lines = own.map((record) => `${JSON.stringify(record)}\n`).join("");
    writeOutput(join(folder, `node-${node}.jsonl`), lines, "node record");
  }
}

interface Found {
  readonly trace: TraceFile;
  readonly history: RebuiltHistory;
  readonly nodes: number;
}

function report(args: HistoryArguments, { trace, history, nodes }: Found): void {
  const { operations, gaps, workload, frames, otherFrames } = history;
  const count = (type: string) => operations.filter((operation) => operation.type === type).length;
  const counts = { ok: count("ok"), fail: count("fail"), info: count("info") };
  const notes = readingNotes(trace.name, trace.info, trace.format);
  if (args.json) {
    const about = {
      file: trace.name,
      workload,
      nodes,
      frames,
      otherFrames,
      ...counts,
      gaps,
      notes,
    };
    process.stdout.write(`${JSON.stringify(about)}\n`);
    return;
  }
  if (args.quiet) return;
  const { ok, fail, info } = counts;
  const sum = `${ok} ok, ${fail} fail, ${info} info; ${frames} frames, ${otherFrames} others`;
  process.stderr.write(`rig: ${trace.name}: ${workload}: ${sum}\n`);
  for (const gap of gaps) process.stderr.write(`rig: unknown: ${gap}\n`);
  for (const note of notes) process.stderr.write(`rig: ${note}\n`);
}
