/** Files of assertions: YAML, with DBC files for those on signals. Paths start at the file. */

import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import type { Assertion, Expectation } from "../../core/assert/assertion.ts";
import type { ExpectedValue, FramePattern, SignalPattern } from "../../core/assert/pattern.ts";
import { type DbcMessage, DbcSet, type DbcSource } from "../../core/dbc/index.ts";
import { readDbcFile } from "./dbc-file.ts";
import { duration, fieldError, fields, nsOf, parseFields, textLike, whole } from "./fields.ts";
import { type FieldPath, YamlDocument } from "./yaml-document.ts";

const name = textLike(/^.{1,200}$/, "a name of up to 200 characters");
const COUNT_MAX = 1e9;

const number = z.number({ error: "expected a number" });
const value = z.union(
  [number, z.string(), fields({ min: number.optional(), max: number.optional() })],
  { error: "expected a number, a text of the value table, or min and max" },
);

const patternShape = {
  id: textLike(
    /^(?:0x)?[0-9A-Fa-f]{1,8}$/,
    'hexadecimal digits in quotes: "123", or eight of them for 29 bits',
  ).optional(),
  message: name.optional(),
  signal: name.optional(),
  value: value.optional(),
  data: textLike(
    /^(?:[0-9A-Fa-f]{2}|\.\.)(?: ?(?:[0-9A-Fa-f]{2}|\.\.)){0,63}$/,
    'the first bytes in quotes, .. for any: "10 .. FF"',
  ).optional(),
  channel: name.optional(),
};
const patternSchema = fields(patternShape);

const count = z.union(
  [
    whole(0, COUNT_MAX),
    fields({ min: whole(0, COUNT_MAX).optional(), max: whole(0, COUNT_MAX).optional() }),
  ],
  { error: "expected a number of frames, or min and max" },
);

const assertionSchema = fields({
  name,
  ...patternShape,
  within: duration("1us").optional(),
  after: z.unknown().optional(),
  period: duration("1us").optional(),
  tolerance: textLike(
    /^\d+(?:\.\d+)? ?(?:%|ns|us|µs|ms|s)$/,
    "a share or a time: 10%, 1ms",
  ).optional(),
  never: z.literal(true, { error: "expected true" }).optional(),
  count: count.optional(),
});

const fileSchema = fields({
  name: name.optional(),
  dbc: z
    .union([z.string(), z.array(z.string())], { error: "expected a DBC file, or a list of them" })
    .optional(),
  assertions: z
    .array(z.unknown(), { error: "expected a list of assertions" })
    .min(1, { error: "expected a list of at least one assertion" })
    .max(1000, { error: "expected at most 1000 assertions" }),
});

export interface AssertFile {
  readonly name: string;
  readonly assertions: readonly Assertion[];
}

/**
 * `more`: DBC files besides those that the file names. Throws `input.unreadable`, or
 * `input.malformed` with line and field.
 */
export async function readAssertFile(
  path: string,
  more: readonly DbcSource[] = [],
): Promise<AssertFile> {
  const document = new YamlDocument(path);
  const file = parseFields(fileSchema, document, { value: document.value, at: [] });
  const sources: DbcSource[] = [...more];
  for (const given of [file.dbc ?? []].flat()) {
    const place = isAbsolute(given) ? given : join(dirname(path), given);
    sources.push({ name: place, channel: null, file: await readDbcFile(place) });
  }
  const reader = new AssertionReader(document, new DbcSet(sources));
  const assertions = file.assertions.map((each, index) => reader.read(each, ["assertions", index]));
  return { name: file.name ?? path, assertions };
}

type PatternFields = z.infer<typeof patternSchema>;
type AssertionFields = z.infer<typeof assertionSchema>;

const KINDS = ["within", "period", "never", "count"] as const;

class AssertionReader {
  readonly #document: YamlDocument;
  readonly #dbcs: DbcSet;

  constructor(document: YamlDocument, dbcs: DbcSet) {
    this.#document = document;
    this.#dbcs = dbcs;
  }

