/**
 * Finds where a source file uses globals: names that no enclosing scope declares, in places where
 * a value is meant. A property, a key or a local of the same name is no use of the global.
 */

import { childrenOf, isNode, lineOf, type SourceFile, type SyntaxNode } from "./source-tree.ts";

export interface GlobalUse {
  /** Such as `process`, or `Math.random` for a member of a global. */
  readonly name: string;
  readonly line: number;
}

/** Every use of a global, as a bare name and, for members, also with the member. */
export function globalUses(file: SourceFile): GlobalUse[] {
  const uses: GlobalUse[] = [];
  const visit = (node: SyntaxNode, parent: SyntaxNode | null, scopes: readonly Set<string>[]) => {
    if (isTypeOnly(node)) return;
    const names = declaredIn(node);
    const inner = names.size === 0 ? scopes : [...scopes, names];
    if (node.type === "Identifier" && isReference(node, parent)) {
      const name = node["name"] as string;
      if (!inner.some((scope) => scope.has(name))) {
        const line = lineOf(file.text, node.start);
        uses.push({ name, line });
        const member = memberOf(node, parent);
        if (member !== null) uses.push({ name: `${name}.${member}`, line });
      }
    }
    for (const child of childrenOf(node)) visit(child, node, inner);
  };
  visit(file.program, null, []);
  return uses;
}

/** Expressions that only look like types. */
const TYPED_EXPRESSIONS = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
]);

function isTypeOnly(node: SyntaxNode): boolean {
  return node.type.startsWith("TS") && !TYPED_EXPRESSIONS.has(node.type);
}

function isReference(node: SyntaxNode, parent: SyntaxNode | null): boolean {
  if (parent === null) return true;
  const isComputed = parent["computed"] === true;
  switch (parent.type) {
    case "MemberExpression":
      return parent["object"] === node || isComputed;
    case "Property":
      // A shorthand's key and value are the same name: the value is the reference.
      return parent["value"] === node || isComputed;
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return parent["value"] === node || isComputed;
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return false;
    default:
      return true;
  }
}

function memberOf(node: SyntaxNode, parent: SyntaxNode | null): string | null {
  if (parent?.type !== "MemberExpression" || parent["object"] !== node) return null;
  const { property } = parent;
  if (!isNode(property)) return null;
  const name = parent["computed"] === true ? property["value"] : property["name"];
  return typeof name === "string" ? name : null;
}

/** The names that a node's scope declares; empty for nodes that open none. */
function declaredIn(node: SyntaxNode): Set<string> {
  const names = new Set<string>();
  switch (node.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
      for (const statement of node["body"] as readonly SyntaxNode[])
        addDeclaration(statement, names);
      break;
    case "SwitchStatement":
      for (const each of node["cases"] as readonly SyntaxNode[]) {
        for (const child of each["consequent"] as readonly SyntaxNode[])
          addDeclaration(child, names);
      }
      break;
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      addPattern(node["id"], names);
      for (const parameter of node["params"] as readonly SyntaxNode[]) addPattern(parameter, names);
      break;
    case "ClassExpression":
      addPattern(node["id"], names);
      break;
    case "ForStatement":
      addDeclaration(node["init"], names);
      break;
    case "ForOfStatement":
    case "ForInStatement":
      addDeclaration(node["left"], names);
      break;
    case "CatchClause":
      addPattern(node["param"], names);
      break;
    default:
  }
  return names;
}

function addDeclaration(node: unknown, names: Set<string>): void {
  if (!isNode(node)) return;
  switch (node.type) {
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      addDeclaration(node["declaration"], names);
      break;
    case "ImportDeclaration":
      for (const each of node["specifiers"] as readonly SyntaxNode[])
        addPattern(each["local"], names);
      break;
    case "VariableDeclaration":
      for (const each of node["declarations"] as readonly SyntaxNode[])
        addPattern(each["id"], names);
      break;
    case "FunctionDeclaration":
    case "ClassDeclaration":
      addPattern(node["id"], names);
      break;
    default:
  }
}

function addPattern(node: unknown, names: Set<string>): void {
  if (!isNode(node)) return;
  switch (node.type) {
    case "Identifier":
      names.add(node["name"] as string);
      break;
    case "ObjectPattern":
      for (const each of node["properties"] as readonly SyntaxNode[]) {
        addPattern(each["value"] ?? each["argument"], names);
      }
      break;
    case "ArrayPattern":
      for (const each of node["elements"] as readonly unknown[]) addPattern(each, names);
      break;
    case "AssignmentPattern":
      addPattern(node["left"], names);
      break;
    case "RestElement":
      addPattern(node["argument"], names);
      break;
    default:
  }
}
