/** The report of a run, opened from disk: the views of the page are in it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, MAKES_PICTURES, openBrowser, picture } from "../support/browser.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const WAIT = { timeout: 60_000 };
const itInBrowser = itNeeds(CHROMIUM);

let browser: Browser;
const output = temporaryFolder();
const folder = join(output, "bft-over-threshold", "latest");

beforeAll(async () => {
  const sizes = ["--nodes", "4", "--seed", "7", "--operations", "60"];
  const common = ["run", "--scenario", "bft-over-threshold", "--quiet", "--output-dir", output];
  const { code } = await rig([...common, ...sizes]);
  expect(code).toBe(0);
  if (CHROMIUM.has) browser = await openBrowser();
  if (MAKES_PICTURES) await pictureOfReport();
}, 120_000);

afterAll(async () => browser?.close());

/** The run of the README. */
async function pictureOfReport(): Promise<void> {
  const sizes = ["--nodes", "5", "--seed", "7"];
  const common = ["run", "--scenario", "partition", "--quiet", "--output-dir", output];
  await rig([...common, ...sizes]);
  const page = await browser.newPage({ viewport: { width: 1180, height: 960 } });
  await page.goto(`file://${output}/partition/latest/report.html`);
  await picture(page, "report-partition");
  await picture(page.locator("#views"), "report-views");
  await page.close();
}

describe("report.html", () => {
  it("is made again from the folder, byte for byte", async () => {
    const file = join(folder, "report.html");
    const before = readFileSync(file, "utf8");
    expect((await rig(["report", folder, "--quiet"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  itInBrowser(
    "shows timeline, plots and the graph of an anomaly, without a server",
    async () => {
      const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
      page.setDefaultTimeout(WAIT.timeout);
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => complaints.push(message.text()));
      await page.goto(`file://${folder}/report.html`);
      const timeline = page.getByLabel(/^\d+ operations of 10 clients/);
      await timeline.focus();
      await page.keyboard.press("n");
      await page.getByText(/^Process \d+.* Invoked at/).waitFor();
      await page.getByLabel(/^Latency of \d+ operations,/).waitFor();
      await page.getByLabel(/^Completed per second, at most [1-9]/).waitFor();
      await expect.poll(() => page.locator(".graph .edge.cycle").count(), WAIT).toBeGreaterThan(1);
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(wide).toBeLessThanOrEqual(390);
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("#views").isVisible()).toBe(false);
      await page.close();
      expect(complaints).toEqual([]);
      expect(asked.filter((url) => !/^(file|blob):/.test(url))).toEqual([]);
    },
    180_000,
  );
});