  read(given: unknown, at: FieldPath): Assertion {
    const parsed = parseFields(assertionSchema, this.#document, { value: given, at });
    const kinds = KINDS.filter((kind) => parsed[kind] !== undefined);
    if (kinds.length !== 1) this.#refuse(at, `expected one of ${KINDS.join(", ")}`);
    if (parsed.after !== undefined && kinds[0] !== "within") {
      this.#refuse([...at, "after"], "expected it beside within only");
    }
    if (parsed.tolerance !== undefined && kinds[0] !== "period") {
      this.#refuse([...at, "tolerance"], "expected it beside period only");
    }
    const expectation = this.#expectation(parsed, at);
    return { name: parsed.name, pattern: this.#pattern(parsed, at), expectation };
  }

  #expectation(parsed: AssertionFields, at: FieldPath): Expectation {
    if (parsed.within !== undefined) {
      const afterAt = [...at, "after"];
      const after =
        parsed.after === undefined
          ? null
          : this.#pattern(
              parseFields(patternSchema, this.#document, { value: parsed.after, at: afterAt }),
              afterAt,
            );
      return { kind: "within", limitNs: nsOf(parsed.within), after };
    }
    if (parsed.period !== undefined) {
      const periodNs = nsOf(parsed.period);
      return { kind: "period", periodNs, toleranceNs: toleranceOf(parsed.tolerance, periodNs) };
    }
    const { count: given } = parsed;
    if (given === undefined) return { kind: "never" };
    if (typeof given === "number") return { kind: "count", min: given, max: given };
    const { min = 0, max = Number.POSITIVE_INFINITY } = given;
    if (min > max || (given.min === undefined && given.max === undefined)) {
      this.#refuse([...at, "count"], "expected min, max or both, the least first");
    }
    return { kind: "count", min, max };
  }

  #pattern(parsed: PatternFields, at: FieldPath): FramePattern {
    const { id, message, signal } = parsed;
    const named = [id, message, signal].filter((each) => each !== undefined);
    if (named.length !== 1) this.#refuse(at, "expected one of id, message, signal");
    if (parsed.value !== undefined && signal === undefined) {
      this.#refuse([...at, "value"], "expected it beside signal only");
    }
    const channel = parsed.channel ?? null;
    const data = (parsed.data?.match(/[0-9A-Fa-f]{2}|\.\./g) ?? []).map((byte) =>
      byte === ".." ? null : Number.parseInt(byte, 16),
    );
    if (id !== undefined) {
      const digits = id.replace(/^0x/, "");
      const number = Number.parseInt(digits, 16);
      const extended = digits.length > 3;
      if (extended && (digits.length !== 8 || number > 0x1fffffff)) this.#refuseId([...at, "id"]);
      if (number > 0x7ff && !extended) this.#refuseId([...at, "id"]);
      return { text: digits.toUpperCase(), channel, id: number, extended, data, signal: null };
    }
    if (message !== undefined) {
      const found = this.#messageNamed(message, [...at, "message"]);
      const { id: number, extended } = found;
      return { text: message, channel, id: number, extended, data, signal: null };
    }
    const own = this.#signal(signal ?? "", parsed.value, at);
    const { id: number, extended } = own.message;
    const text = `${own.message.name}.${own.signal.name}${valueText(own.value)}`;
    return { text, channel, id: number, extended, data, signal: own };
  }

  #messageNamed(text: string, at: FieldPath): DbcMessage {
    const found = this.#dbcs.messages.find((message) => message.name === text);
    return found ?? this.#refuse(at, `"${text}" is no message of the DBC files`);
  }

  #signal(text: string, given: PatternFields["value"], at: FieldPath): SignalPattern {
    const found = this.#dbcs.messages.flatMap((message) =>
      message.signals
        .filter((signal) => signal.name === text || `${message.name}.${signal.name}` === text)
        .map((signal) => ({ message, signal })),
    );
    const [only] = found;
    if (only === undefined) {
      return this.#refuse([...at, "signal"], `"${text}" is no signal of the DBC files`);
    }
    if (found.length > 1) {
      const names = found.map(({ message }) => `${message.name}.${text}`).join(", ");
      return this.#refuse([...at, "signal"], `"${text}" is several: expected one of ${names}`);
    }
    const labels = [...only.signal.values.values()];
    if (typeof given === "string" && !labels.includes(given)) {
      const known = labels.length === 0 ? "it has none" : `expected one of ${labels.join(", ")}`;
      this.#refuse([...at, "value"], `"${given}" is no text of ${text}: ${known}`);
    }
    return { ...only, value: expectedOf(given) };
  }

  #refuseId(at: FieldPath): never {
    const forms = 'up to three digits (to "7FF") for 11 bits, or eight (to "1FFFFFFF") for 29';
    return this.#refuse(at, `expected ${forms}`);
  }

  #refuse(at: FieldPath, text: string): never {
    throw fieldError(this.#document, at, text);
  }
}

const TOLERANCE = 0.1;

function toleranceOf(text: string | undefined, periodNs: number): number {
  if (text === undefined) return periodNs * TOLERANCE;
  if (!text.endsWith("%")) return nsOf(text);
  return (periodNs * Number(text.slice(0, -1))) / 100;
}

function expectedOf(given: PatternFields["value"]): ExpectedValue | null {
  if (given === undefined) return null;
  if (typeof given === "string") return { kind: "label", label: given };
  if (typeof given === "number") return { kind: "range", min: given, max: given };
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = given;
  return { kind: "range", min, max };
}

function valueText(expected: ExpectedValue | null): string {
  if (expected === null) return "";
  if (expected.kind === "label") return ` "${expected.label}"`;
  const { min, max } = expected;
  if (min === max) return ` = ${min}`;
  if (min === Number.NEGATIVE_INFINITY) return ` up to ${max}`;
  return max === Number.POSITIVE_INFINITY ? ` from ${min}` : ` from ${min} to ${max}`;
}
