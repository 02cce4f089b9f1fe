/**
 * Decimal numbers as a file has them, and physical values computed from them exactly: 3 times 0.1
 * is 0.3. Whole numbers do the work; values beyond 15 digits go by way of BigInt.
 */

/** `digits` times ten to the power of `exponent`. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const DECIMAL = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Doubles end long before. A bound keeps powers of ten from filling memory. */
const DIGITS_MAX = 400;

/** Null for what is no number, or has more digits or a larger exponent than any double. */
export function parseDecimal(text: string): Decimal | null {
  if (/^-?\d{1,15}$/.test(text)) return { digits: BigInt(text), exponent: 0 };
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  if (whole.length + fraction.length === 0) return null;
  if (whole.length + fraction.length > DIGITS_MAX) return null;
  const kept = fraction.replace(/0+$/, "");
  const exponent = Number(power) - kept.length;
  if (Math.abs(exponent) > DIGITS_MAX) return null;
  return { digits: BigInt(`${sign}${whole}${kept}`), exponent };
}

export function numberOfDecimal({ digits, exponent }: Decimal): number {
  return exponent === 0 ? Number(digits) : Number(`${digits}e${exponent}`);
}

/** What makes a physical value of a raw one: (raw * factor + offset) / 10 ** places. */
export interface Scale {
  readonly isIdentity: boolean;
  readonly factor: bigint;
  readonly offset: bigint;
  readonly places: number;
  /** The same as doubles; null where these don't hold them exactly. */
  readonly quick: {
    readonly factor: number;
    readonly offset: number;
    readonly divisor: number;
  } | null;
}

/** Powers of ten up to this one are exact as doubles. */
const POWER_MAX = 22;
/** Any decimal of so many digits survives as a double. */
const EXACT_MAX = 1e15;

const IDENTITY: Scale = {
  isIdentity: true,
  factor: 1n,
  offset: 0n,
  places: 0,
  quick: { factor: 1, offset: 0, divisor: 1 },
};

export function scaleOf(factor: Decimal, offset: Decimal): Scale {
  const isPlain = factor.exponent === 0 && offset.exponent === 0;
  if (isPlain && factor.digits === 1n && offset.digits === 0n) return IDENTITY;
  const places = Math.max(0, -factor.exponent, -offset.exponent);
  const scaled = (decimal: Decimal) => decimal.digits * 10n ** BigInt(decimal.exponent + places);
  const [f, o] = [scaled(factor), scaled(offset)];
  const isExact = [f, o].every((value) => Number.isSafeInteger(Number(value)));
  const quick = { factor: Number(f), offset: Number(o), divisor: 10 ** places };
  return {
    isIdentity: places === 0 && f === 1n && o === 0n,
    factor: f,
    offset: o,
    places,
    quick: isExact && places <= POWER_MAX ? quick : null,
  };
}

/** The double next to the exact value; null where only the long way gives it. */
function quickValue(scale: Scale, raw: number | bigint): number | null {
  const { quick } = scale;
  if (quick === null || typeof raw === "bigint") return null;
  const product = raw * quick.factor;
  const sum = product + quick.offset;
  if (Math.abs(product) > EXACT_MAX || Math.abs(sum) > EXACT_MAX) return null;
  return sum / quick.divisor;
}

/** `raw` is a whole number. */
export function scaledNumber(scale: Scale, raw: number | bigint): number {
  if (scale.isIdentity) return Number(raw);
  return quickValue(scale, raw) ?? Number(exactText(scale, BigInt(raw)));
}

/** All digits of the exact value, none of them noise. */
export function scaledText(scale: Scale, raw: number | bigint): string {
  if (scale.isIdentity) return String(raw);
  const quick = quickValue(scale, raw);
  return quick === null ? exactText(scale, BigInt(raw)) : String(quick);
}

/** The digits of a floating-point value, scaled as decimals are and then rounded to a double. */
export function floatText(scale: Scale, value: number): string {
  if (scale.isIdentity || !Number.isFinite(value)) return String(value);
  const decimal = parseDecimal(String(value).replace("+", ""));
  if (decimal === null) return String(value);
  const { digits, exponent } = decimal;
  const down = Math.max(0, -exponent);
  const raw = digits * 10n ** BigInt(exponent + down);
  const offset = scale.offset * 10n ** BigInt(down);
  return String(Number(exactText({ ...scale, offset, places: scale.places + down }, raw)));
}

function exactText(
  { factor, offset, places }: Pick<Scale, "factor" | "offset" | "places">,
  raw: bigint,
): string {
  const value = raw * factor + offset;
  const digits = String(value < 0n ? -value : value).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  const sign = value < 0n ? "-" : "";
  return fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** The raw value that is nearest to a physical one, halves away from zero; null for factor 0. */
export function rawOfScaled(scale: Scale, value: Decimal): bigint | null {
  if (scale.factor === 0n) return null;
  // Both sides times ten to the power of all places that either has.
  const places = Math.max(scale.places, -value.exponent);
  const up = 10n ** BigInt(places - scale.places);
  const numerator = value.digits * 10n ** BigInt(value.exponent + places) - scale.offset * up;
  const denominator = scale.factor * up;
  const isNegative = numerator < 0n !== denominator < 0n;
  const [n, d] = [abs(numerator), abs(denominator)];
  const rounded = (2n * n + d) / (2n * d);
  return isNegative ? -rounded : rounded;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The fewest digits that give this value of 32 bits again: 0.1, not 0.10000000149011612. */
export function shortestSingle(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
