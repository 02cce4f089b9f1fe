/**
 * The rules of style that a parser can see, each a pure function from one parsed file to its
 * violations: lengths, parameters, head comments, words and constructs that are not used here.
 */

import { globalUses } from "./global-use.ts";
import { partOf } from "./layer-rules.ts";
import { isNode, lineOf, type SourceFile, type SyntaxNode, walk } from "./source-tree.ts";

export type Rule = (file: SourceFile) => string[];

const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;
const PARAMETERS_MAX = 4;
const COLUMNS_MAX = 100;
const HEAD_LINES_MAX = 10;

/** Clocks, randomness, environment and console: they belong to adapters, server and cli. */
const BANNED_GLOBALS = new Set([
  "Date",
  "Math.random",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "performance",
  "process",
  "console",
  "crypto",
  "globalThis",
  "require",
]);

/** Engines may round these differently, so that one seed would not give one run everywhere. */
const INEXACT = new Set(
  ["exp", "expm1", "log", "log1p", "pow", "sin", "cos", "tan", "atan2", "sinh", "cosh"].map(
    (name) => `Math.${name}`,
  ),
);

function mayUseTheWorld(part: string | null): boolean {
  if (part === null) return false;
  if (part.startsWith("bridge/")) return part !== "bridge/protocol";
  return part === "server" || part === "cli" || part.startsWith("adapters/");
}

export const checkGlobals: Rule = (file) => {
  const part = partOf(file.path);
  if (mayUseTheWorld(part)) return [];
  const isSeeded = part === "core" || part === "simulation";
  return globalUses(file)
    .filter(({ name }) => BANNED_GLOBALS.has(name) || (isSeeded && INEXACT.has(name)))
    .map(({ name, line }) => `${file.path}:${line}: uses the global ${name}`);
};

export const checkFileLength: Rule = (file) => {
  const lines = file.text.endsWith("\n") ? file.lines.length - 1 : file.lines.length;
  return lines <= FILE_LINES_MAX ? [] : [`${file.path}: ${lines} lines`];
};

export const checkLineLength: Rule = (file) =>
  file.lines.flatMap((line, index) =>
    line.length <= COLUMNS_MAX ? [] : [`${file.path}:${index + 1}: ${line.length} columns`],
  );

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

export const checkFunctionLength: Rule = (file) =>
  collect(file, (node) => {
    if (!FUNCTIONS.has(node.type)) return null;
    const lines = lineOf(file.text, node.end) - lineOf(file.text, node.start) + 1;
    return lines <= FUNCTION_LINES_MAX ? null : `a function of ${lines} lines`;
  });

/** Counts parameters of functions and of their types alike. */
export const checkParameters: Rule = (file) =>
  collect(file, (node) => {
    const parameters = node["params"];
    const takesValues = FUNCTIONS.has(node.type) || node.type.startsWith("TS");
    if (!takesValues || !Array.isArray(parameters)) return null;
    // Type arguments are `params` as well.
    if (node.type.startsWith("TSTypeParameter")) return null;
    const count = parameters.length;
    return count <= PARAMETERS_MAX ? null : `a function of ${count} parameters`;
  });

const CONSTRUCTS: Readonly<Record<string, string>> = {
  ExportDefaultDeclaration: "a default export",
  TSAnyKeyword: "any",
  TSEnumDeclaration: "an enum",
  TSNonNullExpression: "a non-null assertion",
  TSModuleDeclaration: "a namespace",
};

export const checkConstructs: Rule = (file) =>
  collect(file, (node) => {
    const name = CONSTRUCTS[node.type];
    if (name !== undefined) return name;
    const { exported } = node;
    const isDefault = node.type === "ExportSpecifier" && isNode(exported);
    return isDefault && exported["name"] === "default" ? "a default export" : null;
  });

export const checkHeadComment: Rule = (file) => {
  const [first] = file.comments;
  const lead = first === undefined ? file.text : file.text.slice(0, first.start);
  const isHead = first?.isBlock === true && first.text.startsWith("*");
  if (!isHead || lead.replace(/^#!.*\n/, "").trim() !== "") {
    return [`${file.path}: no head comment`];
  }
  const lines = first.text.split("\n").filter((line) => /\w/.test(line)).length;
  return lines <= HEAD_LINES_MAX ? [] : [`${file.path}: a head comment of ${lines} lines`];
};

export const checkMarks: Rule = (file) =>
  file.comments
    .filter(({ text }) => /\b(?:TODO|FIXME|XXX)\b/.test(text))
    .map(({ start }) => `${file.path}:${lineOf(file.text, start)}: a mark for later work`);

/** One violation for each node about which `judge` has something to say. */
function collect(file: SourceFile, judge: (node: SyntaxNode) => string | null): string[] {
  const violations: string[] = [];
  walk(file.program, (node) => {
    const what = judge(node);
    if (what !== null) violations.push(`${file.path}:${lineOf(file.text, node.start)}: ${what}`);
  });
  return violations;
}
