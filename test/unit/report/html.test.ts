import { createHash } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { isClientOperation } from "../../../rig/core/history/operation.ts";
import { type OperationRow, operationsOfRows } from "../../../rig/core/history/rows.ts";
import { reportHtml } from "../../../rig/report/html.ts";
import { timeTicks } from "../../../rig/report/html-chart.ts";
import { VIEW_LOADER } from "../../../rig/report/html-view.ts";
import { anEvidence, aResult, detectedResult, partitionEvidence } from "../../support/evidence.ts";

const evidence = partitionEvidence();
const page = reportHtml(aResult(evidence), evidence, { repeat: "rig run --seed 7" });

/** How often the pattern occurs. */
function count(html: string, pattern: RegExp): number {
  return [...html.matchAll(pattern)].length;
}

describe("report.html", () => {
  it("is one file that fetches nothing and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link rel="stylesheet|<img|url\((?!#)|@import|https?:/);
    expect(page).toContain("default-src 'none'");
  });

  it("has the moving views where they are built, and runs nothing else", () => {
    const html = reportHtml(detectedResult(evidence), evidence, { view: "UFJPR1JBTQ==" });
    const hash = createHash("sha256").update(VIEW_LOADER).digest("base64");
    expect(html).toContain(`script-src 'sha256-${hash}' blob:;`);
    const scripts = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
    expect(
      scripts.filter(
        (attributes) => !/type="(text\/plain|application\/json)"/.test(attributes ?? ""),
      ),
    ).toEqual([""]);
    const [, piece = ""] = /class="view-piece">([^<]+)</.exec(html) ?? [];
    const rows = JSON.parse(String(inflateRawSync(Buffer.from(piece, "base64")))) as OperationRow[];
    expect(operationsOfRows(rows)).toEqual(evidence.operations.filter(isClientOperation));
  });

  it("is smaller than 150 kB for a hundred operations", () => {
    expect(page.length).toBeLessThan(150_000);
  });

  it("says the verdict, the reasons and the expectation before anything else", () => {
    const order = ["VALID", "as expected", "Why", "safe-only", "Latency over time", "Clients"];
    const places = order.map((words) => page.indexOf(words, page.indexOf("<main>")));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.every((place) => place > 0)).toBe(true);
  });

  it("marks each completed operation and draws a box for each one", () => {
    expect(count(page, /<use class="ok"[^>]*x=/g)).toBe(84);
    expect(count(page, /<use class="info"[^>]*x=/g)).toBe(36);
    expect(count(page, /<rect id="i\d+"/g)).toBe(120);
  });

  it("gives each client one lane, whatever number its process has come to", () => {
    expect(count(page, />client \d+</g)).toBe(10);
    expect(page).toContain(", process 10,");
  });

  it("shades and names the fault in every chart", () => {
    expect(count(page, />1 partition<\/text>/g)).toBe(3);
    expect(page).toContain("partition 0 1 | 2 3 4: 412 deliveries withheld");
  });

  it("shows the load of the bus, its error frames, and controllers in error states", () => {
    const windowNs = Math.ceil(aResult(evidence).durationNs / 2);
    const busWindows = { windowNs, busyNs: [windowNs / 4, 0], errorFrames: [0, 3] };
    const busStates = [{ timeNs: 1e6, node: 2, state: "bus-off" as const }];
    const struck = { ...evidence, busWindows, busStates };
    const html = reportHtml(aResult(struck), struck);
    expect(html).toMatch(/<title>0 s: 25 %<\/title>/);
    expect(html).toMatch(/class="errors".*: 0 %, 3 error frames<\/title>/);
    expect(html).toContain("<title>node 2 bus-off from 1.00 ms to the end</title>");
    expect(page).toContain("No frame was recorded.");
  });

  it("tells the whole operation on hovering", () => {
    expect(page).toMatch(/<title>operation \d+ \/ \d+, process 3, node \d\nacknowledged\n.* ms\)/);
    expect(page).toContain("outcome unknown: timeout");
  });

  it("explains anomalies and links the operations that they name to their boxes", () => {
    const html = reportHtml(detectedResult(evidence), evidence);
    const [, anchor] = /<a href="#(i\d+)">operation 38<\/a>/.exec(html) ?? [];
    expect(anchor).toBeDefined();
    expect(html).toMatch(new RegExp(`<rect id="${anchor}" class="ok named"`));
    expect(html).toContain("nodes 0 and 3 decided differently in slot 12: value 38 &lt;&gt;");
  });

  it("escapes all that comes from outside", () => {
    const hostile = '"><script>alert(1)</script>\u0007';
    const operations = evidence.operations.map((operation) =>
      operation.type === "info" ? { ...operation, error: hostile } : operation,
    );
    const faults = evidence.faults.map((fault) => ({ ...fault, target: hostile }));
    const spoiled = { ...evidence, operations, faults, messages: { [hostile]: 1 } };
    const reasons = [{ outcome: "valid", code: hostile, text: hostile }] as const;
    const result = aResult(spoiled, { reasons, scenario: hostile, partial: hostile });
    const html = reportHtml(result, spoiled, { repeat: hostile });
    expect(html).not.toContain("<script");
    expect(html).not.toContain("\u0007");
    expect(html).not.toContain('""&gt;');
  });

  it("draws at most 2,000 boxes, says so, and stays small enough to open", () => {
    const long = partitionEvidence({ operations: 20_000 });
    const html = reportHtml(aResult(long), long);
    expect(count(html, /<rect id="i\d+"/g)).toBe(2_000);
    expect(html).toContain("The first 2,000 of 20,020 operations are shown");
    expect(html).toMatch(/[\d,]+ marks stand for 20,020 operations/);
    expect(html.length).toBeLessThan(1_500_000);
  });

  it("is made from a partial record as well, and says that it is one", () => {
    const operations = evidence.operations.slice(0, 40);
    const phases = { workloadEndNs: null, healedNs: null, endNs: null };
    const partial = { ...evidence, operations, phases, partial: "killed" };
    const html = reportHtml(aResult(partial), partial);
    expect(html).toContain("The record is partial: killed");
    expect(html).toContain("open at the end of the record");
    expect(reportHtml(aResult(anEvidence()), anEvidence())).toContain("No operation was issued");
  });

  it("is the same for the same evidence", () => {
    const again = partitionEvidence();
    expect(reportHtml(aResult(again), again, { repeat: "rig run --seed 7" })).toBe(page);
  });
});

describe("ticks of the time axis", () => {
  it("are round, start at 0 and are at most seven", () => {
    expect(timeTicks(0)).toEqual([0]);
    expect(timeTicks(1.75e9)).toEqual([0, 0.5e9, 1e9, 1.5e9]);
    for (const untilNs of [1, 7e3, 59e6, 60e6, 61e6, 3e12]) {
      expect(timeTicks(untilNs).length).toBeLessThanOrEqual(7);
    }
  });
});
