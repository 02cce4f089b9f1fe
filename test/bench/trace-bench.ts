/**
 * Readers of trace files: MB/s of each, and python-can on the same file where it can read that.
 * Both by processor time, within the process and without its start. Aim: ten times python-can.
 * The peer is Debian's `python3-can`; without it the rows stand alone.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTraceFile } from "../../rig/adapters/store/trace-file.ts";
import { TRACE_FORMATS, type TraceFormat } from "../../rig/core/trace/index.ts";
import type { BenchRow } from "./rows.ts";
import { writeTraceFile } from "./trace-file.ts";

const FRAMES = 60_000;
const ROUNDS = 3;
const FD_EVERY = 4;
const MEGABYTE = 1e6;

interface Subject {
  readonly format: string;
  readonly fdEvery: number;
  /** The ending by which python-can knows the format. */
  readonly peerEnding: string | null;
}

const SUBJECTS: readonly Subject[] = [
  { format: "candump", fdEvery: FD_EVERY, peerEnding: ".log" },
  { format: "asc", fdEvery: FD_EVERY, peerEnding: ".asc" },
  { format: "blf", fdEvery: FD_EVERY, peerEnding: ".blf" },
  { format: "trc-2.1", fdEvery: 0, peerEnding: ".trc" },
  { format: "trc-1.0", fdEvery: 0, peerEnding: ".trc" },
  { format: "python-can-csv", fdEvery: 0, peerEnding: ".csv" },
  { format: "gvret-csv", fdEvery: 0, peerEnding: null },
  { format: "busmaster", fdEvery: 0, peerEnding: null },
  { format: "pcap", fdEvery: FD_EVERY, peerEnding: null },
  { format: "pcapng", fdEvery: FD_EVERY, peerEnding: null },
];

const SCRIPT = join(import.meta.dirname, "../../../../test/bench-peers/python-can/read_trace.py");
/** Debian's python first: others on the path know nothing of Debian's packages. */
const PYTHONS = ["/usr/bin/python3", "python3"];

export async function* benchTraces(): AsyncGenerator<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), "rig-bench-"));
  const python = PYTHONS.find((each) => spawnSync(each, ["-c", "import can"]).status === 0);
  if (python === undefined) {
    process.stdout.write("python-can is not here (Debian: apt-get install python3-can)\n");
  }
  try {
    for (const subject of SUBJECTS) yield await rowOf(subject, folder, python);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function rowOf(subject: Subject, folder: string, python?: string): Promise<BenchRow> {
  const { format: name, fdEvery, peerEnding } = subject;
  const format = TRACE_FORMATS.find((each) => each.name === name) as TraceFormat;
  const path = join(folder, `${name}${peerEnding ?? ".trace"}`);
  writeTraceFile(path, format, { frames: FRAMES, fdEvery });
  const megabytes = statSync(path).size / MEGABYTE;
  let seconds = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) seconds = Math.min(seconds, await readSeconds(path));
  const row = { name: `read ${name}`, value: megabytes / seconds, unit: "MB/s" };
  if (peerEnding === null || python === undefined) return row;
  const [version, frames, peerSeconds] = peerOf(python, path);
  if (Number(frames) !== FRAMES) throw new Error(`python-can reads ${frames} frames of ${name}`);
  const times = (Number(peerSeconds) / seconds).toFixed(1);
  return { ...row, ratio: `${times} times python-can ${version}` };
}

/** Of processor time, all threads of this process. */
async function readSeconds(path: string): Promise<number> {
  const before = process.cpuUsage();
  const trace = await openTraceFile(path);
  let frames = 0;
  for await (const batch of trace.batches()) {
    for (const record of batch) if (record.kind === "data") frames++;
  }
  const { user, system } = process.cpuUsage(before);
  if (frames !== FRAMES) throw new Error(`${path}: ${frames} frames of ${FRAMES}`);
  return (user + system) / 1e6;
}

/** The best of the rounds. */
function peerOf(python: string, path: string): string[] {
  const runs = Array.from({ length: ROUNDS }, () => {
    const { stdout, stderr, status } = spawnSync(python, [SCRIPT, path], { encoding: "utf8" });
    if (status !== 0) throw new Error(`python-can: ${stderr}`);
    return stdout.trim().split(" ");
  });
  return runs.toSorted((a, b) => Number(a[2]) - Number(b[2]))[0] ?? [];
}
