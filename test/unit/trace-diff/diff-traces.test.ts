/** What counts as a difference between two traces, and what no file can be asked for. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DbcSet, parseDbc } from "../../../rig/core/dbc/index.ts";
import { TRACE_FORMATS, type TraceRecord } from "../../../rig/core/trace/index.ts";
import {
  type DiffOptions,
  diffTraces,
  isKeyDifferent,
  TraceContent,
} from "../../../rig/core/trace-diff/index.ts";
import { bytesOf, readTrace, writeTrace } from "../trace/read-trace.ts";

function contentOf(records: readonly TraceRecord[]): TraceContent {
  const content = new TraceContent();
  for (const record of records) content.add(record);
  return content;
}

const log = (text: string) => readTrace(bytesOf(text)).records;
const diff = (a: string, b: string, options?: DiffOptions) =>
  diffTraces(contentOf(log(a)), contentOf(log(b)), options);

/** One identifier, a frame each 10 ms, with these bytes. */
function periodic(bytes: readonly number[], periodMs = 10, channel = "can0", id = "123"): string {
  return bytes
    .map((byte, at) => {
      const ms = String(at * periodMs).padStart(4, "0");
      const digits = byte.toString(16).toUpperCase().padStart(2, "0");
      return `(1700000000.${ms}00) ${channel} ${id}#${digits}\n`;
    })
    .join("");
}

describe("the same frames at other times", () => {
  it("are no difference: by so much the stamps are apart", () => {
    const a = periodic([1, 2, 3, 4]);
    const b = a.replaceAll("(17000000", "(99000000").replace("0.002000", "0.002500");
    const { isDifferent, time, keys } = diff(a, b);
    expect(isDifferent).toBe(false);
    expect(keys[0]).toMatchObject({ id: 0x123, countA: 4, countB: 4, missing: 0, changed: 0 });
    expect(time).toMatchObject({ pairs: 4, shiftNs: 0, p50Ns: 0, greatestNs: 500_000 });
  });

  it("in another order are counted", () => {
    const [x, y] = [periodic([1, 2]), periodic([3], 10, "can0", "200")];
    const { isDifferent, time } = diff(x + y, y + x);
    expect([isDifferent, time?.reordered]).toEqual([false, 1]);
  });

  it("at twice the speed take half as long", () => {
    const { isDifferent, time, keys } = diff(periodic([1, 2, 3], 20), periodic([1, 2, 3], 10));
    expect([isDifferent, time?.stretch]).toEqual([false, 0.5]);
    expect(keys[0]?.periodA).toMatchObject({ medianNs: 2_000_000, jitterNs: 0 });
    const checked = diff(periodic([1, 2, 3], 20), periodic([1, 2, 3]), { periodTolerance: 0.4 });
    expect([checked.isDifferent, checked.keys[0]?.isPeriodOff]).toEqual([true, true]);
  });

  it("on channels of other names are compared by the order of the names", () => {
    const a = periodic([1], 10, "can2") + periodic([2], 10, "can10");
    const same = diff(a, periodic([1], 10, "1") + periodic([2], 10, "2"));
    expect(same.isDifferent).toBe(true);
    const channels = new Map([
      ["can2", "1"],
      ["can10", "2"],
    ]);
    const given = diff(a, periodic([1], 10, "1") + periodic([2], 10, "2"), { channels });
    expect(given.isDifferent).toBe(false);
  });
});

