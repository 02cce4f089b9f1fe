/** The recorder pairs operations as a history must have them, or refuses. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HistoryRecorder } from "../../../rig/core/history/recorder.ts";

function aRecorder(isOn = true) {
  let nowNs = 0;
  return new HistoryRecorder({ nowNs: () => ++nowNs, clients: 2, isOn });
}

describe("the history recorder", () => {
  it("gives indices and times in the order of the calls", () => {
    const recorder = aRecorder();
    recorder.invoke(0, [["append", "x", 1]]);
    recorder.invoke(1, [["r", "x", null]]);
    recorder.ok(0, [["append", "x", 1]]);
    recorder.ok(1, [["r", "x", [1]]]);
    expect(recorder.end()).toEqual([
      { index: 0, type: "invoke", f: "txn", process: 0, time: 1, value: [["append", 0, 1]] },
      { index: 1, type: "invoke", f: "txn", process: 1, time: 2, value: [["r", 0, null]] },
      { index: 2, type: "ok", f: "txn", process: 0, time: 3, value: [["append", 0, 1]] },
      { index: 3, type: "ok", f: "txn", process: 1, time: 4, value: [["r", 0, [1]]] },
    ]);
  });

  it("repeats the value with fail and info, and retires the process after info", () => {
    const recorder = aRecorder();
    recorder.invoke(0, [["append", "x", 1]]);
    recorder.fail(0, "refused");
    recorder.invoke(0, [["append", "x", 2]]);
    expect(recorder.info(0, "timeout")).toBe(2);
    const [, fail, , info] = recorder.operations;
    expect(fail).toMatchObject({ type: "fail", value: [["append", 0, 1]], error: "refused" });
    expect(info).toMatchObject({ type: "info", value: [["append", 0, 2]], error: "timeout" });
    expect(() => recorder.invoke(0, [])).toThrow("process 0 retired after info");
    recorder.invoke(2, [["append", "x", 3]]);
  });

  it("refuses a second open operation, and a completion of none", () => {
    const recorder = aRecorder();
    recorder.invoke(0, []);
    expect(() => recorder.invoke(0, [])).toThrow("process 0 has an operation open");
    expect(() => recorder.ok(1, [])).toThrow("process 1 has no operation open");
  });

  it("ends what is open with info, and knows the nemesis as no client", () => {
    const recorder = aRecorder();
    recorder.invoke(1, [["append", "x", 1]]);
    recorder.nemesis("start-partition", "0 | 1");
    expect(recorder.end().map(({ type, process }) => [type, process])).toEqual([
      ["invoke", 1],
      ["info", "nemesis"],
      ["info", 1],
    ]);
  });

  it("never gives two keys one number, whatever their names", () => {
    const key = fc.oneof(fc.string(), fc.integer(), fc.constantFrom("1", 1, "number 1", "-0", 0));
    fc.assert(
      fc.property(fc.uniqueArray(key), (keys) => {
        const recorder = aRecorder();
        const numbers = keys.map((each) => recorder.keyNumber(each));
        expect(new Set(numbers).size).toBe(keys.length);
        expect(keys.map((each) => recorder.keyNumber(each))).toEqual(numbers);
      }),
    );
  });

  it("keeps nothing when it is off", () => {
    const recorder = aRecorder(false);
    recorder.invoke(0, [["append", "x", 1]]);
    recorder.ok(5, []);
    expect(recorder.info(3)).toBe(5);
    expect(recorder.end()).toEqual([]);
  });
});
