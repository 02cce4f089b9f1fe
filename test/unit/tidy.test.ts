/**
 * Keeps the source tree as the design has it: who may import whom, no hidden clocks or randomness,
 * short files and functions. Each check is shown to fire on a small bad sample first.
 */

import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  checkCycles,
  checkDirections,
  checkImported,
  checkPackages,
} from "../support/layer-rules.ts";
import { parseSource, readSourceTree, type SourceFile } from "../support/source-tree.ts";
import {
  checkConstructs,
  checkFileLength,
  checkFunctionLength,
  checkGlobals,
  checkHeadComment,
  checkLineLength,
  checkMarks,
  checkParameters,
  type Rule,
} from "../support/tidy-rules.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const FOLDERS = ["rig", "firmware-bridge"].filter((each) => existsSync(path.join(ROOT, each)));
const TREE = readSourceTree(ROOT, FOLDERS);

/** Files by path and text. */
function sources(files: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(files).map(([file, text]) => parseSource(file, text));
}

function inCore(text: string): SourceFile {
  return parseSource("rig/core/a.ts", text);
}

function allBy(rule: Rule): string[] {
  return TREE.flatMap(rule);
}

describe("the source tree", () => {
  it("has files to check", () => {
    expect(TREE.length).toBeGreaterThan(100);
  });

  it("imports in the directions of the design only", () => {
    expect(checkDirections(TREE)).toEqual([]);
  });

  it("keeps packages and Node's modules out of the parts that decide", () => {
    expect(checkPackages(TREE)).toEqual([]);
  });

  it("has no import cycles", () => {
    expect(checkCycles(TREE)).toEqual([]);
  });

  it("has no file that nobody imports", () => {
    expect(checkImported(TREE)).toEqual([]);
  });

  it("reads no clock, chance, environment or console outside adapters, server and cli", () => {
    expect(allBy(checkGlobals)).toEqual([]);
  });

  it("has files of at most 500 lines and lines of at most 100 columns", () => {
    expect([...allBy(checkFileLength), ...allBy(checkLineLength)]).toEqual([]);
  });

  it("has functions of at most 70 lines and four parameters", () => {
    expect([...allBy(checkFunctionLength), ...allBy(checkParameters)]).toEqual([]);
  });

  it("has no default exports, enums, namespaces, any, or non-null assertions", () => {
    expect(allBy(checkConstructs)).toEqual([]);
  });

  it("says at the head of each file what it is for", () => {
    expect(allBy(checkHeadComment)).toEqual([]);
  });

  it("leaves no marks for later work", () => {
    expect(allBy(checkMarks)).toEqual([]);
  });
});

describe("the check of import directions", () => {
  const violations = (file: string, target: string) =>
    checkDirections(sources({ [file]: `import { x } from "${target}";` }));

  it.each([
    ["rig/core/a/a.ts", "../../ports/bus.ts"],
    ["rig/core/a/a.ts", "../../simulation/cluster.ts"],
    ["rig/ports/a.ts", "../engine/a.ts"],
    ["rig/engine/a.ts", "../adapters/hub/a.ts"],
    ["rig/engine/a.ts", "../simulation/a.ts"],
    ["rig/server/a.ts", "../cli/main.ts"],
    ["rig/server/a.ts", "../adapters/sim/a.ts"],
    ["rig/report/a.ts", "../engine/a.ts"],
    ["rig/web/a.ts", "../server/a.ts"],
    ["rig/simulation/a.ts", "../ports/a.ts"],
    ["rig/adapters/hub/a.ts", "../serial/a.ts"],
    ["rig/adapters/hub/a.ts", "../../simulation/a.ts"],
    ["rig/adapters/hub/a.ts", "../../engine/a.ts"],
    ["rig/index.ts", "./cli/main.ts"],
    ["rig/core/a.ts", "../../test/support/xml.ts"],
    ["firmware-bridge/protocol/a.ts", "../../rig/core/a.ts"],
    ["firmware-bridge/host/a.ts", "../power/a.ts"],
    ["firmware-bridge/power/a.ts", "../../rig/engine/a.ts"],
  ])("fires when %s imports %s", (file, target) => {
    expect(violations(file, target)).toHaveLength(1);
  });

  it.each([
    ["rig/core/a/a.ts", "../b/b.ts"],
    ["rig/engine/a.ts", "../ports/a.ts"],
    ["rig/server/a.ts", "../engine/a.ts"],
    ["rig/adapters/sim/a.ts", "../../simulation/a.ts"],
    ["rig/adapters/hub/a.ts", "../../ports/a.ts"],
    ["rig/cli/a.ts", "../adapters/hub/a.ts"],
    ["firmware-bridge/host/a.ts", "../protocol/a.ts"],
    ["firmware-bridge/power/a.ts", "../../rig/ports/a.ts"],
  ])("lets %s import %s", (file, target) => {
    expect(violations(file, target)).toEqual([]);
  });

  it.each([
    'import type { A } from "../engine/a.ts";',
    'export { a } from "../engine/a.ts";',
    'export * from "../engine/a.ts";',
    'const a = await import("../engine/a.ts");',
    'type A = import("../engine/a.ts").A;',
    'new Worker(new URL("../engine/a.js", import.meta.url));',
  ])("sees the import in %s", (text) => {
    expect(checkDirections([inCore(text)])).toHaveLength(1);
  });
});

