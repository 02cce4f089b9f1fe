/**
 * The reference of the API lists the routes and messages of the contract. With RIG_UPDATE=1 the
 * tables are written anew instead of compared.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { envelopeSchema, ROUTES, type Route } from "../../../rig/core/api/index.ts";

const FILE = new URL("../../../docs/reference/api.md", import.meta.url);

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** A schema with a name stands under it, and its place refers there. */
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

function fieldsOf(schema: z.ZodType | undefined, io: "input" | "output"): string {
  if (schema === undefined) return "";
  const root = z.toJSONSchema(schema, { io }) as JsonSchema;
  const named = root.$defs?.[root.$ref?.split("/").at(-1) ?? ""] ?? root;
  const { properties = {}, required = [] } = named;
  return Object.keys(properties)
    .map((name) => `\`${name}${required.includes(name) ? "" : "?"}\``)
    .join(" ");
}

function inputOf({ query, body, upload }: Route): string {
  const parts = [
    ["query", fieldsOf(query, "input")],
    ["body", fieldsOf(body, "input")],
    ["body", upload === undefined ? "" : "the file"],
  ];
  return parts.flatMap(([name, text]) => (text === "" ? [] : [`${name}: ${text}`])).join("; ");
}

function routeTable(): string {
  const rows = Object.values(ROUTES).map((route: Route) => {
    const { method, path, summary, status, response, texts = [] } = route;
    const types = texts.map((text) => text.split(";")[0]).join(", ");
    const answer = response === undefined ? types : fieldsOf(response, "output");
    const cells = [`\`${method.toUpperCase()} ${path}\``, summary, inputOf(route)];
    return `| ${[...cells, `${status}: ${answer}`].join(" | ")} |`.replaceAll("|  |", "| |");
  });
  return ["| route | what | in | out |", "|---|---|---|---|", ...rows].join("\n");
}

function envelopeRows(): string {
  return envelopeSchema.options
    .map((option) => {
      const { type, ...rest } = option.shape;
      const names = Object.keys(rest).filter(
        (name) => !["v", "seq", "timeNs", "run"].includes(name),
      );
      return `| \`${type.value}\` | ${names.map((name) => `\`${name}\``).join(" ")} |`;
    })
    .join("\n");
}

function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\\n).*(<!-- end of ${name} -->)`, "s");
  expect(text).toMatch(pattern);
  return text.replace(pattern, (_, start, end) => `${start}${content}\n${end}`);
}

it("docs/reference/api.md has every route and every message", () => {
  const before = readFileSync(FILE, "utf8");
  const after = between(between(before, "envelopes", envelopeRows()), "routes", routeTable());
  if (process.env["RIG_UPDATE"] === "1") writeFileSync(FILE, after);
  else expect(before).toBe(after);
});
