/** Files that can-utils writes are read, and ours are read by can-utils, frame for frame. */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { TraceRecord } from "../../../rig/core/trace/index.ts";
import { diffTraces, TraceContent } from "../../../rig/core/trace-diff/index.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { itNeeds } from "../../support/needs.ts";
import { bytesOf, readTrace, writeTrace } from "./read-trace.ts";

const LOG = `(1700000000.000000) can0 123#0011223344556677
(1700000000.000250) can0 00000123#
(1700000000.000500) can0 18FEF100#AA
(1700000000.000750) can0 7FF#R
(1700000000.001000) can0 100##5${"5A".repeat(64)}
(1700000000.001250) can0 1FFFFFFF##6${"01".repeat(12)}
(1700000000.001500) can0 101##4
(1700000000.001750) can0 000#FF
`;
const folder = temporaryFolder();
const has = spawnSync("log2asc", ["-?"]).error === undefined;
const itHere = itNeeds({ has, what: "can-utils" });

function contentOf(records: readonly TraceRecord[]): TraceContent {
  const content = new TraceContent();
  for (const record of records) content.add(record);
  return content;
}

/** The file that a program makes of another one. */
function converted(program: string, bytes: Uint8Array, args: readonly string[] = []): Uint8Array {
  const [from, to] = [join(folder, `${program}.in`), join(folder, `${program}.out`)];
  writeFileSync(from, bytes);
  const { status, stderr } = spawnSync(program, ["-I", from, "-O", to, ...args]);
  expect([status, String(stderr)]).toEqual([0, expect.any(String)]);
  return new Uint8Array(readFileSync(to));
}

function expectSame(a: readonly TraceRecord[], b: readonly TraceRecord[]): void {
  const { isDifferent, time } = diffTraces(contentOf(a), contentOf(b));
  expect([isDifferent, time?.pairs, time?.greatestNs]).toEqual([false, a.length, 0]);
}

describe("can-utils", () => {
  const { records, info } = readTrace(bytesOf(LOG));

  itHere("makes an ASC file of our log that we read as the same frames", () => {
    const log = writeTrace("candump", records, info);
    expect(log.losses).toEqual([]);
    expectSame(records, readTrace(converted("log2asc", log.bytes, ["can0"])).records);
  });

  itHere("makes a log of our ASC file that we read as the same frames", () => {
    const asc = writeTrace("asc", records, info);
    expectSame(records, readTrace(converted("asc2log", asc.bytes)).records);
  });
});
