/**
 * The readers on real files: the counts that independent walks over the files gave. The corpus is
 * not part of the repository; without it, the samples under fixtures/traces/own stand for it.
 */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { FrameRecord } from "../../../rig/core/trace/index.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";
import { expectSame } from "../../support/same.ts";
import {
  countRecords,
  formatHexBytes,
  framesOf,
  gunzip,
  type ReadTrace,
  readTrace,
} from "./read-trace.ts";

const CORPUS = path.join(import.meta.dirname, "../../../../shared/corpus/traces");

function readCorpus(file: string, chunk?: number): ReadTrace {
  const bytes = new Uint8Array(readFileSync(path.join(CORPUS, file)));
  const content = file.endsWith(".gz") ? gunzip(bytes) : bytes;
  return readTrace(content, chunk === undefined ? {} : { chunk });
}

const MIX = { data: 67, remote: 22, fd: 161, brs: 123, esi: 42, error: 9, extended: 79 };
const MIX_UNKNOWN_FLAGS = { ...MIX, brs: 0, esi: 0, brsUnknown: 161 };

const MIX_BLF = { data: 38, remote: 12, fd: 161, error: 1, brs: 123, esi: 42, extended: 62 };
const TRC = { data: 10, remote: 1, event: 1, extended: 7 };

type Row = readonly [file: string, format: string, counts: Record<string, number>];

const WHOLE: readonly Row[] = [
  ["own/captured/mix.log", "candump", MIX],
  ["own/captured/mix_x.log", "candump", MIX],
  ["own/captured/mix_ns.log", "candump", MIX],
  ["own/captured/mix_default_ta_x_e.txt", "candump-screen", MIX],
  ["own/captured/mix_tA_a.txt", "candump-screen", MIX_UNKNOWN_FLAGS],
  ["own/captured/mix_td_8.txt", "candump-screen", { data: 67, remote: 22, fd: 81 }],
  ["own/captured/mix_tz_bin_swap.txt", "candump-screen", { data: 67, remote: 22, fd: 81 }],
  ["own/captured/mix_color.txt", "candump-screen", { ...MIX_UNKNOWN_FLAGS, error: 0 }],
  ["own/captured/load_with_drops.log", "candump", { data: 595, event: 3 }],
  ["own/converted/mix_pc_source.log", "candump", { data: 38, remote: 12, fd: 161, error: 1 }],
  ["own/converted/mix_pycan.log", "candump", { data: 38, remote: 12, fd: 161, error: 1 }],
  ["own/dbc-matched/dbc_socialledge.log", "candump", { data: 164 }],
  ["own/dbc-matched/dbc_foobar.log", "candump", { data: 460, fd: 20, brs: 20, extended: 460 }],
  ["own/dbc-matched/dbc_motohawk.log", "candump", { data: 40 }],
  ["savvycan/candump.log", "candump", { data: 12974 }],
  ["icsim/sample-can.log", "candump", { data: 6158 }],
  ["python-can/logfile.asc", "asc", { data: 10, remote: 4, error: 4, fd: 2, event: 12 }],
  ["python-can/issue_1299.asc", "asc", { data: 4 }],
  ["python-can/single_frame.asc", "asc", { data: 1, fdUnknown: 1, extended: 1 }],
  ["python-can/test_CanErrorFrames.asc", "asc", { error: 4 }],
  ["python-can/test_CanFdMessage.asc", "asc", { fd: 3, brs: 2, esi: 2, extended: 1 }],
  ["python-can/test_CanFdRemoteMessage.asc", "asc", { remote: 1, extended: 1 }],
  ["python-can/test_CanMessage.asc", "asc", { data: 2 }],
  ["python-can/test_CanMessage.asc.gz", "asc", { data: 2 }],
  ["python-can/test_CanRemoteMessage.asc", "asc", { remote: 3 }],
  ["ecubus/EngineDiagData.asc", "asc", { data: 36 }],
  ["own/converted/mix_log2asc.asc", "asc", MIX],
  ["own/converted/mix_log2asc_4nr.asc", "asc", MIX],
  ["own/converted/mix_log2asc_f.asc", "asc", { data: 76, fdUnknown: 76, remote: 22, fd: 161 }],
  ["own/converted/mix_log2asc_x.asc", "asc", { data: 76, remote: 22, fd: 161, brs: 123, esi: 42 }],
  ["own/converted/mix_abs.asc", "asc", { data: 38, remote: 12, fd: 161, error: 1, extended: 62 }],
  ["own/converted/mix_rel.asc", "asc", { data: 38, remote: 12, fd: 161, error: 1, extended: 62 }],
  ["python-can/test_CanMessage.trc", "trc-2.1", { data: 2 }],
  ["python-can/test_CanMessage_V1_0_BUS1.trc", "trc-1.0", TRC],
  ["python-can/test_CanMessage_V1_1.trc", "trc-1.1", TRC],
  ["python-can/test_CanMessage_V2_0_BUS1.trc", "trc-2.0", TRC],
  ["own/converted/mix_v10.trc", "trc-1.0", { data: 38 }],
  ["own/converted/mix_v21.trc", "trc-2.1", { data: 38 }],
  ["own/converted/mix.csv", "python-can-csv", { data: 128, fd: 71, remote: 12, error: 1 }],
  ["savvycan/GVRET_Log.csv", "gvret-csv", { data: 12974, fdUnknown: 12974 }],
  ["savvycan/GenericID_Log.csv", "id-data-csv", { data: 12974 }],
  ["savvycan/BusMasterLog.log", "busmaster", { data: 12974 }],
  [
    "own/captured/mix_vcan0.pcap",
    "pcap",
    { data: 67, remote: 22, fd: 81, error: 9, brsUnknown: 81 },
  ],
  ["own/captured/mix_two_ifaces.pcapng", "pcapng", { data: 67, remote: 22, fd: 161, error: 9 }],
  ["own/captured/mix_any_sll.pcap", "pcap", MIX],
  ["own/dbc-matched/dbc_socialledge.pcapng", "pcapng", { data: 164 }],
  ["own/dbc-matched/dbc_foobar.pcapng", "pcapng", { data: 460, fd: 20, extended: 460 }],
  ["own/dbc-matched/dbc_motohawk.pcapng", "pcapng", { data: 40 }],
  ["scapy/candump_uds_scanner.pcap.gz", "pcap", { data: 9434, extended: 0 }],
  ["scapy/gmlan_trace.pcap.gz", "pcap", { data: 1087, extended: 0 }],
  ["scapy/canfd.pcap.gz", "pcap", { fd: 4, brs: 4 }],
  ["own/converted/mix.blf", "blf", MIX_BLF],
  ["own/converted/mix_small_containers.blf", "blf", MIX_BLF],
  ["own/converted/mix_uncompressed.blf", "blf", MIX_BLF],
  ["ecubus/Logging.blf", "blf", { data: 826, error: 1700, event: 232 + 82 + 5 }],
  ["python-can/test_CanErrorFrameExt.blf", "blf", { error: 2 }],
  ["python-can/test_CanFdMessage.blf", "blf", { fd: 2 }],
  ["python-can/test_CanFdMessage64.blf", "blf", { fd: 2 }],
  ["python-can/test_CanMessage.blf", "blf", { data: 2 }],
  ["vector_blf/binlog/test_CanErrorFrame.blf", "blf", { error: 2 }],
  ["vector_blf/binlog/test_CanOverloadFrame.blf", "blf", { overload: 2 }],
  ["vector_blf/binlog/test_CanDriverError.blf", "blf", { event: 2 }],
  ["vector_blf/converter/test_CanMessage.blf", "blf", { data: 2, extended: 2 }],
  ["vector_blf/converter/test_CanErrorFrameExt.blf", "blf", { error: 1 }],
  ["vector_blf/errors/FileWithUnknownObjectType.blf", "blf", { data: 1 }],
];

