/** The system's Chromium, by playwright-core. `RIG_CHROMIUM` is its path where it is elsewhere. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";

const PLACES = [process.env["RIG_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"];
const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));

export const CHROMIUM = {
  has: executablePath !== undefined,
  what: "Chromium (the Debian package, or RIG_CHROMIUM)",
};

export function openBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(`this needs ${CHROMIUM.what}`);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** Whether the pictures of the documentation are to be made anew. */
export const MAKES_PICTURES = process.env["RIG_UPDATE"] === "1";

/** What is seen, as a picture of the documentation; nothing unless they are made anew. */
export async function picture(of: Page | Locator, name: string): Promise<void> {
  if (MAKES_PICTURES) await of.screenshot({ path: resolve(`docs/images/${name}.png`) });
}
