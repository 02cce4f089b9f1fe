/**
 * Reads candump's log form (`candump -l`, `-f`, `-L`) as every tool writes it: any count of
 * digits in the stamp, raw length codes, error frames, directions, FD flags with and without the
 * FDF bit. Lines that don't begin with a parenthesis are no frames; those that tell of dropped
 * frames become events.
 */

import { EXTENDED_ID_MAX } from "../../can/frame.ts";
import {
  dlcFor,
  type ErrorRecord,
  type FrameRecord,
  paddedData,
  type TraceRecord,
} from "../record.ts";
import { parseDigits, parsePairs } from "../text/hex.ts";
import { lineReader } from "../text/line-reader.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import { timeOfDigits } from "../trace-time.ts";
import { PlainLines } from "./plain-lines.ts";

const LINE = /^\((\d{1,15})\.(\d{1,9})\)\s+(\S{1,15})\s+([0-9A-Fa-f]+)#(\S*)(?:\s+([RT]))?$/;
const DROPS = /^DROPCOUNT: dropped \d+ CAN frames?(?:\(s\))? on '([^']*)' socket/;
const EXPECTED = "(SECONDS.FRACTION) INTERFACE ID#DATA";

export const readCandumpLog = lineReader((output) => {
  const plain = new PlainLines();
  return {
    line(text, number) {
      if (text.startsWith("(")) {
        const record = plain.parse(text, number) ?? parseLine(text, number, output);
        if (record === null) return;
        if (record.time !== null) output.setClockBy(record.time);
        output.deliver(record);
        return;
      }
      otherLine(text, number, output);
    },
  };
});

function otherLine(text: string, number: number, output: TraceOutput): void {
  const drops = DROPS.exec(text);
  if (drops !== null) {
    const head = { time: null, channel: drops[1] ?? "", direction: null, at: number };
    output.deliver({ ...head, kind: "event", event: "hole", text });
  } else if (text !== "") {
    output.skipped.add("lines that are no frames", number);
  }
}

function parseLine(line: string, at: number, output: TraceOutput): TraceRecord | null {
  const match = LINE.exec(line);
  if (match === null) return refuseLine(at, `not of the form ${EXPECTED}`);
  const [, seconds, fraction, channel, id, rest, mark] = match as string[];
  const time = timeOfDigits(seconds as string, fraction as string);
  const direction = mark === "T" ? "tx" : mark === "R" ? "rx" : null;
  const head = { time, channel: channel as string, direction, at } as const;
  return parseFrame(head, [id as string, rest as string], output);
}

type Head = Pick<FrameRecord, "time" | "channel" | "direction" | "at">;
type FrameText = readonly [id: string, rest: string];

function parseFrame(head: Head, [id, rest]: FrameText, output: TraceOutput): TraceRecord | null {
  if (id.length === 5 && rest.includes(":")) {
    output.skipped.add("CAN XL frames", head.at);
    return null;
  }
  const word = parseDigits(id, 16);
  if ((id.length !== 3 && id.length !== 8) || word > (id.length === 3 ? 0x7ff : 0x3fff_ffff)) {
    refuseLine(head.at, `identifier ${id} where 3 digits up to 7FF or 8 digits are expected`);
  }
  if (word > EXTENDED_ID_MAX) return errorOf(head, word & EXTENDED_ID_MAX, rest, output);
  const frame = { ...head, id: word, extended: id.length === 8 };
  if (rest.startsWith("#")) return { ...frame, ...fdOf(rest, head.at, output) };
  const flags = { fd: false, brs: false, esi: false };
  const remote = /^[Rr](?:([0-7])|8(?:_([9A-Fa-f]))?)?$/.exec(rest);
  if (remote !== null) {
    const dlc = remote[2] ?? remote[1] ?? (rest.length > 1 ? "8" : "0");
    const data = new Uint8Array(0);
    return { ...frame, ...flags, kind: "remote", dlc: Number.parseInt(dlc, 16), data };
  }
  const [digits = "", code] = rest.split("_", 2);
  const data = parsePairs(digits.replaceAll(".", ""), head.at);
  if (data.length > 8) refuseLine(head.at, `${data.length} bytes in a classic frame`);
  if (code === undefined) return { ...frame, ...flags, kind: "data", dlc: data.length, data };
  if (data.length < 8 || !/^[9A-Fa-f]$/.test(code)) {
    refuseLine(head.at, `length code "_${code}" where _9 to _F after eight bytes is expected`);
  }
  return { ...frame, ...flags, kind: "data", dlc: Number.parseInt(code, 16), data };
}

function errorOf(head: Head, classes: number, rest: string, output: TraceOutput): ErrorRecord {
  const given = parsePairs(rest.replaceAll(".", ""), head.at);
  if (given.length > 8) refuseLine(head.at, `${given.length} bytes in an error frame`);
  if (given.length === 8) return { ...head, kind: "error", classes, detail: given, text: "" };
  output.assumed.add("error frames with less than eight bytes: details unknown", head.at);
  return { ...head, kind: "error", classes, detail: new Uint8Array(0), text: "" };
}

function fdOf(rest: string, at: number, output: TraceOutput) {
  const flags = parseDigits(rest.slice(1, 2), 16);
  if (flags < 0) refuseLine(at, "no flag digit after ##");
  const given = parsePairs(rest.slice(2).replaceAll(".", ""), at);
  if (given.length > 64) refuseLine(at, `${given.length} bytes in an FD frame`);
  const data = paddedData(given);
  if (data !== given) output.assumed.add("FD frames of no possible length: filled with 0", at);
  const esi = (flags & 2) !== 0;
  const dlc = dlcFor(data.length);
  return { kind: "data", fd: true, brs: (flags & 1) !== 0, esi, dlc, data } as const;
}
