/**
 * The page and the report with much in them: how long until an uploaded history is seen, how long
 * a picture takes while it is panned, and how large the report of a million operations is. Needs
 * Chromium; without it the report's rows alone are there.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { isClientOperation, type Operation } from "../../rig/core/history/operation.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import type { RunEvidence } from "../../rig/core/run/evidence.ts";
import { judgeRun } from "../../rig/core/verdict/judge.ts";
import { reportHtml } from "../../rig/report/html.ts";
import { runPlan } from "../../rig/simulation/run-scenario.ts";
import { CHROMIUM, openBrowser } from "../support/browser.ts";
import { temporaryFolder } from "../support/cli.ts";
import { serveRig } from "../support/serve.ts";
import { writeHistoryFile } from "./history-file.ts";
import type { BenchRow } from "./rows.ts";

const SHOWN = 100_000;
const REPORTED = 1_000_000;
const PICTURES = 60;
const VIEW = join(process.cwd(), "dist/report/view.txt");

export async function* benchPage(): AsyncGenerator<BenchRow> {
  yield* reportRows();
  if (CHROMIUM.has) yield* pageRows();
}

/** The run of a thousand operations again and again, one behind the other. */
function longEvidence(): RunEvidence {
  const { evidence } = runPlan(
    makePlan({ scenario: "happy", nodes: 5, operations: 1000, seed: 1 }),
  );
  const part = evidence.operations.filter(isClientOperation);
  const lengthNs = (part.at(-1)?.time ?? 0) + 1000;
  const operations: Operation[] = [];
  for (let round = 0; operations.length < REPORTED; round++) {
    for (const operation of part) {
      const time = operation.time + round * lengthNs;
      operations.push({ ...operation, index: operations.length, time });
    }
  }
  const phases = { ...evidence.phases, endNs: operations.at(-1)?.time ?? 0 };
  return { ...evidence, operations, phases };
}

function* reportRows(): Generator<BenchRow> {
  const evidence = longEvidence();
  const { evidence: short } = runPlan(
    makePlan({ scenario: "happy", nodes: 5, operations: 100, seed: 1 }),
  );
  const view = readFileSync(VIEW, "utf8");
  const result = judgeRun(short);
  const small = reportHtml(result, short, { view });
  const startMs = performance.now();
  const html = reportHtml(result, evidence, { view });
  const tookMs = performance.now() - startMs;
  const ratio = `${(html.length / small.length).toFixed(1)} of a run of 100 operations`;
  yield {
    name: "report of 1,000,000 operations, size",
    value: html.length / 1e6,
    unit: "MB",
    ratio,
  };
  yield { name: "the same, time to make", value: tookMs / 1000, unit: "s" };
}

async function* pageRows(): AsyncGenerator<BenchRow> {
  const path = join(temporaryFolder(), "long.json");
  writeHistoryFile({
    path,
    transactions: SHOWN / 2,
    model: "list-append",
    form: "json",
    keys: 100,
    writesPerKey: 32,
    isAnomalous: false,
  });
  const rig = await serveRig();
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(300_000);
    await page.goto(`${rig.url}/elle`);
    await page.getByText("Drop a history here").waitFor();
    const painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
    const firstMs = (await page.evaluate<number | undefined>(painted)) ?? Number.NaN;
    yield { name: "page: from its address to its first picture", value: firstMs, unit: "ms" };
    const startMs = performance.now();
    await page.getByLabel("History file").setInputFiles(path);
    await page.getByLabel(new RegExp(`^${SHOWN / 2} operations of`)).waitFor();
    const tookMs = performance.now() - startMs;
    yield { name: "page: upload of 100,000 operations, to its picture", value: tookMs, unit: "ms" };
    for (const [name, zooms] of [
      ["zooming on the whole", 0],
      ["panning a 64th", 6],
    ] as const) {
      const { gaps, scriptMs, allMs } = await pan(page, zooms);
      const part = (share: number) => gaps[Math.floor(gaps.length * share)] ?? Number.NaN;
      const most = `95 %: ${part(0.95).toFixed(1)} ms`;
      yield {
        name: `page: from frame to frame, ${name}`,
        value: part(0.5),
        unit: "ms",
        ratio: most,
      };
      const all = `${allMs.toFixed(1)} ms of the whole main thread`;
      yield {
        name: "of that its scripts, processor time",
        value: scriptMs,
        unit: "ms",
        ratio: all,
      };
    }
  } finally {
    await browser.close();
    await rig[Symbol.asyncDispose]();
  }
}

interface Frames {
  /** From one frame to the next, milliseconds; sorted. */
  readonly gaps: readonly number[];
  /** Processor time of the page in each, scripts and all else of its main thread. */
  readonly scriptMs: number;
  readonly allMs: number;
}

/** A key press in each frame. Zooming in and out by turns draws the whole anew. */
async function pan(page: Page, zooms: number): Promise<Frames> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const seconds = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const of = (name: string) => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
    return { script: of("ScriptDuration"), all: of("TaskDuration") };
  };
  const press = (keys: readonly string[]) =>
    page.evaluate<number[]>(`(async () => {
      const canvas = document.querySelector("canvas[tabindex]");
      const gaps = [];
      let last = await new Promise(requestAnimationFrame);
      for (const key of ${JSON.stringify(keys)}) {
        canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        const now = await new Promise(requestAnimationFrame);
        gaps.push(now - last);
        last = now;
      }
      return gaps;
    })()`);
  await press(Array.from({ length: zooms }, () => "+"));
  const ways = zooms === 0 ? ["+", "0"] : ["ArrowRight", "ArrowLeft"];
  const length = zooms === 0 ? 1 : 8;
  const before = await seconds();
  const gaps = await press(
    Array.from({ length: PICTURES }, (_, at) => ways[Math.floor(at / length) % 2] ?? ""),
  );
  const after = await seconds();
  const each = (from: number, to: number) => ((to - from) * 1000) / PICTURES;
  return {
    gaps: gaps.sort((a, b) => a - b),
    scriptMs: each(before.script, after.script),
    allMs: each(before.all, after.all),
  };
}
