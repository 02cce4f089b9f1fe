/**
 * python-can's CSV: `timestamp,arbitration_id,extended,remote,error,dlc,data`, the data in base64.
 * It knows neither FD, BRS, ESI, channel nor direction, so frames above eight bytes are surely FD
 * and all others of unknown format; FD frames are not written to it.
 */

import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../can/frame.ts";
import {
  CLASSIC_FLAGS,
  dlcFor,
  ERROR_CLASS,
  type FrameRecord,
  frameOfRecord,
  frameRecord,
  paddedData,
  type TraceRecord,
} from "../record.ts";
import type { Tally } from "../tally.ts";
import { decodeBase64, encodeBase64 } from "../text/base64.ts";
import { checkId, formatHex, parseDigits } from "../text/hex.ts";
import { lineReader } from "../text/line-reader.ts";
import { LineScanner } from "../text/line-scanner.ts";
import { textWriter } from "../text/text-writer.ts";
import type { TraceFormat } from "../trace-format.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import { formatTime, hasPlaces, type TraceTime, timeOfDigits } from "../trace-time.ts";
import { TimeLine } from "../trace-writer.ts";
import { noteUnknownLength } from "../unknown-flags.ts";

const UNKNOWN_FLAGS = { fd: null, brs: null, esi: null } as const;
const HEAD = "timestamp,arbitration_id,extended,remote,error,dlc,data";

const reader = lineReader((output) => {
  const scanner = new LineScanner();
  return {
    line(text, number) {
      if (text === "" || text === HEAD) return;
      const record = plainRow(scanner, text, number) ?? parseRow(text, number, output);
      if (record.time !== null) output.setClockBy(record.time);
      output.deliver(record);
    },
  };
});

/** Rows of data frames in their usual writing; null for all others. */
function plainRow(line: LineScanner, text: string, at: number): FrameRecord | null {
  line.begin(text);
  const time = line.time();
  if (time === null || !line.skip(",0x")) return null;
  const id = line.hex();
  const extended = line.skip(",1");
  if (id < 0 || id > (extended ? EXTENDED_ID_MAX : BASE_ID_MAX)) return null;
  if (!(extended || line.skip(",0")) || !line.skip(",0,0,")) return null;
  if (line.decimal(2) < 0 || !line.skip(",")) return null;
  const data = decodeBase64(line.rest());
  if (data === null || data.length > 8) return null;
  const place = { time, channel: "", direction: null, at };
  const dlc = data.length;
  return frameRecord(place, { id, extended }, { kind: "data", ...UNKNOWN_FLAGS, dlc, data });
}

function parseRow(text: string, at: number, output: TraceOutput): TraceRecord {
  const cells = text.split(",");
  const [stamp = "", idText = "", extended, remote, error, dlcText] = cells;
  const id = /^0x/.test(idText) ? parseDigits(idText.slice(2), 16) : parseDigits(idText, 10);
  const isFlag = (flag: string | undefined) => flag === "0" || flag === "1";
  if (cells.length !== 7 || id < 0 || ![extended, remote, error].every(isFlag)) {
    return refuseLine(at, `no row of the form ${HEAD}`);
  }
  const time = parseStamp(stamp, at);
  const place = { time, channel: "", direction: null, at };
  const given = decodeBase64(cells[6] ?? "");
  if (given === null || given.length > 64) return refuseLine(at, "data that are no base64 text");
  if (error === "1") {
    const detail = given.length === 8 ? given : new Uint8Array(0);
    const classes = id & 0x1fff_ffff;
    return { ...place, kind: "error", classes: classes || ERROR_CLASS.bus, detail, text: "" };
  }
  const named = checkId({ id, extended: extended === "1" }, at, output);
  if (remote === "1") {
    const dlc = parseDigits(dlcText, 10);
    if (dlc < 0 || dlc > 15) refuseLine(at, "no length code of 0 to 15 where one is expected");
    const data = new Uint8Array(0);
    return frameRecord(place, named, { kind: "remote", ...CLASSIC_FLAGS, dlc, data });
  }
  const data = given.length > 8 ? paddedData(given) : given;
  const fd = data.length > 8 ? true : null;
  const dlc = dlcFor(data.length);
  return frameRecord(place, named, { kind: "data", fd, brs: null, esi: null, dlc, data });
}

function parseStamp(text: string, at: number): TraceTime {
  const match = /^(\d{1,15})(?:\.(\d{1,20}))?$/.exec(text);
  if (match !== null) return timeOfDigits(match[1] ?? "", match[2] ?? "");
  // Python writes the smallest times with an exponent.
  if (/^\d(?:\.\d{1,17})?e-\d\d$/.test(text)) {
    return { seconds: 0, nanoseconds: Math.floor(Number(text) * 1e9) };
  }
  return refuseLine(at, `stamp "${text.slice(0, 30)}" where seconds are expected`);
}

const writer = textWriter((origin) => {
  const timeLine = new TimeLine(origin, true, 9);
  return {
    timeLine,
    head: () => `${HEAD}\n`,
    row(record, time) {
      const cells = rowCells(record, timeLine.losses);
      if (cells === null) return "";
      return `${formatTime(time, hasPlaces(time, 6) ? 6 : 9)},${cells}\n`;
    },
  };
});

function rowCells(record: TraceRecord, losses: Tally): string | null {
  const frame = frameOfRecord(record);
  const { at } = record;
  if (frame === null) {
    losses.add(record.kind === "error" ? "error frames without details" : `${record.kind}s`, at);
    return null;
  }
  if (frame.fd || frame.data.length > 8) {
    losses.add("FD frames", at);
    return null;
  }
  if (record.channel !== "") losses.add("channels", at);
  if (record.direction !== null) losses.add("directions", at);
  if (record.kind === "data" || record.kind === "remote") noteFrame(record, losses);
  else if (record.kind === "error" && record.text !== "") losses.add("remarks at errors", at);
  const flags = [frame.extended, frame.remote, frame.error].map((flag) => (flag ? 1 : 0));
  const dlc = record.kind === "remote" ? (record.dlc ?? 0) : frame.data.length;
  const data = frame.remote ? "" : encodeBase64(frame.data);
  return `0x${formatHex(frame.id).toLowerCase()},${flags.join(",")},${dlc},${data}`;
}

function noteFrame(record: FrameRecord, losses: Tally): void {
  noteUnknownLength(record, losses);
  if (record.kind === "remote") return;
  if (record.fd === false) losses.add("that frames are classic: the format can't tell", record.at);
  if (record.dlc !== record.data.length) {
    losses.add("length codes that differ from the length", record.at);
  }
}

export const pythonCanCsv: TraceFormat = {
  name: "python-can-csv",
  title: "python-can CSV",
  extensions: [".csv"],
  detect: ({ lines }) => lines[0] === HEAD,
  reader,
  writer,
};
