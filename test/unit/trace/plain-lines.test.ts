/**
 * Lines in their usual writing are read from left to right, all others word by word. Both give the
 * same: here each usual line is read again in another writing that means the same.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bytesOf, readTrace, writeTrace } from "./read-trace.ts";

const OWN = join(import.meta.dirname, "../../../fixtures/traces/own/mix.log");
const source = readTrace(new Uint8Array(readFileSync(OWN)));

/** What makes of a usual line an unusual one. */
const WRITINGS: readonly (readonly [string, (line: string) => string])[] = [
  ["candump", (line) => line.replace(" ", "  ")],
  ["asc", (line) => line.replace(/^ +(?=\d)/, "\t")],
  ["trc-2.1", (line) => line.replace(/(?<=^ *\d+) +/, "\t")],
  ["trc-2.0", (line) => line.replace(/(?<=^ *\d+) +/, "\t")],
  ["trc-1.3", (line) => line.replace(/(?<=^ *\d+\)) +/, "\t")],
  ["trc-1.1", (line) => line.replace(/(?<=^ *\d+\)) +/, "\t")],
  ["trc-1.0", (line) => line.replace(/(?<=^ *\d+\)) +/, "\t")],
  ["python-can-csv", (line) => line.replace(/^\d+\.\d+/, "$&0000")],
];

describe.each(WRITINGS)("%s", (name, rewritten) => {
  it("is read alike by both ways", () => {
    const text = new TextDecoder().decode(writeTrace(name, source.records, source.info).bytes);
    const other = text.split("\n").map(rewritten).join("\n");
    expect(other).not.toBe(text);
    const usual = readTrace(bytesOf(text), { as: name });
    const unusual = readTrace(bytesOf(other), { as: name });
    expect(usual.records.length).toBeGreaterThan(50);
    expect(unusual).toEqual(usual);
  });
});