describe.skipIf(!existsSync(CORPUS))("the trace corpus", () => {
  it.each(WHOLE)("%s is read as %s in full", (file, format, counts) => {
    const read = readCorpus(file);
    expect(read.error).toBeUndefined();
    expect(read.format).toBe(format);
    const found = countRecords(read.records);
    const asked = Object.keys(counts).map((key) => [key, found[key] ?? 0]);
    expect(Object.fromEntries(asked)).toEqual(counts);
    const kinds = ["data", "remote", "fd", "error", "overload"].filter((kind) => !(kind in counts));
    expect(kinds.filter((kind) => found[kind] !== undefined)).toEqual([]);
  });

  it.each(WHOLE)(
    "%s gives the same in small chunks",
    (file) => {
      const whole = readCorpus(file);
      for (const chunk of [7, 4093]) {
        const read = readCorpus(file, chunk);
        expectSame(read.records, whole.records);
        expect(read.info).toEqual(whole.info);
      }
    },
    120_000,
  );

  it.each([
    ["vector_blf/errors/FileWithTruncatedCanMessage.blf", "offset 192: the file ends within"],
    ["vector_blf/errors/FileWithTruncatedCompressedLogContainer.blf", "offset 144: the file ends"],
  ])("%s gives its whole object, then says where it is cut", (file, message) => {
    const read = readCorpus(file);
    expect(countRecords(read.records)).toMatchObject({ data: 1 });
    expect(read.error).toBeInstanceOf(RigError);
    expect((read.error as RigError).message).toContain(message);
  });

  it("tells what was left out of the files that hold more than frames", () => {
    const skipped = (file: string) =>
      Object.fromEntries(readCorpus(file).info.skipped.map(({ what, count }) => [what, count]));
    expect(skipped("ecubus/Logging.blf")).toEqual({
      "system variables": 861,
      "objects of type 128": 1,
      "index objects": 1,
    });
    const unknown = skipped("vector_blf/errors/FileWithUnknownObjectType.blf");
    expect(unknown).toMatchObject({ "objects of type 160": 1 });
    expect(skipped("own/captured/mix_default_ta_x_e.txt")).toEqual({
      "words for error frames": 14,
    });
  });

  it("reads one recording the same from SavvyCAN's four formats", () => {
    const [first, ...others] = [
      "savvycan/candump.log",
      "savvycan/GVRET_Log.csv",
      "savvycan/GenericID_Log.csv",
      "savvycan/BusMasterLog.log",
    ].map((file) => framesOf(readCorpus(file).records).map(contentOf));
    for (const other of others) expect(other).toEqual(first);
  });

  it("reads one recording the same from the versions of TRC", () => {
    const files = ["V1_0_BUS1", "V1_1", "V2_0_BUS1"].map(
      (name) => readCorpus(`python-can/test_CanMessage_${name}.trc`).records,
    );
    const [first, ...others] = files.map((records) => framesOf(records).map(contentOf));
    for (const other of others) expect(other).toEqual(first);
    expect(framesOf(files[2] ?? []).map(({ direction }) => direction)).toEqual([
      ...Array.from({ length: 10 }, () => "tx"),
      "rx",
    ]);
  });

  it("reads the bytes that Scapy left in the host's order", () => {
    const { info, records } = readCorpus("scapy/gmlan_trace.pcap.gz");
    expect(info.assumed[0]?.what).toContain("little-endian");
    expect(framesOf(records).every(({ id }) => id <= 0x7ff)).toBe(true);
  });
});

function contentOf({ kind, id, extended, data }: FrameRecord) {
  return [kind, id, extended, formatHexBytes(data)];
}