describe("the check of packages", () => {
  it.each(["core", "ports", "simulation", "engine", "report"])("fires in %s", (part) => {
    const files = sources({
      [`rig/${part}/a.ts`]: 'import fs from "node:fs"; import yargs from "yargs";',
    });
    expect(checkPackages(files)).toHaveLength(2);
  });

  it("lets the contract of the server use schemas, and nothing else", () => {
    const of = (specifier: string) =>
      checkPackages(sources({ "rig/core/api/a.ts": `import "${specifier}";` }));
    expect(of("zod")).toEqual([]);
    expect(of("hono")).toHaveLength(1);
  });

  it("lets an adapter use them", () => {
    expect(checkPackages(sources({ "rig/adapters/a/a.ts": 'import "node:fs";' }))).toEqual([]);
  });
});

describe("the check of cycles", () => {
  it("fires on a file that imports itself by way of two others", () => {
    const files = sources({
      "rig/core/a.ts": 'import "./b.ts";',
      "rig/core/b.ts": 'import type { C } from "./c.ts";',
      "rig/core/c.ts": 'import "./a.ts";',
    });
    expect(checkCycles(files)).toEqual([
      "import cycle: rig/core/a.ts -> rig/core/b.ts -> rig/core/c.ts -> rig/core/a.ts",
    ]);
  });

  it("lets two files import a third", () => {
    const files = sources({
      "rig/core/a.ts": 'import "./b.ts"; import "./c.ts";',
      "rig/core/b.ts": 'import "./c.ts";',
      "rig/core/c.ts": "",
    });
    expect(checkCycles(files)).toEqual([]);
  });
});

describe("the check of unused files", () => {
  it("fires on a file that only stands there, not on an entry", () => {
    const files = sources({ "rig/index.ts": 'import "./core/a.ts";', "rig/core/a.ts": "" });
    const unused = sources({ "rig/core/b.ts": 'import "./a.ts";' });
    expect(checkImported(files)).toEqual([]);
    expect(checkImported([...files, ...unused])).toEqual(["rig/core/b.ts: nobody imports it"]);
  });
});

describe("the check of globals", () => {
  it.each([
    "const now = Date.now();",
    "const now = new Date();",
    "const x = Math.random();",
    'const x = Math["random"]();',
    "setTimeout(f, 1);",
    "setInterval(f, 1);",
    "setImmediate(f);",
    "performance.now();",
    "const { env } = process;",
    "const value = { process };",
    "console.log(1);",
    "globalThis.crypto.randomUUID();",
    "crypto.getRandomValues(a);",
    'const fs = require("node:fs");',
    "function f(a = Date.now()) {}",
    "{ const process = 1; } process.exit();",
    "const x = (Date as unknown as X).now();",
  ])("fires on %s", (text) => {
    expect(checkGlobals(inCore(text)).length).toBeGreaterThan(0);
  });

  it.each([
    "const process = 1; f(process);",
    "function f(process: number) { return process + 1; }",
    "const f = ({ process, console: { Date } }: A) => process + Date;",
    "const x = operation.process; const y = { process: 1 };",
    "class A { process = 1; console() { return this.process; } }",
    "interface A { process: number; at: Date }",
    "for (const process of all) f(process);",
    "try { f(); } catch (console) { g(console); }",
    'import { Date } from "./b.ts"; f(Date);',
    "const x = Math.floor(1.5);",
  ])("leaves alone %s", (text) => {
    expect(checkGlobals(inCore(text))).toEqual([]);
  });

  it("fires where a seed decides on a function that engines round differently", () => {
    const text = "const x = Math.exp(y);";
    expect(checkGlobals(parseSource("rig/simulation/a.ts", text))).toHaveLength(1);
    expect(checkGlobals(parseSource("rig/report/a.ts", text))).toEqual([]);
  });

  it.each(["rig/adapters/a/a.ts", "rig/server/a.ts", "rig/cli/a.ts", "firmware-bridge/host/a.ts"])(
    "lets %s use the world",
    (file) => {
      expect(checkGlobals(parseSource(file, "console.log(Date.now());"))).toEqual([]);
    },
  );

  it.each(["rig/ports/a.ts", "rig/engine/a.ts", "rig/web/a.ts", "firmware-bridge/protocol/a.ts"])(
    "fires in %s",
    (file) => {
      expect(checkGlobals(parseSource(file, "setTimeout(f, 1);"))).toHaveLength(1);
    },
  );
});

