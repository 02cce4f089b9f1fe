/** The handshake: what a device says of itself in its answer to `hello`. */

import type { Done } from "./line.ts";

/** Of this protocol. Another major is refused, a higher minor is accepted. */
export const PROTOCOL = { major: 1, minor: 0 };

export interface Hello {
  readonly major: number;
  readonly minor: number;
  /** Name and version of the firmware, as `power/1.0`. */
  readonly firmware: string;
  /** Of the board; what a bench file knows it by. */
  readonly serial: string;
  /** Counts the starts of the firmware. Another one than before means a restart. */
  readonly boot: number;
  readonly resetCause: string;
  readonly uptimeMs: number;
  /** Bytes of the longest line that it takes. */
  readonly bufferBytes: number;
}

/** The field that is missing or odd, as a string, where it is no answer to `hello`. */
export function readHello({ fields }: Done): Hello | string {
  const version = /^(\d+)\.(\d+)$/.exec(fields.get("p") ?? "");
  if (version === null) return "p";
  const number = (name: string) => {
    const text = fields.get(name) ?? "";
    return /^\d+$/.test(text) ? Number(text) : null;
  };
  const [firmware, serial] = [fields.get("fw"), fields.get("sn")];
  const [boot, uptimeMs, bufferBytes] = [number("boot"), number("up"), number("buf")];
  if (firmware === undefined) return "fw";
  if (serial === undefined) return "sn";
  if (boot === null) return "boot";
  if (uptimeMs === null) return "up";
  if (bufferBytes === null) return "buf";
  const resetCause = fields.get("rst") ?? "unknown";
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return { major, minor, firmware, serial, boot, resetCause, uptimeMs, bufferBytes };
}
