/** Colours of the page and of the report: text can be read, and what can be used is seen (WCAG AA). */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REPORT_STYLE } from "../../../rig/report/html-style.ts";

const PAGE_STYLE = readFileSync("rig/web/style.css", "utf8");

type Colours = Readonly<Record<string, string>>;

/** Of light and dark, and of paper where there is one; each takes over what it leaves out. */
function themesOf(style: string): readonly Colours[] {
  const blocks = [...style.matchAll(/:root\s*\{([^}]*)\}/g)].map(([, block = ""]) =>
    Object.fromEntries(
      [...block.matchAll(/--([\w-]+):\s*#([0-9a-f]+)/g)].map(([, name = "", digits = ""]) => [
        name,
        digits.length === 3 ? digits.replace(/./g, "$&$&") : digits,
      ]),
    ),
  );
  return blocks.map((block) => ({ ...blocks[0], ...block }));
}

/** Relative luminance, WCAG 2.2. */
function luminance(digits: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(theme: Colours, one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other]
    .map((name) => luminance(theme[name] ?? expect.fail(name)))
    .sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Those that are below, each as `text on ground: contrast`. */
function below(style: string, least: number, texts: string[], grounds: string[]): string[] {
  return themesOf(style).flatMap((theme, at) =>
    grounds.flatMap((ground) =>
      texts.flatMap((text) => {
        const found = contrast(theme, text, ground);
        return found >= least ? [] : [`theme ${at}, ${text} on ${ground}: ${found.toFixed(2)}`];
      }),
    ),
  );
}

describe("contrast", () => {
  it("of the page's texts is 4.5 and more, of the rims of its controls 3 and more", () => {
    const texts = ["text", "muted", "good", "bad", "ok", "info", "fault"];
    expect(themesOf(PAGE_STYLE)).toHaveLength(2);
    expect(below(PAGE_STYLE, 4.5, texts, ["page", "panel"])).toEqual([]);
    expect(below(PAGE_STYLE, 3, ["edge"], ["page", "panel"])).toEqual([]);
  });

  it("of the report's texts is 4.5 and more, of marks and rims 3 and more", () => {
    const texts = ["text", "muted", "good", "warn", "bad", "ok", "info", "fault", "link"];
    expect(themesOf(REPORT_STYLE)).toHaveLength(3);
    expect(below(REPORT_STYLE, 4.5, texts, ["page"])).toEqual([]);
    const soft = ["good-soft", "warn-soft", "bad-soft"];
    expect(below(REPORT_STYLE, 4.5, ["text", "muted", "bad"], soft)).toEqual([]);
    expect(below(REPORT_STYLE, 3, ["fail", "edge"], ["page", "panel"])).toEqual([]);
  });

  it("is seen to be missing where it is", () => {
    expect(below(":root{--a:#777;--b:#888888}", 4.5, ["a"], ["b"])).toHaveLength(1);
  });
});
