/** Decoded frames as a table for people: one line a frame, its signals at the end. */

import { type DbcMessage, labelOf, physicalText, type SignalValue } from "../../core/dbc/index.ts";
import { printable } from "../text.ts";
import { type DecodedFrame, idText, type RowWriter, timeText } from "./decoded-frame.ts";

const NAME_MAX = 32;

export class DecodeTable implements RowWriter {
  readonly head: string;
  readonly #idWidth: number;
  readonly #nameWidth: number;
  #timeWidth = 17;
  #channelWidth = 7;

  /** The messages that may come: columns are as wide as these need. */
  constructor(messages: readonly DbcMessage[]) {
    this.#idWidth = messages.some(({ extended }) => extended) ? 8 : 3;
    const longest = messages.reduce((most, { name }) => Math.max(most, name.length), 7);
    this.#nameWidth = Math.min(NAME_MAX, longest);
    this.head = this.#line(["time", "channel", "id", "frame", "message", "signals"]);
  }

  row({ record, decoded }: DecodedFrame): string {
    const { id, extended, channel } = record;
    const time = timeText(record);
    // Columns only grow, so that a long trace needs no second pass.
    this.#timeWidth = Math.max(this.#timeWidth, time.length);
    this.#channelWidth = Math.max(this.#channelWidth, channel.length);
    const { values, missingBytes, message } = decoded;
    const signals = values.map(signalText);
    if (missingBytes > 0) signals.push(`(${record.data.length} of ${message.length} bytes)`);
    const name = printable(message.name);
    return this.#line([
      time,
      printable(channel),
      idText(id, extended),
      formatText(record),
      name,
      signals.join("  "),
    ]);
  }

  #line(cells: readonly [string, string, string, string, string, string]): string {
    const [time, channel, id, format, name, signals] = cells;
    const head = `${time.padStart(this.#timeWidth)}  ${channel.padEnd(this.#channelWidth)}`;
    const what = `${id.padStart(this.#idWidth)}  ${format.padEnd(6)}`;
    return `${`${head}  ${what}  ${name.padEnd(this.#nameWidth)}  ${signals}`.trimEnd()}\n`;
  }
}

function signalText(value: SignalValue): string {
  const { name, unit } = value.signal;
  const label = labelOf(value);
  const text = `${name}=${physicalText(value)}`;
  const measured = unit === "" ? text : `${text} ${unit}`;
  return printable(label === undefined ? measured : `${measured} "${label}"`);
}

/** What the trace doesn't say has a question mark. */
function formatText({ fd, brs }: DecodedFrame["record"]): string {
  if (fd === null) return "?";
  if (!fd) return "CAN";
  return brs === null ? "FD BRS?" : brs ? "FD BRS" : "FD";
}
