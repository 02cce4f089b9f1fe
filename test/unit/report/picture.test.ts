/** Pictures of anomalies: what they show, that they are well-formed, and that nothing overlaps. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Anomaly } from "../../../rig/core/elle/index.ts";
import { timeText } from "../../../rig/core/time/time-text.ts";
import { checkHtml } from "../../../rig/report/check-html.ts";
import { anomalySvg } from "../../../rig/report/picture/anomaly-svg.ts";
import { layOutBoxes } from "../../../rig/report/picture/boxes.ts";
import { layOutEdges } from "../../../rig/report/picture/edges.ts";
import { aHistory, append, read } from "../elle/histories.ts";
import { faultyPlans, simulateLists } from "../elle/simulated-store.ts";

const stale = aHistory()
  .run(0, append(1, 5))
  .run(1, read(1, []))
  .run(2, read(1, [5]))
  .check();
const [staleRead] = stale.anomalies as [Anomaly];

/** Tags are closed in the order in which they were opened. */
function isWellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, slash, name, , end] of svg.matchAll(
    /<(\/?)([a-z]+)((?:\s[\w-]+="[^"<]*")*)(\/?)>/gi,
  )) {
    if (slash === "/") {
      if (open.pop() !== name) return false;
    } else if (end === "") open.push(name as string);
  }
  const rest = svg.replaceAll(/<\/?[a-z]+(?:\s[\w-]+="[^"<]*")*\/?>/gi, "");
  return open.length === 0 && !/[<>]/.test(rest);
}

describe("the picture of a stale read", () => {
  const svg = anomalySvg(staleRead, { isFile: true });

  it("shows operations, processes, times, and edges with what proves them", () => {
    for (const text of [
      "T1  operation 1",
      "T2  operation 3",
      "process 0",
      "append 1 5",
      "r 1 []",
    ]) {
      expect(svg).toContain(`>${text}</text>`);
    }
    for (const text of ["rw key 1", "missed 5", "realtime", "1.000 us  T1 ends"]) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg.match(/<polygon/g)).toHaveLength(2);
  });

  it("stands for itself, fits the reader's colours, and fetches nothing", () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).not.toMatch(/<script|<image|url\(|href/);
    expect(isWellFormed(svg)).toBe(true);
  });
});

describe("texts of a history", () => {
  it("are escaped, and long ones are cut", () => {
    const [detail] = staleRead.details as [Anomaly["details"][number]];
    const value = `"<script>&${"x".repeat(100)}"`;
    const hostile = { ...detail, node: "<b>", operations: [{ f: "r", key: "\u001b[2J", value }] };
    const svg = anomalySvg({ ...staleRead, details: [hostile] }, { isFile: false });
    expect(svg).not.toMatch(/<script|<b>/);
    expect(svg).not.toContain("\u001b");
    expect(svg).toContain("&lt;script&gt;&amp;");
    expect(svg).toContain("…");
    expect(isWellFormed(svg)).toBe(true);
  });

  it("are cut at the beginning where they are lists: their ends are what edges are about", () => {
    const [detail] = staleRead.details as [Anomaly["details"][number]];
    const value = `[${Array.from({ length: 30 }, (_, number) => number).join(" ")}]`;
    const long = { ...detail, operations: [{ f: "r", key: "1", value }] };
    const svg = anomalySvg({ ...staleRead, details: [long] }, { isFile: false });
    expect(svg).toMatch(/>r 1 \[…[ \d]+ 28 29\]</);
  });
});

describe("every picture", () => {
  it("is well-formed, keeps the order of time, and has boxes and labels apart", () => {
    fc.assert(
      fc.property(faultyPlans, (plan) => {
        for (const anomaly of simulateLists(plan).history.check().anomalies) {
          const svg = anomalySvg(anomaly, { isFile: true });
          expect(isWellFormed(svg)).toBe(true);
          expect(svg).not.toContain("NaN");
          const layout = layOutBoxes(anomaly, timeText);
          const { boxes } = layout;
          for (const a of boxes) {
            expect(a.bottom).toBeGreaterThan(a.top);
            for (const b of boxes) {
              if (a === b || a.lane !== b.lane) continue;
              expect(a.bottom < b.top || b.bottom < a.top).toBe(true);
            }
          }
          const { edges } = layOutEdges(layout, anomaly.cycle ?? [], 0);
          expect(edges).toHaveLength(anomaly.cycle?.length ?? 0);
          const places = edges.map(({ at }) => `${at.x} ${at.y}`);
          expect(new Set(places).size).toBe(places.length);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("the page of a check", () => {
  it("has verdict, picture and sentences of each history, and runs nothing", () => {
    const checked = { file: "<a>.edn", model: "list-append", consistency: "serializable" };
    const page = checkHtml([{ ...checked, result: stale }]);
    expect(page).toContain("INVALID");
    expect(page).toContain("&lt;a&gt;.edn");
    expect(page).toContain("So T1 would have to come before itself: a contradiction.");
    expect(page.match(/<svg class="anomaly"/g)).toHaveLength(1);
    expect(page).not.toMatch(/<script|https?:|<a>/);
  });
});
