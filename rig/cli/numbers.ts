/** Numbers and times of the command line, read strictly: "5x" is no number. */

import { nsOfDuration } from "../core/plan/units.ts";
import { RigError } from "../core/verdict/rig-error.ts";

export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RigError("usage.option", `${option} is "${text}": expected a whole number`);
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/** A time such as `90`, `90s`, `1.5m` or `2h`, in milliseconds; plain numbers are seconds. */
export function timeoutMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match !== null) {
    const unit = (match[2] ?? "s") as keyof typeof SECONDS;
    const ms = Number(match[1]) * SECONDS[unit] * 1000;
    if (ms > 0) return ms;
  }
  throw new RigError(
    "usage.option",
    `--timeout is "${text}": expected seconds, or a number with ms, s, m or h`,
  );
}

/** A time such as `500ms` or `1.5s`, in nanoseconds; plain numbers are seconds. */
export function durationNs(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ns = nsOfDuration(/^[\d.]+$/.test(text) ? `${text}s` : text);
  if (ns !== null) return ns;
  throw new RigError(
    "usage.option",
    `${option} is "${text}": expected a time such as 500ms or 10s`,
  );
}
