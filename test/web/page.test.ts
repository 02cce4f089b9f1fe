/** The page in a real browser, before a real server, as a user works with it. */

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { CHROMIUM, openBrowser, picture } from "../support/browser.ts";
import { itNeeds } from "../support/needs.ts";
import { type ServedRig, serveRig } from "../support/serve.ts";

const HISTORIES = new URL("../../fixtures/histories/", import.meta.url).pathname;
const WAIT = { timeout: 60_000 };
const itInBrowser = itNeeds(CHROMIUM);

let rig: ServedRig;
let browser: Browser;

beforeAll(async () => {
  if (!CHROMIUM.has) return;
  rig = await serveRig();
  browser = await openBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

/** A page without complaints of the browser. */
async function withPage(size: { width: number; height: number }, work: (page: Page) => unknown) {
  const page = await browser.newPage({ viewport: size });
  page.setDefaultTimeout(WAIT.timeout);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(`${rig.url}/elle`);
  try {
    await work(page);
  } finally {
    await page.close();
  }
  expect(complaints).toEqual([]);
}

/**
 * The server's word to a page that is too slow, after so many operations, once; what `since` the
 * page has come with each time.
 */
async function cutOffOnce(page: Page, after: number): Promise<readonly (string | null)[]> {
  const sinces: (string | null)[] = [];
  await page.routeWebSocket(/history\/stream/, (socket) => {
    const isFirst = sinces.push(new URL(socket.url()).searchParams.get("since")) === 1;
    const server = socket.connectToServer();
    let passed = 0;
    server.onMessage((message) => {
      if (!isFirst || passed < after) socket.send(message);
      else if (passed === after) void socket.close({ code: 4008, reason: `slow: since=${after}` });
      passed++;
    });
  });
  return sinces;
}

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 800 };

const tab = (page: Page, name: string) => page.getByRole("tab", { name }).click();
const upload = (page: Page, file: string) =>
  page.getByLabel("History file").setInputFiles(`${HISTORIES}${file}`);

describe("the page", () => {
  itInBrowser(
    "shows the anomaly of a history that was browsed for",
    async () => {
      await withPage(WIDE, async (page) => {
        await upload(page, "write-skew.json");
        await page.getByRole("heading", { name: "write-skew.json invalid" }).waitFor();
        await page.getByText("So T1 would have to come before itself: a contradiction.").waitFor();
        await tab(page, "Dependency graph");
        const node = page.locator(".graph .operation").first();
        await expect.poll(() => page.locator(".graph .edge.cycle").count(), WAIT).toBe(2);
        await expect.poll(() => node.getAttribute("transform"), WAIT).toMatch(/translate/);
        await picture(page, "page-graph");
        await page.getByLabel("rw", { exact: true }).uncheck();
        await expect.poll(() => page.locator(".graph .edge.cycle").count(), WAIT).toBe(0);
      });
    },
    180_000,
  );

  itInBrowser(
    "takes a history that is dropped on it, and lets a node be dragged",
    async () => {
      await withPage(WIDE, async (page) => {
        const text = readFileSync(`${HISTORIES}write-skew.json`, "utf8");
        const data = await page.evaluateHandle(`(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([${JSON.stringify(text)}], "dropped.json"));
        return transfer;
      })()`);
        await page.getByLabel("Open a history").dispatchEvent("drop", { dataTransfer: data });
        await page.getByRole("heading", { name: "dropped.json invalid" }).waitFor();
        await tab(page, "Dependency graph");
        const node = page.locator(".graph .operation").first();
        await expect.poll(() => node.getAttribute("transform"), WAIT).toMatch(/translate/);
        const box = await node.boundingBox();
        if (box === null) throw new Error("no node");
        await page.mouse.move(box.x + 15, box.y + 15);
        await page.mouse.down();
        await page.mouse.move(box.x + 15, box.y - 85, { steps: 5 });
        await page.mouse.up();
        const moved = async () => (await node.boundingBox())?.y ?? 0;
        await expect.poll(moved, WAIT).toBeLessThan(box.y - 60);
      });
    },
    180_000,
  );

  itInBrowser(
    "names the line of a history that is broken",
    async () => {
      await withPage(NARROW, async (page) => {
        const buffer = Buffer.from('{"index":0,"type":"invoke"}\n{"index":1,"type":\n');
        const file = { name: "broken.jsonl", mimeType: "text/plain", buffer };
        await page.getByLabel("History file").setInputFiles(file);
        const alert = page.getByRole("alert");
        await alert.waitFor();
        expect(await alert.textContent()).toMatch(/^broken\.jsonl: line \d+: /);
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
        expect(wide).toBeLessThanOrEqual(NARROW.width);
      });
    },
    180_000,
  );

  itInBrowser(
    "follows a run live, strikes it by hand, and shows it again after a reload",
    async () => {
      await withPage(WIDE, async (page) => {
        await tab(page, "Live monitor");
        await page.getByLabel("Scenario").selectOption("happy");
        await page.getByRole("button", { name: "Start" }).click();
        await page.getByText("happy started").waitFor();
        await expect
          .poll(() => page.getByLabel("Event log").locator("td").count(), WAIT)
          .not.toBe(0);
        await page.getByRole("button", { name: "Partition" }).click();
        await page.getByText("partitioned", { exact: true }).waitFor();
        const sinces = await cutOffOnce(page, 40);
        await page.reload();
        await tab(page, "Live monitor");
        await expect
          .poll(() => page.getByLabel("Event log").locator("td").count(), WAIT)
          .not.toBe(0);
        const heal = page.getByRole("button", { name: "End all" });
        if (await heal.isEnabled()) await heal.click();
        await page.getByText(/happy\/\S+, (finished|partial)/).waitFor();
        // Cut off in the middle of the history, it came back, and has all of it.
        await expect.poll(() => sinces, WAIT).toEqual(["0", "40"]);
        const history = await rig.client.history();
        const invoked = history.filter((each) => each.type === "invoke");
        const tile = page.locator(".tile", { hasText: "Invoked" }).locator("dd");
        await expect.poll(() => tile.textContent(), WAIT).toBe(String(invoked.length));
        await picture(page, "page-monitor");
        await tab(page, "Runs");
        await page.getByRole("button", { name: "Open" }).first().click();
        await page.getByRole("heading", { name: /^happy\/\S+ (valid|unknown)/ }).waitFor();
        await page.getByLabel(/^Latency of \d+ operations/).waitFor();
        await page.getByLabel(/ operations of \d+ clients/).focus();
        await page.keyboard.press("n");
        await page.getByText(/^Process \d+.* Invoked at/).waitFor();
        await page.getByLabel(/ operations of \d+ clients; faults: partition from /).waitFor();
        await picture(page, "page-timeline");
        await page.keyboard.press("Shift+ArrowRight");
        await expect.poll(() => page.locator(".cursor").count(), WAIT).toBe(3);
        await page.setViewportSize(NARROW);
        for (const name of ["Live monitor", "Runs", "Timeline", "Dependency graph"]) {
          await tab(page, name);
          const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
          expect(wide, name).toBeLessThanOrEqual(NARROW.width);
        }
        await page.keyboard.press("ArrowLeft");
        expect(await page.getByRole("tab", { selected: true }).textContent()).toBe("Timeline");
      });
    },
    240_000,
  );
});
