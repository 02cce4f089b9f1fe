/** The control line: one set of lines, read alike by the host and by the devices' C. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { crc16 } from "../../firmware-bridge/protocol/crc16.ts";
import {
  decodeAnswer,
  decodeRequest,
  encodeRequest,
  LINE_MAX,
} from "../../firmware-bridge/protocol/line.ts";

interface Vectors {
  readonly crc: readonly { readonly text: string; readonly crc: string }[];
  readonly requests: readonly { line: string; sequence: number; words: readonly string[] }[];
  readonly damaged: readonly { readonly line: string; readonly why: string }[];
  readonly silent: readonly string[];
  readonly answers: readonly { readonly line: string; readonly answer: object }[];
}

const FOLDER = new URL("../../firmware-bridge/firmware/line/", import.meta.url).pathname;
const VECTORS = JSON.parse(
  readFileSync(new URL("../../fixtures/control-line.json", import.meta.url), "utf8"),
) as Vectors;

const plain = (value: object | null) =>
  value &&
  Object.fromEntries(
    Object.entries(value).map(([name, it]) => [
      name,
      it instanceof Map ? Object.fromEntries(it) : it,
    ]),
  );

const word = fc.stringMatching(/^[!-#%-)+-~]{1,8}$/);
const words = fc.array(word, { minLength: 1, maxLength: 7 });

describe("the control line of the host", () => {
  it.each(VECTORS.crc)("has the CRC $crc for $text", ({ text, crc }) => {
    expect(crc16(new TextEncoder().encode(text)).toString(16).toUpperCase()).toBe(crc);
  });

  it.each(VECTORS.requests)("reads $line", ({ line, sequence, words: expected }) => {
    expect(decodeRequest(line)).toEqual({ mark: "$", sequence, words: expected });
  });

  it.each(VECTORS.answers)("reads $line", ({ line, answer }) => {
    expect(plain(decodeAnswer(line))).toEqual(answer);
    expect(decodeAnswer(`${line.slice(0, -1)}X`)).toBeNull();
  });

  it("writes what a device reads, and refuses words that would not arrive", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 255 }), words, (sequence, some) => {
        const line = encodeRequest(sequence, some);
        expect(line.length).toBeLessThanOrEqual(LINE_MAX);
        expect(decodeRequest(line.trimEnd())).toEqual({ mark: "$", sequence, words: some });
      }),
    );
    for (const odd of ["a b", "$", "*", "", "ä", "\n"]) {
      expect(() => encodeRequest(1, [odd])).toThrow(RangeError);
    }
    expect(() => encodeRequest(1, ["x".repeat(80)])).toThrow("expected at most 80");
  });
});

/** Feeds lines to the C and prints one line for each event: a request as JSON, or "damaged". */
const HARNESS = `
#include <stdio.h>
#include "line.h"
int main(void) {
    struct line_in in; int c, i; enum line_event event;
    line_reset(&in);
    while ((c = getchar()) != EOF) {
        event = line_take(&in, (char)c);
        if (event == LINE_DAMAGED) puts("damaged");
        if (event == LINE_REQUEST) {
            printf("{\\"sequence\\":%u,\\"words\\":[", in.sequence);
            for (i = 0; i < in.count; i++) printf("%s\\"%s\\"", i ? "," : "", in.words[i]);
            puts("]}");
        }
    }
    return 0;
}
`;

describe("the control line of the devices", () => {
  let program = "";

  beforeAll(() => {
    const folder = mkdtempSync(path.join(tmpdir(), "rig-line-"));
    program = path.join(folder, "line");
    writeFileSync(`${program}.c`, HARNESS);
    const checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    const flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", ...checks, "-I", FOLDER];
    execFileSync("cc", [...flags, `${program}.c`, path.join(FOLDER, "line.c"), "-o", program]);
  });

  const heard = (input: string | Uint8Array) =>
    execFileSync(program, { input }).toString().trimEnd().split("\n");

  it("reads the same requests", () => {
    const input = VECTORS.requests.map(({ line }) => `${line}\r\n`).join("");
    expect(heard(input).map((text) => JSON.parse(text))).toEqual(
      VECTORS.requests.map(({ sequence, words: expected }) => ({ sequence, words: expected })),
    );
  });

  it.each(VECTORS.damaged)("calls $line damaged: $why", ({ line }) => {
    expect(decodeRequest(line)).toBeNull();
    expect(heard(`${line}\n`)).toEqual(["damaged"]);
  });

  it("keeps silent about what begins with no $", () => {
    expect(heard(`${VECTORS.silent.join("\n")}\n`)).toEqual([""]);
  });

  it("agrees with the host on lines with a bit or two turned over", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 255 }),
        words,
        fc.array(fc.nat(8 * LINE_MAX), { minLength: 1, maxLength: 2 }),
        (sequence, some, bits) => {
          const bytes = Buffer.from(encodeRequest(sequence, some), "latin1");
          for (const bit of bits) {
            const at = (bit >> 3) % (bytes.length - 1);
            bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << (bit & 7)), at);
          }
          const text = bytes.toString("latin1").trimEnd();
          const here = decodeRequest(text);
          const there = heard(bytes).filter((line) => line.startsWith("{"));
          const expected = here && { sequence: here.sequence, words: here.words };
          expect(there.map((line) => JSON.parse(line))).toEqual(expected ? [expected] : []);
        },
      ),
      { numRuns: 40 },
    );
  });
});
