/** Bit rates as people write them: `500k`, or `500k/2M` with that of the data phase. */

import type { BitRates } from "./bit-count.ts";

const FACTORS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6 };
const RATE_MAX_BPS = 20_000_000;

/** Null when it is no such text, or a rate that no CAN bus has. One rate alone is that of both. */
export function parseBitRates(text: string): BitRates | null {
  const [nominal, data = nominal, ...rest] = text.split("/").map(parseRate);
  if (nominal === undefined || nominal === null || rest.length > 0) return null;
  return data === null || data === undefined
    ? null
    : { nominalBitrateBps: nominal, dataBitrateBps: data };
}

function parseRate(text: string): number | null {
  const [, digits = "", unit = ""] = /^(\d{1,8}(?:\.\d{1,3})?)([kM]?)$/.exec(text) ?? [];
  const rate = Math.round(Number(digits) * (FACTORS[unit] as number));
  return digits !== "" && rate >= 1000 && rate <= RATE_MAX_BPS ? rate : null;
}

/** `500k/2M`, or `500k` where both are the same. */
export function bitRatesText({ nominalBitrateBps, dataBitrateBps }: BitRates): string {
  const nominal = rateText(nominalBitrateBps);
  return dataBitrateBps === nominalBitrateBps ? nominal : `${nominal}/${rateText(dataBitrateBps)}`;
}

function rateText(rateBps: number): string {
  if (rateBps % 1e5 === 0 && rateBps >= 1e6) return `${rateBps / 1e6}M`;
  return rateBps % 100 === 0 ? `${rateBps / 1e3}k` : `${rateBps}`;
}
