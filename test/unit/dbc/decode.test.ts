/**
 * Decoding and encoding: the values that another tool gives for captured traces, a captured run of
 * our own, then random layouts against an oracle that goes bit by bit.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DbcMessage,
  decodeMessage,
  encodeMessage,
  findMessage,
  labelOf,
  parseDbc,
  physicalOf,
  physicalText,
  rawOfPhysical,
  type SignalValue,
  textOfDbc,
} from "../../../rig/core/dbc/index.ts";
import { framesOf, readTrace } from "../trace/read-trace.ts";

const CORPUS = join(import.meta.dirname, "../../../../shared/corpus/traces");
const MATCHED = join(CORPUS, "own/dbc-matched");

function only(text: string): DbcMessage {
  const [message] = parseDbc(text).messages.values();
  if (message === undefined) throw new Error("no message");
  return message;
}

/** Names with digits, as they are printed. */
function textsOf(message: DbcMessage, data: Uint8Array): Record<string, string> {
  const { values } = decodeMessage(message, data);
  return Object.fromEntries(values.map((value) => [value.signal.name, physicalText(value)]));
}

interface ExpectedLine {
  readonly line: number;
  readonly message: string;
  readonly signals: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Digits as they stand there: some exceed a double. */
function expectedOf(line: string): ExpectedLine {
  const quoted = line.replace(/": (-?[\d.]+(?:e[+-]?\d+)?)(?=[,}])/g, '": "$1"');
  const { line: number, ...rest } = JSON.parse(quoted);
  return { line: Number(number), ...rest };
}

/** 2.50 and 2.5 are the same; the file has nine places, and all digits of whole numbers. */
function sameDigits(text: string): string {
  return text.includes(".") || text.includes("e") ? String(Number(text)) : text;
}

function ninePlaces(value: SignalValue): string {
  const text = physicalText(value);
  return /^-?\d+$/.test(text) ? text : String(Number(physicalOf(value).toFixed(9)));
}

describe("decoded values equal those of another tool", () => {
  const names = existsSync(MATCHED)
    ? readdirSync(MATCHED).filter((file) => file.endsWith(".expected.jsonl"))
    : [];
  const rows = names.flatMap((file) =>
    [".log", ".pcapng"].map((end) => [file.replace(".expected.jsonl", end), file] as const),
  );

  it.each(rows)("%s", (trace, expectedFile) => {
    const dbcName = `${trace.replace(/^dbc_|\.\w+$/g, "")}.dbc`;
    const dbc = parseDbc(textOfDbc(readFileSync(join(CORPUS, "dbc", dbcName))));
    const { records, error } = readTrace(new Uint8Array(readFileSync(join(MATCHED, trace))));
    expect(error).toBeUndefined();
    const lines = readFileSync(join(MATCHED, expectedFile), "utf8").trim().split("\n");
    const decoded = framesOf(records).map((record, at) => {
      const message = findMessage(dbc, record.id, record.extended) as DbcMessage;
      const { values } = decodeMessage(message, record.data);
      const signals = values.map((each) => [each.signal.name, ninePlaces(each)]);
      const labels = values.flatMap((each) => {
        const label = labelOf(each);
        return label === undefined ? [] : [[each.signal.name, label]];
      });
      return {
        line: at + 1,
        message: message.name,
        signals: Object.fromEntries(signals),
        labels: Object.fromEntries(labels),
      };
    });
    const expected = lines.map(expectedOf).map((line) => {
      const signals = Object.entries(line.signals).map(([name, text]) => [name, sameDigits(text)]);
      return { ...line, signals: Object.fromEntries(signals) };
    });
    expect(decoded).toEqual(expected);
  });
});

describe("values are exact:", () => {
  const signal = (layout: string, rest = "") =>
    only(`BO_ 1 M: 8 X\n SG_ S : ${layout} [0|0] "" X\n${rest}`);
  const text = (message: DbcMessage, ...bytes: number[]) =>
    textsOf(
      message,
      Uint8Array.from({ length: 8 }, (_, at) => bytes[at] ?? 0),
    )["S"];

  it.each([
    ["0|8@1+ (0.1,0)", [3], "0.3"],
    ["0|8@1+ (0.1,0.2)", [1], "0.3"],
    ["0|16@1- (0.01,250)", [0xff, 0xff], "249.99"],
    ["0|8@1+ (0.333333333333333,0)", [3], "0.999999999999999"],
    ["0|8@1+ (1E-05,-40)", [1], "-39.99999"],
    ["0|8@1+ (1e3,0)", [7], "7000"],
    ["0|64@1+ (1,0)", [255, 255, 255, 255, 255, 255, 255, 255], "18446744073709551615"],
    ["0|64@1+ (0.1,0)", [255, 255, 255, 255, 255, 255, 255, 255], "1844674407370955161.5"],
    ["0|64@1- (1,0)", [0, 0, 0, 0, 0, 0, 0, 0x80], "-9223372036854775808"],
    ["0|54@1+ (1,0)", [255, 255, 255, 255, 255, 255, 0x3f], "18014398509481983"],
    ["7|64@0+ (1,0)", [0, 0x20, 0, 0, 0, 0, 0, 1], "9007199254740993"],
    ["0|8@1- (-1,0)", [0], "0"],
    ["3|12@1+ (1,0)", [0xf8, 0x7f], "4095"],
    ["3|12@0+ (1,0)", [0xf1, 0x23], "291"],
  ])("%s of %j is %s", (layout, bytes, expected) => {
    expect(text(signal(layout), ...bytes)).toBe(expected);
  });

  it("floating-point numbers have their fewest digits", () => {
    const single = signal("0|32@1- (1,0)", "SIG_VALTYPE_ 1 S : 1;");
    expect(text(single, 0x0a, 0xd7, 0xa3, 0x3c)).toBe("0.02");
    expect(text(single, 0, 0, 0xc0, 0x7f)).toBe("NaN");
    expect(text(single, 0, 0, 0x80, 0xff)).toBe("-Infinity");
    const scaled = signal("0|32@1- (0.1,0)", "SIG_VALTYPE_ 1 S : 1;");
    expect(text(scaled, 0x14, 0xae, 0x1f, 0x41)).toBe("0.998");
    const big = signal("7|64@0- (2,1)", "SIG_VALTYPE_ 1 S : 2;");
    expect(text(big, 0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a)).toBe("1.2");
  });
});

describe("signals that a frame doesn't have", () => {
  const message = only(`BO_ 1 M: 8 X
 SG_ Deep m7 : 24|8@1+ (1,0) [0|0] "" X
 SG_ Mid m2M : 8|8@1+ (1,0) [0|0] "" X
 SG_ Top M : 0|8@1+ (1,0) [0|0] "" X
 SG_ Last : 56|8@1+ (1,0) [0|0] "" X
SG_MUL_VAL_ 1 Mid Top 2-2, 5-6;
SG_MUL_VAL_ 1 Deep Mid 7-7;
`);

  it.each([
    [
      [0, 7],
      ["Top", "Last"],
    ],
    [
      [2, 7],
      ["Deep", "Mid", "Top", "Last"],
    ],
    [
      [6, 1],
      ["Mid", "Top", "Last"],
    ],
    [
      [7, 7],
      ["Top", "Last"],
    ],
  ])("are left out where %j doesn't select them", (bytes, names) => {
    const data = Uint8Array.from({ length: 8 }, (_, at) => bytes[at] ?? 0);
    expect(Object.keys(textsOf(message, data))).toEqual(names);
  });

  it("are left out where the frame is too short, and that is said", () => {
    const { values, missingBytes } = decodeMessage(message, Uint8Array.of(2, 7, 0));
    expect(values.map(({ signal }) => signal.name)).toEqual(["Mid", "Top"]);
    expect(missingBytes).toBe(5);
    expect(decodeMessage(message, new Uint8Array(0)).values).toEqual([]);
  });
});

/** The value of a field, one bit after another; big-endian ones in the sawtooth of their count. */
function slowRaw(
  { start, length, isBigEndian }: { start: number; length: number; isBigEndian: boolean },
  data: Uint8Array,
): bigint {
  let value = 0n;
  let bit = start;
  for (let at = 0; at < length; at++) {
    const isSet = ((data[Math.floor(bit / 8)] ?? 0) >> (bit % 8)) & 1;
    if (isBigEndian) {
      value = value * 2n + BigInt(isSet);
      bit = bit % 8 === 0 ? bit + 15 : bit - 1;
    } else {
      value += BigInt(isSet) << BigInt(at);
      bit++;
    }
  }
  return value;
}

describe("any layout", () => {
  const layout = fc
    .record({
      length: fc.integer({ min: 1, max: 64 }),
      isBigEndian: fc.boolean(),
      isSigned: fc.boolean(),
      first: fc.nat(511),
    })
    .map(({ length, isBigEndian, isSigned, first }) => {
      const from = Math.min(first, 512 - length);
      const start = isBigEndian ? from - (from % 8) + 7 - (from % 8) : from;
      return { length, isBigEndian, isSigned, start };
    });
  const bytes = fc.uint8Array({ minLength: 64, maxLength: 64 });
  const scale = fc.constantFrom("1,0", "0.1,0", "0.125,-40", "-2.5,7", "1e-7,3", "1000,0.001");

  const messageOf = (
    each: { start: number; length: number } & Record<string, unknown>,
    by: string,
  ) =>
    only(
      `BO_ 1 M: 64 X\n SG_ S : ${each.start}|${each.length}@${each["isBigEndian"] ? 0 : 1}` +
        `${each["isSigned"] ? "-" : "+"} (${by}) [0|0] "" X\n`,
    );

  it("is read as bit by bit", () => {
    fc.assert(
      fc.property(layout, bytes, (each, data) => {
        const bits = slowRaw(each, data);
        const expected = each.isSigned ? BigInt.asIntN(each.length, bits) : bits;
        const [value] = decodeMessage(messageOf(each, "1,0"), data).values;
        expect(BigInt(value?.raw ?? 0)).toBe(expected);
        expect(typeof value?.raw === "number").toBe(Number.isSafeInteger(Number(expected)));
      }),
      { seed: 5, numRuns: 600 },
    );
  });

  it("is written as it was read, and nothing beside it changes", () => {
    fc.assert(
      fc.property(layout, scale, bytes, bytes, (each, by, data, before) => {
        const message = messageOf(each, by);
        const [value] = decodeMessage(message, data).values;
        if (value === undefined) throw new Error("no value");
        const text = physicalText(value);
        const written = encodeMessage(message, { S: text }, before);
        expect(textsOf(message, written)).toEqual({ S: text });
        expect(physicalOf(value)).toBe(Number(text));
        const inverse = { ...each, isSigned: false };
        const field = messageOf(inverse, "1,0");
        const blank = (frame: Uint8Array) => encodeMessage(field, { S: 0 }, frame);
        expect(blank(written)).toEqual(blank(before));
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it("holds floating-point numbers", () => {
    const forms = fc.constantFrom(
      ["0|32", "1", 1],
      ["7|32", "0", 1],
      ["8|64", "1", 2],
      ["15|64", "0", 2],
    );
    fc.assert(
      fc.property(forms, fc.double({ noNaN: true }), ([place, order, type], number) => {
        const head = `BO_ 1 M: 16 X\n SG_ S : ${place}@${order}- (1,0) [0|0] "" X\n`;
        const message = only(`${head}SIG_VALTYPE_ 1 S : ${type};`);
        const kept = type === 1 ? Math.fround(number) : number;
        const [value] = decodeMessage(message, encodeMessage(message, { S: number })).values;
        expect(value?.raw).toBe(kept);
        if (value === undefined) return;
        const shown = Number(physicalText(value));
        expect(type === 1 ? Math.fround(shown) : shown).toBe(Object.is(kept, -0) ? 0 : kept);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe("encoding refuses", () => {
  const message = only(`BO_ 1 M: 2 X
 SG_ Mux M : 0|4@1+ (1,0) [0|0] "" X
 SG_ Low m1 : 8|4@1- (0.5,0) [0|0] "" X
 SG_ Far : 16|8@1+ (1,0) [0|0] "" X
VAL_ 1 Mux 1 "one" ;
`);

  it.each([
    [{ Nobody: 1 }, "message M: it has no signal Nobody"],
    [{ Mux: 16 }, "Mux is 16, beyond its 4 unsigned bits"],
    [{ Mux: "two" }, 'Mux is "two": expected a number'],
    [{ Low: 1 }, "message M: signal Low is not there when Mux is 0"],
    [{ Far: 1 }, "message M: signal Far reaches beyond its 2 bytes"],
  ])("%j", (values, problem) => {
    expect(() => encodeMessage(message, values)).toThrow(problem);
  });

  it("nothing else: texts of values, and the nearest step", () => {
    expect([...encodeMessage(message, { Mux: "one", Low: -3.9 })]).toEqual([1, 8]);
    const [mux] = message.signals;
    expect(mux === undefined ? null : rawOfPhysical(mux, "one")).toBe(1);
  });
});
