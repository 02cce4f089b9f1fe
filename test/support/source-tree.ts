/**
 * Reads and parses TypeScript sources for the checks on the source tree itself: what each file
 * imports, its syntax tree, its comments. Nothing here knows the rules.
 */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync, visitorKeys } from "oxc-parser";

/** A node of the syntax tree, as plain data. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface SourceComment {
  readonly isBlock: boolean;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** `target` is the path of the imported file from the root, or null when it is a package. */
export interface SourceImport {
  readonly specifier: string;
  readonly target: string | null;
  readonly line: number;
}

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly program: SyntaxNode;
  readonly comments: readonly SourceComment[];
  readonly imports: readonly SourceImport[];
}

/** All TypeScript files below the folders of `root`; a folder that does not exist has none. */
export function readSourceTree(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => filesBelow(root, folder))
    .sort()
    .map((file) => parseSource(file, readFileSync(path.join(root, file), "utf8")));
}

function filesBelow(root: string, folder: string): string[] {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true, encoding: "utf8" });
  return entries.flatMap((entry) => {
    const place = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesBelow(root, place);
    // A `.d.ts` describes somebody else's package.
    return /(?<!\.d)\.[mc]?tsx?$/.test(entry.name) ? [place] : [];
  });
}

/** Throws when the text is no TypeScript: a file that can't be read can't be checked. */
export function parseSource(file: string, text: string): SourceFile {
  const parsed = parseSync(file, text);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  const program = parsed.program as unknown as SyntaxNode;
  return {
    path: file,
    text,
    lines: text.split("\n"),
    program,
    comments: parsed.comments.map(({ type, value, start, end }) => ({
      isBlock: type === "Block",
      text: value,
      start,
      end,
    })),
    imports: importsOf(file, text, program),
  };
}

/** Calls `visit` for each node below and including `node`, parents first. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | null) => void,
  parent: SyntaxNode | null = null,
): void {
  visit(node, parent);
  for (const child of childrenOf(node)) walk(child, visit, node);
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const value = node[key];
    for (const each of Array.isArray(value) ? value : [value])
      if (isNode(each)) children.push(each);
  }
  return children;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value;
}

/** 1 for the first line. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

const FROM_SOURCE = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

/** Imports of every form, and `new URL("./file", import.meta.url)`, as workers are started. */
function importsOf(file: string, text: string, program: SyntaxNode): SourceImport[] {
  const imports: SourceImport[] = [];
  walk(program, (node) => {
    const source = FROM_SOURCE.has(node.type) ? node["source"] : urlOfThisModule(node);
    if (!isNode(source) || typeof source["value"] !== "string") return;
    const specifier = source["value"];
    const isFile = specifier.startsWith(".");
    const target = isFile ? path.posix.join(path.posix.dirname(file), specifier) : null;
    imports.push({
      specifier,
      target: target === null ? null : target.replace(/\.js$/, ".ts"),
      line: lineOf(text, node.start),
    });
  });
  return imports;
}

function urlOfThisModule(node: SyntaxNode): unknown {
  const { callee } = node;
  if (node.type !== "NewExpression" || !isNode(callee) || callee["name"] !== "URL") return null;
  const [first, second] = node["arguments"] as readonly SyntaxNode[];
  const isOfModule = second?.type === "MemberExpression" && isImportMeta(second["object"]);
  return isOfModule ? first : null;
}

function isImportMeta(value: unknown): boolean {
  return isNode(value) && value.type === "MetaProperty";
}
