/**
 * Damaged DBC files: each is read or refused with a line; none hangs, crashes or fills memory.
 * RIG_MANGLED_FILES sets how many there are.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  labelOf,
  parseDbc,
  physicalText,
  textOfDbc,
} from "../../../rig/core/dbc/index.ts";
import { Random } from "../../../rig/core/random/random.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";

const COUNT = Number(process.env["RIG_MANGLED_FILES"] ?? 150);
const CORPUS = join(import.meta.dirname, "../../../../shared/corpus/traces/dbc");

const OWN = `VERSION "1"
NS_ :
	CM_
BS_:
BU_: A B
VAL_TABLE_ T 1 "on" 0 "off" ;
BO_ 256 Motor: 8 A
 SG_ Mux M : 0|4@1+ (1,0) [0|15] "" B
 SG_ Speed m0 : 8|16@1- (0.1,-40) [0|0] "km/h" B
 SG_ Wide m1M : 15|40@0+ (1e-3,0) [0|0] "" B
BO_ 2147483905 Data: 64 A
 SG_ Half : 7|32@0- (1,0) [0|0] "" B
CM_ SG_ 256 Speed "a \\"quick\\" one
in two lines";
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN_FD";
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_ "VFrameFormat" BO_ 2147483905 1;
VAL_ 256 Mux T ;
SIG_VALTYPE_ 2147483905 Half : 1;
SG_MUL_VAL_ 256 Wide Mux 1-1, 3-4;
`;

const PIECES = [
  '"',
  "\\",
  ";",
  ":",
  "|",
  "(",
  ")",
  "@",
  ",",
  "-",
  "\n",
  "\r",
  "//",
  "/*",
  "*/",
  "\0",
  "\ufffd",
  "BO_ ",
  "SG_ ",
  "VAL_ ",
  "CM_ ",
  "SG_MUL_VAL_ ",
  "SIG_VALTYPE_ ",
  "NS_ :\n",
  "BU_: ",
  " M ",
  " m1M ",
  "99999999999999999999",
  "1e308",
  "1e-9999",
  ".5",
  "0.",
  "4294967295",
  "9".repeat(600),
];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

function mangled(random: Random, sources: readonly string[]): string {
  let text = pick(random, sources);
  for (let left = 1 + random.below(6); left > 0; left--) {
    const at = random.below(text.length + 1);
    const length = random.below(pick(random, [2, 20, 200]));
    switch (random.below(5)) {
      case 0:
        text = text.slice(0, at) + text.slice(at + length);
        break;
      case 1:
        text = text.slice(0, at) + pick(random, PIECES) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(at, at + length).repeat(3) + text.slice(at);
        break;
      case 3:
        text = text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
        break;
      default:
        text =
          random.below(4) === 0 ? text.slice(0, at) : text.replace(/\d+/, pick(random, PIECES));
    }
  }
  return text;
}

/** How the file ended: read or refused. */
function outcome(text: string): "read" | "refused" {
  try {
    const dbc = parseDbc(text);
    for (const message of dbc.messages.values()) {
      for (const length of [0, 3, 8, 64]) {
        const data = Uint8Array.from({ length }, (_, at) => (at * 37) & 0xff);
        for (const value of decodeMessage(message, data).values) {
          physicalText(value);
          labelOf(value);
        }
      }
    }
    return "read";
  } catch (error) {
    expect(error, text).toBeInstanceOf(RigError);
    expect(error).toMatchObject({ code: "input.malformed" });
    expect((error as RigError).message).toMatch(/^(?:line \d+: |no section of a DBC file)/);
    return "refused";
  }
}

describe("a damaged DBC file", () => {
  const files = existsSync(CORPUS) ? readdirSync(CORPUS) : [];
  const others = files.map((file) => textOfDbc(readFileSync(join(CORPUS, file))));

  it(`is read or refused, each of ${COUNT}`, () => {
    const random = Random.of(7, "mangled DBC");
    const counts = { read: 0, refused: 0 };
    let slowestMs = 0;
    for (let file = 0; file < COUNT; file++) {
      const text = mangled(random, [OWN, OWN, ...others]);
      const startMs = performance.now();
      counts[outcome(text)]++;
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
    }
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(COUNT / 10);
    expect(slowestMs).toBeLessThan(5000);
    if (process.env["RIG_MANGLED_FILES"] !== undefined) console.log(counts, slowestMs);
  }, 600_000);

  it("of any bytes is refused or read", () => {
    const random = Random.of(8, "random DBC");
    for (let file = 0; file < 100; file++) {
      const bytes = Uint8Array.from({ length: 300 }, () => random.below(256));
      outcome(textOfDbc(bytes));
    }
  });
});