describe("a difference", () => {
  it("is a frame that is missing, one too many, and one with other bytes", () => {
    const { keys, isDifferent } = diff(periodic([1, 2, 3, 4, 5, 6]), periodic([1, 3, 4, 9, 6, 7]));
    expect(isDifferent).toBe(true);
    expect(keys[0]).toMatchObject({ missing: 1, extra: 1, changed: 1, isByPosition: false });
    expect(keys[0]?.firstMissing).toMatchObject({ place: 2, data: Uint8Array.of(2) });
    expect(keys[0]?.firstExtra).toMatchObject({ place: 6, data: Uint8Array.of(7) });
    expect(keys[0]?.firstChange?.map(({ place }) => place)).toEqual([5, 4]);
  });

  it("is another format of the same bytes", () => {
    const { keys } = diff("(0.000000) can0 123##5AA\n", "(0.000000) can0 123##4AA\n");
    expect(keys[0]?.changed).toBe(1);
    expect(diff("(0.0) can0 123#R2\n", "(0.0) can0 123#R3\n").keys[0]?.changed).toBe(1);
  });

  it("is an identifier of 29 bits where the other has 11, a remote frame, an error frame", () => {
    const a = "(0.000000) can0 123#\n";
    for (const b of ["00000123#", "123#R", "20000080#0000000000000000"]) {
      const { keys } = diff(a, `(0.000000) can0 ${b}\n`);
      expect(keys.map(({ missing, extra }) => [missing, extra]).sort()).toEqual([
        [0, 1],
        [1, 0],
      ]);
    }
  });

  it("of data is one of signals where a DBC file knows them", () => {
    const dbc = `BO_ 291 M: 1 X\n SG_ Low : 0|4@1+ (0.5,1) [0|0] "V" X
 SG_ High : 4|4@1+ (1,0) [0|0] "" X\nVAL_ 291 High 1 "on" ;\n`;
    const dbcs = new DbcSet([{ name: "a.dbc", channel: null, file: parseDbc(dbc) }]);
    const { keys } = diff(periodic([0x11, 0x12, 0x13]), periodic([0x11, 0x1a, 0x03]), { dbcs });
    expect(keys[0]).toMatchObject({ name: "M", changed: 2 });
    expect(keys[0]?.signals).toMatchObject([
      { signal: "Low", unit: "V", changed: 1, greatest: 4, first: { placeA: 2, placeB: 2 } },
      { signal: "High", changed: 1, greatest: 1, first: { placeA: 3, placeB: 3 } },
    ]);
  });
});

describe("what a file does not tell", () => {
  it("is no difference, and is named", () => {
    const { records, info } = readTrace(
      bytesOf("(0.000000) can0 123##7AA\n(1.0) can0 20000088#0011223344556677\n"),
    );
    const screen = readTrace(
      bytesOf(
        "  can0  123  [01]  AA\n  can0  20000088   [8]  00 11 22 33 44 55 66 77   ERRORFRAME\n",
      ),
    );
    const { isDifferent, uncompared, time } = diffTraces(
      contentOf(records),
      contentOf(screen.records),
    );
    expect([isDifferent, time]).toEqual([false, null]);
    expect(uncompared).toEqual(["BRS", "ESI"]);
    const asc = writeTrace("asc", records, info);
    const read = readTrace(asc.bytes);
    const result = diffTraces(contentOf(records), contentOf(read.records));
    expect([result.isDifferent, result.uncompared]).toEqual([false, ["details of error frames"]]);
  });
});

const MIX = path.join(import.meta.dirname, "../../../fixtures/traces/own/mix.log");
const CORPUS = path.join(import.meta.dirname, "../../../../shared/corpus/traces");

describe("a trace and its copy in another format", () => {
  const records = log(readFileSync(MIX, "utf8"));
  const info = { clock: "epoch", start: null } as const;

  it.each(TRACE_FORMATS.filter(({ writer }) => writer !== null).map(({ name }) => name))(
    "%s differ in nothing but what its writer said",
    (name) => {
      const { bytes, losses } = writeTrace(name, records, info);
      const copy = readTrace(bytes, { as: name });
      const { isDifferent, keys } = diffTraces(contentOf(records), contentOf(copy.records));
      if (losses.length === 0) expect(isDifferent).toBe(false);
      const said = losses.reduce((sum, { count }) => sum + count, 0);
      expect(keys.filter(isKeyDifferent).length).toBeLessThanOrEqual(said);
    },
  );

  it.skipIf(!existsSync(CORPUS))("of SavvyCAN's own four are the same", () => {
    const read = (file: string) =>
      contentOf(
        readTrace(new Uint8Array(readFileSync(path.join(CORPUS, "savvycan", file)))).records,
      );
    const first = read("candump.log");
    for (const file of ["GVRET_Log.csv", "GenericID_Log.csv", "BusMasterLog.log"]) {
      expect(diffTraces(first, read(file)).isDifferent).toBe(false);
    }
  });
});
