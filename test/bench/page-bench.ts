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
    const startMs = performance.now();
    await page.getByLabel("History file").setInputFiles(path);
    await page.getByLabel(new RegExp(`^${SHOWN / 2} operations of`)).waitFor();
    const tookMs = performance.now() - startMs;
    yield { name: "page: upload of 100,000 operations, to its picture", value: tookMs, unit: "ms" };
    for (const [name, zooms] of [
      ["zooming on the whole", 0],
      ["panning a 32nd", 5],
    ] as const) {
      const times = await pan(page, zooms);
      const middle = times[times.length >> 1] ?? Number.NaN;
      const ratio = `95 %: ${(times[Math.floor(times.length * 0.95)] ?? Number.NaN).toFixed(1)} ms`;
      yield { name: `page: time of a frame, ${name}`, value: middle, unit: "ms", ratio };
    }
  } finally {
    await browser.close();
    await rig[Symbol.asyncDispose]();
  }
}

/** From key to picture, each time; sorted. Zooming in and out by turns draws the whole anew. */
async function pan(page: Page, zooms: number): Promise<readonly number[]> {
  const times = await page.evaluate<number[]>(`(async () => {
    const canvas = document.querySelector("canvas[tabindex]");
    const press = async (key) => {
      const start = performance.now();
      canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      await new Promise((resolve) => setTimeout(resolve));
      canvas.getContext("2d").getImageData(0, 0, 1, 1);
      return performance.now() - start;
    };
    for (let zoom = 0; zoom < ${zooms}; zoom++) await press("+");
    const times = [];
    const keys = ${zooms} === 0 ? ["+", "0"] : ["ArrowRight", "ArrowLeft"];
    for (let at = 0; at < ${PICTURES}; at++) times.push(await press(keys[Math.floor(at / ${zooms === 0 ? 1 : 8}) % 2]));
    return times;
  })()`);
  return [...times].sort((a, b) => a - b);
}
