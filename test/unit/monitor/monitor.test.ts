/** What `rig monitor` shows of the traffic. */

import { describe, expect, it } from "vitest";
import { TrafficTable } from "../../../rig/core/monitor/traffic-table.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { type MonitorView, monitorLines, monitorScreen } from "../../../rig/report/monitor-text.ts";
import { COLOUR_STYLE, PLAIN_STYLE } from "../../../rig/report/style.ts";
import { aFrame, hexBytes } from "../../support/can-frames.ts";

function view(table: TrafficTable, meaning: MonitorView["meaning"] = () => null): MonitorView {
  const bus = { bus: "can0", frames: 3, errorFrames: 0, lost: 0, load: 0.421, trouble: null };
  return { buses: [bus], rows: table.takeRows(), unlisted: table.unlisted, meaning };
}

function seen(...frames: readonly (readonly [id: number, data: string, ms: number])[]) {
  const table = new TrafficTable();
  for (const [id, data, ms] of frames) {
    table.observe("can0", aFrame({ id, data: hexBytes(data) }), ms * NS_PER_MS);
  }
  return table;
}

describe("the table of the traffic", () => {
  it("has a row for each identifier of each bus and format, in order", () => {
    const table = seen([0x200, "", 0], [0x100, "", 1]);
    table.observe("can1", aFrame({ id: 0x100 }), 0);
    table.observe("can0", aFrame({ id: 0x100, extended: true }), 0);
    const rows = table.takeRows().map(({ bus, id, extended }) => [bus, id, extended]);
    expect(rows).toEqual([
      ["can0", 0x100, false],
      ["can0", 0x200, false],
      ["can0", 0x100, true],
      ["can1", 0x100, false],
    ]);
  });

  it("counts, and takes the period from the last intervals", () => {
    const [once] = seen([1, "", 0]).takeRows();
    expect(once).toMatchObject({ count: 1, periodNs: null });
    const [often] = seen([1, "", 0], [1, "", 10], [1, "", 20], [1, "", 30]).takeRows();
    expect(often).toMatchObject({ count: 4, periodNs: 10 * NS_PER_MS });
  });

  it("marks bytes that took another value since the last look, also if they went back", () => {
    const table = seen([1, "1122", 0]);
    expect(table.takeRows()[0]).toMatchObject({ changed: [true, true], fresh: 1 });
    expect(table.takeRows()[0]).toMatchObject({ changed: [false, false], fresh: 0 });
    for (const data of ["1133", "1122"]) {
      table.observe("can0", aFrame({ id: 1, data: hexBytes(data) }), 0);
    }
    expect(table.takeRows()[0]).toMatchObject({ changed: [false, true], fresh: 2 });
    table.observe("can0", aFrame({ id: 1, data: hexBytes("112233") }), 0);
    expect(table.takeRows()[0]?.changed).toEqual([false, false, true]);
  });

  it("is bounded, and counts what it has no room for", () => {
    const table = new TrafficTable();
    for (let id = 0; id < 5000; id++) table.observe("can0", aFrame({ id, extended: true }), 0);
    expect(table.takeRows()).toHaveLength(4096);
    expect(table.unlisted).toBe(904);
  });
});

describe("the picture", () => {
  it("has the figures of each bus and the rows, with what the DBC file says", () => {
    const table = seen([0x123, "1122", 0], [0x123, "1133", 10], [0x7ff, "", 0]);
    const meaning: MonitorView["meaning"] = ({ id }) => (id === 0x123 ? "Engine  Speed = 5" : null);
    expect(monitorLines(view(table, meaning))).toEqual([
      "can0: 3 frames, 0 error frames, load 42.1 %",
      " bus   id    count   period  data",
      "can0  123        2  10.0 ms  11 33  Engine  Speed = 5",
      "can0  7FF        1        -  ",
    ]);
  });

  it("leaves out of lines what was not there since the last ones", () => {
    const table = seen([1, "", 0]);
    table.takeRows();
    expect(monitorLines(view(table))).toHaveLength(2);
  });

  it("fits the screen and says what it had no room for", () => {
    const table = seen(...Array.from({ length: 50 }, (_, id) => [id, "", 0] as const));
    const lines = monitorScreen(view(table), { columns: 30, lines: 10 }, PLAIN_STYLE);
    expect(lines).toHaveLength(10);
    expect(Math.max(...lines.map((line) => line.length))).toBe(30);
    expect(lines.at(-1)).toBe("43 more that there is no room…");
  });

  it("paints what changed", () => {
    const table = seen([1, "1122", 0]);
    table.takeRows();
    table.observe("can0", aFrame({ id: 1, data: hexBytes("1133") }), 0);
    const lines = monitorScreen(view(table), { columns: 80, lines: 10 }, COLOUR_STYLE);
    expect(lines.at(-1)).toContain(`11 ${COLOUR_STYLE.paint("strong", "33")}`);
  });
});
