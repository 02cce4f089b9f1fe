/** Every trap in the reference is held by a test that exists, or says why it is not. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isNode, parseSource, type SyntaxNode, walk } from "../../support/source-tree.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const PAGE = readFileSync(path.join(ROOT, "docs/reference/traps.md"), "utf8");

interface Trap {
  readonly name: string;
  readonly text: string;
  readonly holder: string;
}

const TRAPS: readonly Trap[] = PAGE.split("\n").flatMap((line) => {
  const [name = "", text = "", holder = ""] = line.replace(/^\| | \|$/g, "").split(" | ");
  return /^T\d+$/.test(name) ? [{ name, text, holder }] : [];
});

/** Titles of the tests in a file, as they stand in its source. */
function titlesOf(file: string): string[] {
  const place = path.join(ROOT, file);
  if (!existsSync(place)) return [];
  const titles: string[] = [];
  walk(parseSource(file, readFileSync(place, "utf8")).program, (node) => {
    const [title] = node.type === "CallExpression" ? (node["arguments"] as SyntaxNode[]) : [];
    if (title === undefined || !isTest(node["callee"])) return;
    if (typeof title["value"] === "string") titles.push(title["value"]);
  });
  return titles;
}

/** `it`, and what is made of it: `it.each(...)`, `it.skipIf(...)`. */
function isTest(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  if (callee.type === "Identifier") return callee["name"] === "it";
  if (callee.type === "CallExpression") return isTest(callee["callee"]);
  return callee.type === "MemberExpression" && isTest(callee["object"]);
}

/** The tests that a trap names. */
function namedBy({ holder }: Trap): { readonly file: string; readonly title: string }[] {
  return [...holder.matchAll(/`([^`]+)`: "([^"]+)"/g)].map(([, file = "", title = ""]) => ({
    file,
    title,
  }));
}

describe("the reference of traps", () => {
  it("has all 43, in order", () => {
    expect(TRAPS.map(({ name }) => name)).toEqual(
      Array.from({ length: 43 }, (_, index) => `T${index + 1}`),
    );
  });

  it.each(TRAPS)("has a test for $name, or says why not", (trap) => {
    const named = namedBy(trap);
    const written = named.map(({ file, title }) => `\`${file}\`: "${title}"`).join("; ");
    if (named.length > 0) expect(trap.holder).toBe(written);
    else expect(trap.holder).toMatch(/^(?:later|not testable): \S/);
    for (const { file, title } of named) expect(titlesOf(file), file).toContain(title);
  });

  it("would notice a test that is gone", () => {
    expect(titlesOf("test/unit/docs/traps.test.ts")).toContain("would notice a test that is gone");
    expect(titlesOf("test/unit/docs/traps.test.ts")).not.toContain("has all 42");
    expect(titlesOf("test/unit/docs/nothing.test.ts")).toEqual([]);
  });
});
