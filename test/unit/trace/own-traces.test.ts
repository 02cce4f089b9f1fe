/** One capture in many formats: each says the same as far as it can, and null where it can't. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { FrameRecord, TraceRecord } from "../../../rig/core/trace/index.ts";
import { nanosecondsOf } from "../../../rig/core/trace/trace-time.ts";
import { countRecords, formatHexBytes, framesOf, readTrace, writeTrace } from "./read-trace.ts";

const FOLDER = path.join(import.meta.dirname, "../../../fixtures/traces/own");
const read = (file: string, chunk?: number) =>
  readTrace(new Uint8Array(readFileSync(path.join(FOLDER, file))), chunk ? { chunk } : {});

const MIX = read("mix.log");
/** What the converted files were made from: one error frame, classic frames without raw codes. */
const CONVERTED = read("mix.blf");

function contentOf({ kind, id, extended, data }: FrameRecord): string {
  return `${kind} ${id.toString(16)}${extended ? "x" : ""} ${formatHexBytes(data)}`;
}
const contents = (records: readonly TraceRecord[]) => framesOf(records).map(contentOf);

/** Times since the first record, in nanoseconds. */
function times(records: readonly TraceRecord[]): bigint[] {
  const all = records.flatMap(({ time }) => (time === null ? [] : [nanosecondsOf(time)]));
  return all.map((time) => time - (all[0] ?? 0n));
}

const ALL: readonly (readonly [file: string, format: string, counts: object])[] = [
  ["mix.log", "candump", { data: 67, remote: 22, fd: 161, error: 9, brs: 123, esi: 42 }],
  ["mix_default_ta_x_e.txt", "candump-screen", { data: 67, remote: 22, fd: 161, error: 9 }],
  ["mix_td_8.txt", "candump-screen", { data: 67, remote: 22, fd: 81, brsUnknown: 81 }],
  ["mix_tz_bin_swap.txt", "candump-screen", { data: 67, remote: 22, fd: 81, brsUnknown: 81 }],
  ["mix_rel.asc", "asc", { data: 38, remote: 12, fd: 161, error: 1, brs: 123, esi: 42 }],
  ["mix_log2asc_f.asc", "asc", { data: 76, fdUnknown: 76, remote: 22, fd: 161, brs: 123 }],
  ["mix_v10.trc", "trc-1.0", { data: 38 }],
  ["mix_v21.trc", "trc-2.1", { data: 38 }],
  ["mix.csv", "python-can-csv", { data: 128, fd: 71, remote: 12, error: 1, fdUnknown: 128 }],
  ["mix_vcan0.pcap", "pcap", { data: 67, remote: 22, fd: 81, error: 9, brsUnknown: 81 }],
  ["mix_any_sll.pcap", "pcap", { data: 67, remote: 22, fd: 161, error: 9, brs: 123, esi: 42 }],
  ["mix_two_ifaces.pcapng", "pcapng", { data: 67, remote: 22, fd: 161, error: 9 }],
  ["mix.blf", "blf", { data: 38, remote: 12, fd: 161, error: 1, brs: 123, esi: 42 }],
  ["mix_small_containers.blf", "blf", { data: 38, remote: 12, fd: 161, error: 1 }],
  ["mix_uncompressed.blf", "blf", { data: 38, remote: 12, fd: 161, error: 1 }],
];

describe("the capture of ours", () => {
  it.each(ALL)("is read from %s as %s, in chunks of any size", (file, format, counts) => {
    const whole = read(file);
    expect(whole.error).toBeUndefined();
    expect(whole.format).toBe(format);
    expect(countRecords(whole.records)).toMatchObject(counts);
    for (const chunk of [1, 5, 1021]) {
      const again = read(file, chunk);
      expect(again.records).toEqual(whole.records);
      expect(again.info).toEqual(whole.info);
    }
  });

  it.each(["mix_default_ta_x_e.txt", "mix_any_sll.pcap"])(
    "has the same frames in %s as in the log",
    (file) => {
      expect(contents(read(file).records)).toEqual(contents(MIX.records));
    },
  );

  it("has the same times on the screen as in the log", () => {
    expect(times(read("mix_default_ta_x_e.txt").records)).toEqual(times(MIX.records));
  });

  it.each(["vcan0", "vcan1"])("has the same frames of %s in pcapng as in the log", (channel) => {
    // The recorders merged the two interfaces in different order.
    const ofChannel = (records: readonly TraceRecord[]) =>
      contents(records.filter((record) => record.channel === channel));
    const { records } = read("mix_two_ifaces.pcapng");
    expect(ofChannel(records)).toEqual(ofChannel(MIX.records));
  });

  it("adds up stamps that are differences", () => {
    const since = read("mix_tz_bin_swap.txt");
    const differences = read("mix_td_8.txt");
    expect(differences.info.assumed[0]?.what).toContain("since the frame before");
    expect(contents(differences.records)).toEqual(contents(since.records));
    expect(times(differences.records)).toEqual(times(since.records));
  });

  it("keeps raw length codes", () => {
    const raw = (file: string) => framesOf(read(file).records).map(({ dlc }) => dlc);
    expect(raw("mix.log").filter((dlc) => dlc !== null && dlc > 8)).not.toHaveLength(0);
    expect(raw("mix_td_8.txt")).toEqual(
      framesOf(MIX.records.filter(({ channel }) => channel === "vcan0")).map(({ dlc }) => dlc),
    );
  });

  it("is the same in Vector's formats", () => {
    const asc = read("mix_rel.asc");
    const frames = framesOf(asc.records);
    const converted = framesOf(CONVERTED.records);
    expect(frames.map(contentOf)).toEqual(converted.map(contentOf));
    expect(frames.map(({ fd, brs, esi }) => [fd, brs, esi])).toEqual(
      converted.map(({ fd, brs, esi }) => [fd, brs, esi]),
    );
    for (const file of ["mix_small_containers.blf", "mix_uncompressed.blf"]) {
      const other = read(file);
      expect(contents(other.records)).toEqual(contents(CONVERTED.records));
      expect(times(other.records)).toEqual(times(CONVERTED.records));
    }
  });

  it("is told to be an old recording in little-endian order only where it is", () => {
    expect(read("mix_vcan0.pcap").info.assumed).toEqual([]);
    expect(read("mix_two_ifaces.pcapng").info.assumed).toEqual([]);
  });

  it("comes back from candump logs and pcapng without any loss", () => {
    for (const name of ["candump", "pcapng"]) {
      const { bytes, losses } = writeTrace(name, MIX.records, MIX.info);
      expect(losses).toEqual([]);
      const again = readTrace(bytes);
      expect(contents(again.records)).toEqual(contents(MIX.records));
      expect(times(again.records)).toEqual(times(MIX.records));
    }
    const { bytes } = writeTrace("candump", MIX.records, MIX.info);
    expect(Buffer.from(bytes).toString()).toBe(readFileSync(path.join(FOLDER, "mix.log"), "utf8"));
  });

  it("says what TRC 1.1 and CSV can't hold of it", () => {
    const losses = (name: string) =>
      Object.fromEntries(
        writeTrace(name, MIX.records, MIX.info).losses.map(({ what, count }) => [what, count]),
      );
    expect(losses("trc-1.1")).toMatchObject({ "FD frames": 161, "error frames": 9 });
    expect(losses("python-can-csv")).toMatchObject({ "FD frames": 161 });
    expect(losses("asc")).toMatchObject({
      "channel names: written as numbers": 259,
      "that the direction is unknown: written as Rx": 250,
      "classes and details of error frames": 9,
    });
  });
});
