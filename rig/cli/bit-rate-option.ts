/** `--bitrate`: of all interfaces, or of those that it names. */

import type { BitRates } from "../core/can/bit-count.ts";
import { parseBitRates } from "../core/can/bit-rates.ts";
import { RigError } from "../core/verdict/rig-error.ts";

/** By interface, or for all of them under the empty name. */
export function bitRatesOf(text: string | undefined): ReadonlyMap<string, BitRates> {
  const given = new Map<string, BitRates>();
  for (const part of text?.split(",") ?? []) {
    const [rates = "", bus = ""] = part.split("=").reverse();
    const parsed = parseBitRates(rates);
    if (parsed === null) {
      throw new RigError("usage.option", `--bitrate is "${part}": expected 500k, or 500k/2M`);
    }
    given.set(bus, parsed);
  }
  return given;
}
