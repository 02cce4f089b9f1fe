/**
 * What the rig writes, python-can reads, frame for frame; and the reverse. In one process of Debian's
 * python3-can for all formats that both know.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { FrameRecord, TraceRecord } from "../../rig/core/trace/index.ts";
import { itNeeds } from "../support/needs.ts";
import { framesOf, readTrace, writeTrace } from "../unit/trace/read-trace.ts";

/** Debian's: another on the path knows nothing of Debian's packages. */
const PYTHON = "/usr/bin/python3";
const has = spawnSync(PYTHON, ["-c", "import can"]).status === 0;
const itWithPeer = itNeeds({ has, what: "Debian's package python3-can" });
const SCRIPT = join(import.meta.dirname, "python_can_traces.py");
const OWN = join(import.meta.dirname, "../../fixtures/traces/own/mix.log");

type Frame = readonly (number | string | boolean)[];

interface Subject {
  readonly format: string;
  readonly ending: string;
  /** Frames that python-can 4.1 can read from it, and those that it can write to it. */
  readonly read: (frame: FrameRecord) => boolean;
  readonly written: (frame: FrameRecord) => boolean;
  /** Which of the frames that come back are looked at. */
  readonly kept: (frame: FrameRecord) => boolean;
  readonly compared: (frame: Frame) => Frame;
}

const isRemote = (frame: FrameRecord) => frame.kind === "remote";
const isPlain = (frame: FrameRecord) =>
  frame.fd === false &&
  (frame.dlc ?? 9) <= 8 &&
  (isRemote(frame) || frame.dlc === frame.data.length);
/** An FD frame without data is a remote frame to python-can's reader of ASC. */
const isEmptyFd = (frame: FrameRecord) => frame.fd === true && frame.data.length === 0;
/** Its logs have no length of remote frames; its TRC has no remote frames at all. */
const isData = (frame: FrameRecord) => isPlain(frame) && !isRemote(frame);
const isWhole = (frame: FrameRecord) => !isRemote(frame);
const all = () => true;
const whole = (frame: Frame) => frame;
/** Channels are numbers there, and stamps count from the start. */
const content = (frame: Frame) => frame.slice(2);
const hasLength = (frame: FrameRecord) => frame.fd === true || isPlain(frame);
const notEmptyFd = (frame: FrameRecord) => hasLength(frame) && !isEmptyFd(frame);
const SUBJECTS: readonly Subject[] = [
  {
    format: "candump",
    ending: ".log",
    read: hasLength,
    written: isData,
    kept: isWhole,
    compared: whole,
  },
  {
    format: "asc",
    ending: ".asc",
    read: notEmptyFd,
    written: isPlain,
    kept: all,
    compared: content,
  },
  {
    format: "blf",
    ending: ".blf",
    read: hasLength,
    written: isPlain,
    kept: all,
    compared: content,
  },
  {
    format: "trc-2.1",
    ending: ".trc",
    read: isData,
    written: isData,
    kept: isWhole,
    compared: content,
  },
  {
    format: "python-can-csv",
    ending: ".csv",
    read: isPlain,
    written: isPlain,
    kept: all,
    compared: content,
  },
];

function frameOf(record: FrameRecord): Frame {
  const { time, channel, id, extended, kind, fd, brs, esi, dlc, data } = record;
  const stamp = (time?.seconds ?? 0) * 1e6 + Math.round((time?.nanoseconds ?? 0) / 1e3);
  const flags = [kind === "remote", fd === true, brs === true, esi === true];
  const length = fd === true ? data.length : (dlc ?? 0);
  return [stamp, channel, id, extended, ...flags, length, Buffer.from(data).toString("hex")];
}

const source = readTrace(new Uint8Array(readFileSync(OWN)));
const folder = mkdtempSync(join(tmpdir(), "rig-interop-"));
afterAll(() => rmSync(folder, { recursive: true }));

let theirs: Readonly<Record<string, readonly Frame[]>> = {};
const chosen = (subject: Subject) => framesOf(source.records).filter(subject.read);
const ours = ({ format, ending }: Subject) => join(folder, `ours-${format}${ending}`);
const written = ({ format, ending }: Subject) => join(folder, `theirs-${format}${ending}`);

beforeAll(() => {
  if (!has) return;
  for (const subject of SUBJECTS) {
    const records: readonly TraceRecord[] = chosen(subject);
    writeFileSync(ours(subject), writeTrace(subject.format, records, source.info).bytes);
  }
  const frames = framesOf(source.records).filter(isPlain).map(frameOf);
  const wish = { read: SUBJECTS.map(ours), write: SUBJECTS.map(written), frames };
  const { stdout, stderr } = spawnSync(PYTHON, [SCRIPT], {
    input: JSON.stringify(wish),
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(stderr);
  theirs = JSON.parse(stdout);
});

describe.each(SUBJECTS)("$format", (subject) => {
  itWithPeer("that the rig wrote is read by python-can", () => {
    const read = theirs[ours(subject)] ?? [];
    const expected = chosen(subject).map(frameOf);
    expect(expected.length).toBeGreaterThan(30);
    expect(read.map(subject.compared)).toEqual(expected.map(subject.compared));
  });

  itWithPeer("that python-can wrote is read by the rig", () => {
    const { records, error } = readTrace(new Uint8Array(readFileSync(written(subject))));
    expect(error).toBeUndefined();
    const expected = framesOf(source.records).filter(subject.written).map(frameOf);
    const read = framesOf(records).filter(subject.kept).map(frameOf);
    expect(read.map(subject.compared)).toEqual(expected.map(subject.compared));
  });
});
