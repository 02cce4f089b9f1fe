/** Trace files as the commands open them: any format, packed or not, and what is said of bad ones. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openTraceFile } from "../../../rig/adapters/store/trace-file.ts";
import type { TraceRecord } from "../../../rig/core/trace/index.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { readTrace } from "./read-trace.ts";

const FOLDER = join(import.meta.dirname, "../../../fixtures/traces/own");
const FILES = readdirSync(FOLDER).filter((file) => file.startsWith("mix"));

async function readFile(path: string) {
  const records: TraceRecord[] = [];
  const file = await openTraceFile(path);
  let error: unknown;
  try {
    for await (const batch of file.batches()) records.push(...batch);
  } catch (caught) {
    error = caught;
  }
  return { format: file.format.name, records, info: file.info, error };
}

function temporary(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe("a trace file", () => {
  it.each(FILES)(
    "%s gives its records, also packed under a name that says nothing",
    async (file) => {
      const bytes = readFileSync(join(FOLDER, file));
      const expected = readTrace(new Uint8Array(bytes));
      expect(await readFile(join(FOLDER, file))).toEqual(expected);
      expect(await readFile(temporary("trace", gzipSync(bytes)))).toEqual(expected);
    },
  );

  it("larger than a piece gives every record once", async () => {
    const line = (at: number) => `(${at}.000000) can0 123#${"00".repeat(8)}\n`;
    const path = temporary(
      "large.log",
      Array.from({ length: 90_000 }, (_, at) => line(at)).join(""),
    );
    const { records, error } = await readFile(path);
    expect(error).toBeUndefined();
    expect(records.map(({ at }) => at)).toEqual(Array.from({ length: 90_000 }, (_, at) => at + 1));
  });
});

describe("a trace file is refused with its name", () => {
  it("where a line is bad, after the records before it", async () => {
    const path = temporary("a.log", "(1.000000) can0 123#00\n(2.000000) can0 123#0\n");
    const { records, error } = await readFile(path);
    expect(records).toHaveLength(1);
    expect((error as Error).message).toMatch(`${path}:2: data "0"`);
  });

  it("where bytes are missing", async () => {
    const whole = readFileSync(join(FOLDER, "mix_vcan0.pcap"));
    const path = temporary("a.pcap", whole.subarray(0, 300));
    const { error } = await readFile(path);
    expect((error as Error).message).toMatch(`${path}: offset `);
  });

  it.each([
    ["", "it is empty"],
    ["MDF     4.11", "it is MF4 (ASAM MDF); expected one of blf, "],
    ['VERSION ""\n', "it looks like a DBC file; expected one of blf, "],
    ["hello\n", "its content is of no known format; expected one of blf, "],
  ])("of no known format: %j", async (content, why) => {
    const path = temporary("a", content);
    await expect(openTraceFile(path)).rejects.toMatchObject({
      code: "input.malformed",
      message: expect.stringContaining(why),
    });
  });

  it("that is not there", async () => {
    const wanted = { code: "input.unreadable", message: "/no/file: not readable: no such file" };
    await expect(openTraceFile("/no/file")).rejects.toMatchObject(wanted);
  });
});
