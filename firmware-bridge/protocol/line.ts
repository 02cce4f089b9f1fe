/**
 * Lines of the control line, as docs/reference/control-line.md has them: `$` request, `=` done,
 * `!` refused, `#` event, each with a number and a CRC. Everything else on the wire is console
 * text.
 */

import { crc16 } from "./crc16.ts";

/** Bytes of a line with its LF. */
export const LINE_MAX = 80;

/** Sequence numbers of requests; 0 in an answer means a request that could not be read. */
export const SEQUENCE_MAX = 255;

export interface Request {
  readonly mark: "$";
  readonly sequence: number;
  /** The verb and its arguments. */
  readonly words: readonly string[];
}

export interface Done {
  readonly mark: "=";
  readonly sequence: number;
  /** `name=value` words. */
  readonly fields: ReadonlyMap<string, string>;
  /** Words without `=`, behind `ok`. */
  readonly words: readonly string[];
}

export interface Refused {
  readonly mark: "!";
  readonly sequence: number;
  /** `E_CRC`, `E_VERB` and so on. */
  readonly code: string;
  readonly text: string;
}

export interface DeviceEvent {
  readonly mark: "#";
  /** Counts from 1 since the device's start; a gap is a lost event. */
  readonly sequence: number;
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
}

export type Answer = Done | Refused | DeviceEvent;

const encoder = new TextEncoder();

/** Of the text before the `*`: four capital hexadecimal digits. */
export function checksum(text: string): string {
  return crc16(encoder.encode(text)).toString(16).toUpperCase().padStart(4, "0");
}

const WORD = /^[!-#%-)+-~]+$/;

/** Throws a `RangeError` for words that would not arrive as they are. */
export function encodeRequest(sequence: number, words: readonly string[]): string {
  if (!Number.isInteger(sequence) || sequence < 1 || sequence > SEQUENCE_MAX) {
    throw new RangeError(`sequence number ${sequence}: expected 1 to ${SEQUENCE_MAX}`);
  }
  const odd = words.find((word) => !WORD.test(word));
  if (odd !== undefined || words.length === 0) {
    throw new RangeError(
      `${JSON.stringify(odd ?? "")}: expected printable words without space, $ and *`,
    );
  }
  const text = `$${sequence} ${words.join(" ")}`;
  const line = `${text}*${checksum(text)}\n`;
  if (line.length > LINE_MAX) {
    throw new RangeError(`a line of ${line.length} bytes: expected at most ${LINE_MAX}`);
  }
  return line;
}

const FORM = /^([=!#])(\d{1,5}) (\S+)(?: (.*))?$/;

/** Null for what is no whole line of a device: that is console text. No LF, no CR at its end. */
export function decodeAnswer(line: string): Answer | null {
  const text = wholeText(line);
  const found = text === null ? null : FORM.exec(text);
  if (found === null) return null;
  const [, mark, number, first = "", rest = ""] = found;
  const sequence = Number(number);
  if (mark === "!") return { mark, sequence, code: first, text: rest };
  const { fields, words } = fieldsOf(rest);
  if (mark === "#") return { mark, sequence, name: first, fields };
  return first === "ok" ? { mark: "=", sequence, fields, words } : null;
}

/** Of a request, as a device reads it; null where it is damaged. */
export function decodeRequest(line: string): Request | null {
  const text = wholeText(line.slice(line.lastIndexOf("$")));
  const found = text === null ? null : /^\$(\d{1,3})((?: [!-)+-~]+){1,8})$/.exec(text);
  const sequence = Number(found?.[1]);
  if (found === null || sequence < 1 || sequence > SEQUENCE_MAX) return null;
  return { mark: "$", sequence, words: (found[2] ?? "").slice(1).split(" ") };
}

function wholeText(line: string): string | null {
  if (line.length >= LINE_MAX || !/^[ -~]*\*[0-9A-F]{4}$/.test(line)) return null;
  const text = line.slice(0, -5);
  return checksum(text) === line.slice(-4) ? text : null;
}

function fieldsOf(rest: string) {
  const fields = new Map<string, string>();
  const words: string[] = [];
  for (const word of rest.split(" ")) {
    const at = word.indexOf("=");
    if (at > 0) fields.set(word.slice(0, at), word.slice(at + 1));
    else if (word !== "") words.push(word);
  }
  return { fields, words };
}
