/**
 * Decoded frames as JSON lines. Values and times have all of their digits, also where a double
 * would not hold them; floating-point values that JSON can't say are texts.
 */

import { labelOf, physicalText, type SignalValue } from "../../core/dbc/index.ts";
import { type DecodedFrame, idText, type RowWriter, timeText } from "./decoded-frame.ts";

export class DecodeJson implements RowWriter {
  readonly head = "";

  row({ record, decoded }: DecodedFrame): string {
    const { channel, direction, at, id, extended, fd, brs, esi } = record;
    const { message, values, missingBytes } = decoded;
    const time = timeText(record);
    const frame = JSON.stringify({ channel, direction, at, id: idText(id, extended), extended });
    const flags = JSON.stringify({ fd, brs, esi, message: message.name });
    const signals = values.map((value) => `${nameOf(value)}:${numberText(value)}`).join(",");
    const labels = values.flatMap((value) => {
      const label = labelOf(value);
      return label === undefined ? [] : [`${nameOf(value)}:${JSON.stringify(label)}`];
    });
    const short = missingBytes > 0 ? `,"missingBytes":${missingBytes}` : "";
    return (
      `{"time":${time === "" ? "null" : time},${frame.slice(1, -1)},${flags.slice(1, -1)},` +
      `"signals":{${signals}},"labels":{${labels.join(",")}}${short}}\n`
    );
  }
}

function nameOf({ signal }: SignalValue): string {
  return JSON.stringify(signal.name);
}

function numberText(value: SignalValue): string {
  const text = physicalText(value);
  return /^(?:NaN|-?Infinity)$/.test(text) ? JSON.stringify(text) : text;
}
