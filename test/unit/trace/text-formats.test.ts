/** What single lines of the text formats mean, above all where they are ambiguous. */

import { describe, expect, it } from "vitest";
import { detectFormat, type TraceRecord } from "../../../rig/core/trace/index.ts";
import { bytesOf, readTrace, withoutPlaces, writeTrace } from "./read-trace.ts";

function readLines(as: string, ...lines: string[]) {
  return readTrace(bytesOf(lines.join("\r\n")), { as });
}
const only = (as: string, ...lines: string[]) => {
  const { records, error } = readLines(as, ...lines);
  expect(error).toBeUndefined();
  expect(records).toHaveLength(1);
  return records[0] as TraceRecord;
};
const message = (as: string, ...lines: string[]) =>
  (readLines(as, ...lines).error as Error | undefined)?.message;

describe("candump logs", () => {
  it("tell where frames were dropped", () => {
    const text = "DROPCOUNT: dropped 708 CAN frames on 'vcan0' socket (total drops 708)";
    expect(only("candump", text)).toMatchObject({ event: "hole", channel: "vcan0", text });
  });

  it("have XL frames left out, and say so", () => {
    const { records, info } = readLines("candump", "(1.0) can0 00123#80:00:00000000#11");
    expect(records).toEqual([]);
    expect(info.skipped).toEqual([{ what: "CAN XL frames", count: 1, firstAt: 1 }]);
  });

  it("fill up FD frames of no possible length", () => {
    const { records, info } = readLines("candump", `(1.0) can0 123##1${"AB".repeat(9)}\n`);
    expect(records[0]).toMatchObject({ dlc: 9, brs: true, esi: false });
    expect((records[0] as { data: Uint8Array }).data).toHaveLength(12);
    expect(info.assumed).toHaveLength(1);
  });

  it("tell of a last line without an end, which may be cut", () => {
    const { records, info } = readLines("candump", "(1.0) can0 123#1122\n(2.0) can0 123#11");
    expect(records).toHaveLength(2);
    expect(info.assumed).toMatchObject([{ what: "the last line has no end: taken as whole" }]);
  });

  it.each([
    ["(1.0) can0 123#112", "pairs of digits"],
    ["(1.0) can0 1234#11", "identifier 1234"],
    ["(1.0) can0 123#11_9", "length code"],
    [`(1.0) can0 123#${"00".repeat(9)}`, "9 bytes in a classic frame"],
    [`(1.0) can0 123##4${"00".repeat(65)}`, "65 bytes in an FD frame"],
    ["(1.0) can0 123##", "flag digit"],
    ["(1.0 can0 123#", "(SECONDS.FRACTION) INTERFACE ID#DATA"],
  ])("refuse %s", (line, expected) => {
    expect(message("candump", "(0.1) can0 001#", line)).toContain("line 2: ");
    expect(message("candump", line)).toContain(expected);
  });
});

describe("candump on the terminal", () => {
  it("gives what it held back before it refuses a line", () => {
    const { records, error } = readLines(
      "candump-screen",
      " (000.000000)  can0  123   [1]  01",
      " (000.100000)  can0  123   [2]  01",
    );
    expect(records).toHaveLength(1);
    expect(error).toMatchObject({ message: expect.stringContaining("line 2: the line ends") });
  });

  it("is read without stamps", () => {
    const line = "  can0  123  [02]  01 02";
    expect(only("candump-screen", line)).toMatchObject({ time: null, fd: true, brs: null });
    expect(readLines("candump-screen", line).info.clock).toBe("none");
  });
});

describe("Vector ASC", () => {
  const line = (text: string, ...head: string[]) => only("asc", ...head, `0.5 ${text}`);

  it.each([
    ["date Wed Oct 5 07:57:38.037 am 2022", 1664956658, 37],
    ["date Sam Sep 30 15:06:13.191 2017", 1506783973, 191],
    ["date Don M\u00e4r 2 00:00:00 2017", 1488412800, 0],
    ["Begin Triggerblock Sat Sep 30 10:06:13.191 PM 2017", 1506809173, 191],
    ["date Fri Dez 31 12:00:00.5 am 2021", 1640908800, 500],
  ])("starts at %s", (head, seconds, milliseconds) => {
    const { start } = readLines("asc", head, "base hex  timestamps absolute").info;
    const time = { seconds, nanoseconds: milliseconds * 1e6 };
    expect(start).toEqual({ time, zone: "local" });
  });

  it("adds up relative stamps, also of lines that are no frames", () => {
    const lines = ["0.25 Start of measurement", "0.25 1 123 Rx d 0", "0.5 1 123 Rx d 0"];
    const { records } = readLines("asc", "base hex timestamps relative", ...lines);
    expect(records.at(-1)?.time).toEqual({ seconds: 1, nanoseconds: 0 });
  });

  it("reads decimal identifiers and bytes", () => {
    const record = line("1 291x Rx d 2 16 255", "base dec  timestamps absolute");
    expect(record).toMatchObject({ id: 291, extended: true, data: Uint8Array.of(16, 255) });
  });

  it.each([
    ["CANFD 1 Rx 123 1 0 2 2 AA BB 0 0 3000 0 0 0 0 0", { fd: true, brs: true, esi: false }],
    ["CANFD 1 Rx 123 Name 0 1 2 2 AA BB 0 0 5000 0 0 0 0 0", { fd: true, esi: true }],
    ["CANFD 1 Rx 123 0 0 0 0 0 0 1000 0 0 0 0 0", { kind: "data", fd: true, dlc: 0 }],
    ["CANFD 1 Rx 123 0 0 5 0 0 0 10 0 0 0 0 0", { kind: "remote", fd: false, dlc: 5 }],
    ["CANFD 1 Rx 123 0 0 2 2 AA BB 0 0 200000 0 0 0 0 0", { fd: false, brs: false }],
    ["CANFD 1 Rx 123 0 0 2 2 AA BB 0 0 0 0 0 0 0 0", { fd: null, brs: false }],
    ["CANFD 1 Rx 123 0 0 2 2 AA BB 0 0 11 0 0 0 0 0", { kind: "data", fd: null }],
    ["CANFD 1 Rx 123 1 0 2 2 AA BB 0 0 0 0 0 0 0 0", { fd: true, brs: true }],
    ["CANFD 1 Tx ErrorFrame Not Acknowledge error fffe", { kind: "error", direction: "tx" }],
    ["CANFD 1 TxRq 123 0 0 0 0 0 0 1000", { kind: "event", event: "request" }],
    ["1 123 Rx r", { kind: "remote", dlc: null }],
    ["1 123 Rx r Length = 17 BitCount = 5", { kind: "remote", dlc: null }],
    ["1 OverloadFrame", { kind: "overload" }],
    ["1 123 Tx d D 00 01 02 03 04 05 06 07 Length = 1", { dlc: 13, direction: "tx" }],
  ])("reads %s", (text, expected) => {
    expect(line(text)).toMatchObject(expected);
  });

  it.each([
    ["0.1 1 123 Rx d 3 00 11", "byte 3 of 3"],
    ["0.1 1 xyz Rx d 0", "identifier"],
    ["0.1 CANFD 1 Rx 123 1 0", "BRS ESI DLC LENGTH"],
  ])("refuses %s", (text, expected) => {
    expect(message("asc", text)).toContain(expected);
  });
});

