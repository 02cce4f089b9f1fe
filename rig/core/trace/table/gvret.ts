/**
 * SavvyCAN's CSV (GVRET), versions 1 (without direction) and 2: microseconds, identifiers of eight
 * digits, as many data columns as the length says. Nothing tells FD from classic up to eight
 * bytes, and remote frames can't be told from data, so they are not written.
 */

import { ChannelNumbers } from "../channel-numbers.ts";
import { dlcFor, type FrameRecord, frameRecord, paddedData, type TraceRecord } from "../record.ts";
import { checkId, formatBytes, formatHex, parseBytes, parseDigits } from "../text/hex.ts";
import { lineReader } from "../text/line-reader.ts";
import { type TextRows, textWriter } from "../text/text-writer.ts";
import type { TraceFormat } from "../trace-format.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";
import { nanosecondsOf, type TraceTime, timeOfUnits } from "../trace-time.ts";
import { TimeLine, type TraceOrigin } from "../trace-writer.ts";

const HEAD = /^Time Stamp,ID,Extended,(Dir,)?Bus,LEN,D1\b/;
const FIXED = "Time Stamp,ID,Extended,Dir,Bus,LEN";

const reader = lineReader((output) => {
  let hasDirection: boolean | null = null;
  return {
    line(text, number) {
      const head = HEAD.exec(text);
      if (head !== null) hasDirection = head[1] !== undefined;
      else if (hasDirection === null) refuseLine(number, `no head ${FIXED},D1... where it belongs`);
      else if (text !== "") output.deliver(parseRow(text, number, { output, hasDirection }));
    },
  };
});

interface Context {
  readonly output: TraceOutput;
  readonly hasDirection: boolean;
}

function parseRow(text: string, at: number, { output, hasDirection }: Context): FrameRecord {
  const tokens = text.split(",");
  const [stamp = "", idText, extended, mark] = tokens;
  const from = hasDirection ? 4 : 3;
  if (!/^\d{1,18}$/.test(stamp) || !/^(?:true|false)$/i.test(extended ?? "")) {
    return refuseLine(at, `no row of the form ${FIXED},BYTES`);
  }
  if (hasDirection && mark !== "Rx" && mark !== "Tx") {
    return refuseLine(at, "neither Rx nor Tx where the direction is expected");
  }
  const us = Number(stamp);
  const time = Number.isSafeInteger(us)
    ? { seconds: Math.floor(us / 1e6), nanoseconds: (us % 1e6) * 1000 }
    : timeOfUnits(BigInt(stamp), 1_000_000n);
  output.setClockBy(time);
  const direction = hasDirection ? (mark === "Tx" ? "tx" : "rx") : null;
  const isExtended = extended?.toLowerCase() === "true";
  const named = checkId({ id: parseDigits(idText, 16), extended: isExtended }, at, output);
  const length = parseDigits(tokens[from + 1], 10);
  if (length < 0 || length > 64) refuseLine(at, "no length of 0 to 64 where one is expected");
  const given = parseBytes({ tokens, from: from + 2, count: length, base: 16 }, at);
  const data = length > 8 ? paddedData(given) : given;
  const fd = length > 8 ? true : null;
  const place = { time, channel: tokens[from] ?? "", direction, at } as const;
  const content = { kind: "data", fd, brs: null, esi: null, dlc: dlcFor(length), data } as const;
  return frameRecord(place, named, content);
}

class GvretRows implements TextRows {
  readonly timeLine: TimeLine;
  private readonly channels = new ChannelNumbers(0);

  constructor(origin: TraceOrigin) {
    this.timeLine = new TimeLine(origin, true, 6);
  }

  head(): string {
    return `${FIXED},D1,D2,D3,D4,D5,D6,D7,D8\n`;
  }

  row(record: TraceRecord, time: TraceTime): string {
    if (record.kind !== "data") {
      this.timeLine.losses.add(
        `${record.kind} ${record.kind === "event" ? "rows" : "frames"}`,
        record.at,
      );
      return "";
    }
    this.note(record);
    const { id, extended, direction, channel, data } = record;
    const unused = new Uint8Array(Math.max(8, data.length));
    unused.set(data);
    const stamp = nanosecondsOf(time) / 1000n;
    const mark = direction === "tx" ? "Tx" : "Rx";
    const cells = [stamp, formatHex(id, 8), extended, mark, this.channels.of(channel), data.length];
    return `${cells.join(",")},${formatBytes(unused, ",")},\n`;
  }

  private note(record: FrameRecord): void {
    const { channel, direction, fd, brs, esi, at, dlc, data } = record;
    const { losses } = this.timeLine;
    if (!this.channels.isKept(channel)) losses.add("channel names: written as numbers", at);
    if (direction === null) losses.add("that the direction is unknown: written as Rx", at);
    if (fd !== null && data.length <= 8) losses.add("FD or classic, up to 8 bytes", at);
    if (fd === true && (brs !== null || esi !== null)) losses.add("BRS and ESI", at);
    if (dlc !== dlcFor(data.length)) losses.add("length codes that differ from the length", at);
  }
}

export const gvretCsv: TraceFormat = {
  name: "gvret-csv",
  title: "SavvyCAN (GVRET) CSV",
  extensions: [".csv"],
  detect: ({ lines }) => HEAD.test(lines[0] ?? ""),
  reader,
  writer: textWriter((origin) => new GvretRows(origin)),
};
