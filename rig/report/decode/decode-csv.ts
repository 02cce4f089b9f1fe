/** Decoded frames as CSV (RFC 4180, lines with LF): one line a signal. What is unknown is empty. */

import { labelOf, physicalText, type SignalValue } from "../../core/dbc/index.ts";
import { type DecodedFrame, idText, type RowWriter, timeText } from "./decoded-frame.ts";

export class DecodeCsv implements RowWriter {
  readonly head =
    "time,channel,direction,at,id,fd,brs,esi,message,signal,value,unit,label,missing_bytes\n";

  row({ record, decoded }: DecodedFrame): string {
    const { channel, direction, at, id, extended, fd, brs, esi } = record;
    const { message, missingBytes } = decoded;
    const flags = [fd, brs, esi].map(flagCell).join(",");
    const place = `${timeText(record)},${cell(channel)},${direction ?? ""},${at}`;
    const head = `${place},${idText(id, extended)},${flags},${cell(message.name)}`;
    const short = missingBytes > 0 ? missingBytes : "";
    return decoded.values.map((value) => `${head},${signalCells(value)},${short}\n`).join("");
  }
}

function signalCells(value: SignalValue): string {
  const { name, unit } = value.signal;
  return `${cell(name)},${physicalText(value)},${cell(unit)},${cell(labelOf(value) ?? "")}`;
}

function flagCell(flag: boolean | null): string {
  return flag === null ? "" : flag ? "1" : "0";
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