describe("PEAK TRC", () => {
  const frames = (...rows: string[]) => readLines("trc-2.1", ";$FILEVERSION=2.1", ...rows).records;

  it.each([
    ["FD", false, false],
    ["FB", true, false],
    ["FE", false, true],
    ["BI", true, true],
  ])("knows type %s", (type, brs, esi) => {
    const [record] = frames(`1 0.5 ${type} 1 0123 Rx - 2 AA BB`);
    expect(record).toMatchObject({ fd: true, brs, esi, channel: "1", direction: "rx" });
    expect(record?.time).toEqual({ seconds: 0, nanoseconds: 500_000 });
  });

  it("reads error rows into SocketCAN's details", () => {
    const [record] = frames("1 1.0 ER 1 0004 Rx - 4 00 0A 05 60");
    expect(record).toMatchObject({ kind: "error", classes: 0x288 });
    expect((record as { detail: Uint8Array }).detail).toEqual(
      Uint8Array.of(0, 0, 0x84, 0x0a, 0, 0, 0x60, 5),
    );
  });

  it("refuses versions that are not known", () => {
    expect(message("trc-2.1", ";$FILEVERSION=9.9")).toContain("line 1: file version 9.9");
    expect(detectFormat(bytesOf(";$FILEVERSION=9.9\n"))).toBeNull();
  });
});

describe("BUSMASTER logs", () => {
  it("go on after midnight", () => {
    const { records, info } = readLines(
      "busmaster",
      "***START DATE AND TIME 31:12:2021 23:59:59:500***",
      "***SYSTEM MODE***",
      "23:59:59:7500 Rx 1 123 s 1 AA",
      "00:00:01:0000 Tx 1 1ABCDEF0 xr 2",
    );
    expect(info.start?.time).toEqual({ seconds: 1640995199, nanoseconds: 500_000_000 });
    expect(records.map(({ time }) => time)).toEqual([
      { seconds: 0, nanoseconds: 250_000_000 },
      { seconds: 1, nanoseconds: 500_000_000 },
    ]);
    expect(records[1]).toMatchObject({ kind: "remote", extended: true, dlc: 2 });
  });
});

describe("GVRET", () => {
  it("reads as many bytes as the length says, and identifiers above 7FF as extended", () => {
    const head = "Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8";
    const long = Array.from({ length: 12 }, () => "AB").join(",");
    expect(only("gvret-csv", head, `5000000,00000800,false,Tx,0,12,${long},`)).toMatchObject({
      extended: true,
      fd: true,
      dlc: 9,
      direction: "tx",
      time: { seconds: 5, nanoseconds: 0 },
    });
    expect(message("gvret-csv", "1,2,3")).toContain("line 1: no head");
  });
});

describe("times since 1970", () => {
  it("become a start and offsets, and the same times again", () => {
    const log = "(1795234218.669228) can0 123#AA R\n(1795234219.000001) can0 123#BB T\n";
    const first = readTrace(bytesOf(log));
    const asc = readTrace(writeTrace("asc", first.records, first.info).bytes);
    expect(asc.info.start?.time).toEqual({ seconds: 1795234218, nanoseconds: 669_000_000 });
    expect(asc.records[0]?.time).toEqual({ seconds: 0, nanoseconds: 228_000 });
    const back = writeTrace("candump", asc.records, asc.info);
    expect(withoutPlaces(readTrace(back.bytes).records).map(({ time }) => time)).toEqual(
      first.records.map(({ time }) => time),
    );
    expect(back.losses.map(({ what }) => what)).toEqual([
      "that the time zone is unknown: local time written as if it were UTC",
    ]);
  });
});
