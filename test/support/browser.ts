/** The system's Chromium, by playwright-core. `RIG_CHROMIUM` is its path where it is elsewhere. */

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

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