describe("the checks of length", () => {
  it("fire on a file of 501 lines, not of 500", () => {
    expect(checkFileLength(inCore("f();\n".repeat(501)))).toEqual(["rig/core/a.ts: 501 lines"]);
    expect(checkFileLength(inCore("f();\n".repeat(500)))).toEqual([]);
  });

  it("fire on a line of 101 columns, not of 100", () => {
    expect(checkLineLength(inCore(`// ${"x".repeat(98)}`))).toHaveLength(1);
    expect(checkLineLength(inCore(`// ${"x".repeat(97)}`))).toEqual([]);
  });

  it("fire on a function of 71 lines, not of 70", () => {
    const body = (lines: number) => `function f() {\n${"g();\n".repeat(lines - 2)}}`;
    expect(checkFunctionLength(inCore(body(71)))).toHaveLength(1);
    expect(checkFunctionLength(inCore(body(70)))).toEqual([]);
    const method = `class A {\n  m = () => {\n${"g();\n".repeat(70)}};\n}`;
    expect(checkFunctionLength(inCore(method))).toHaveLength(1);
  });

  it.each([
    "function f(a, b, c, d, e) {}",
    "const f = (a, b, c, d, ...e) => 1;",
    "class A { constructor(a, b, c, d, e) {} }",
    "interface A { f(a: B, b: B, c: B, d: B, e: B): void }",
    "type F = (a: B, b: B, c: B, d: B, e: B) => void;",
  ])("fire on the five parameters of %s", (text) => {
    expect(checkParameters(inCore(text))).toHaveLength(1);
  });

  it("let four parameters and five type arguments pass", () => {
    const text = "function f(a: M<A, B, C, D, E>, b: B, c: B, d: B) {}";
    expect(checkParameters(inCore(text))).toEqual([]);
  });
});

describe("the check of constructs", () => {
  it.each([
    "export default 1;",
    "const a = 1; export { a as default };",
    "enum A { b }",
    "const a: any = 1;",
    "type A = Map<string, any>;",
    "const a = b!.c;",
    "namespace A { export const b = 1; }",
  ])("fires on %s", (text) => {
    expect(checkConstructs(inCore(text))).toHaveLength(1);
  });

  it("knows words from constructs", () => {
    const text = 'export const any = "enum"; const b = !a; switch (b) { default: f(any); }';
    expect(checkConstructs(inCore(text))).toEqual([]);
  });
});

describe("the check of head comments", () => {
  it.each(["f();", "// A line.\nf();", "f();\n/** Too late. */", "/* No doc comment. */"])(
    "fires on %j",
    (text) => {
      expect(checkHeadComment(inCore(text))).toHaveLength(1);
    },
  );

  it("fires on one that goes on for ever", () => {
    const text = `/**\n${" * words\n".repeat(11)} */\nf();`;
    expect(checkHeadComment(inCore(text))).toEqual(["rig/core/a.ts: a head comment of 11 lines"]);
  });

  it("lets an interpreter line stand before it", () => {
    expect(checkHeadComment(inCore("#!/usr/bin/env node\n/** Starts. */\nf();"))).toEqual([]);
  });
});

describe("the check of marks", () => {
  // Put together here, so that this file has none itself.
  it.each(["TO", "FIX"])("fires on %s.. in a comment", (start) => {
    const mark = start === "TO" ? `${start}DO` : `${start}ME`;
    expect(checkMarks(inCore(`f(); // ${mark}: later`))).toHaveLength(1);
    expect(checkMarks(inCore(`f("${mark}");`))).toEqual([]);
  });
});
