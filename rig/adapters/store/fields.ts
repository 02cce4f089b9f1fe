/**
 * Building blocks of the schemas of files that people write: each leaf says what is expected of
 * it, and each mapping knows the names of its fields, so that errors can name the nearest.
 */

import { z } from "zod";
import { pathText } from "../../core/plan/issues.ts";
import { nearest } from "../../core/plan/nearest.ts";
import {
  DURATION_PATTERN,
  nsOfDuration,
  PERCENT_PATTERN,
  percentOfShare,
} from "../../core/plan/units.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { FieldPath, YamlDocument } from "./yaml-document.ts";

export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? unknownField(issue.keys[0] ?? "", known)
        : `expected a mapping with ${known.join(", ")}`,
  });
}

export function whole(low: number, high: number) {
  const error = `expected a whole number from ${low} to ${high}`;
  return z.int({ error }).min(low, { error }).max(high, { error });
}

export function textLike(pattern: RegExp, expected: string) {
  const error = `expected ${expected}`;
  return z.string({ error }).regex(pattern, { error });
}

export function oneOf<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.enum(names, { error: `expected one of ${names.join(", ")}` });
}

const DAY_NS = 24 * 3600 * 1e9;

export function duration(lowText: string) {
  const error = `expected a time such as 120ms, 1.5s or 2m, from ${lowText} to 24h`;
  const lowNs = nsOfDuration(lowText) ?? 0;
  return z
    .string({ error })
    .regex(DURATION_PATTERN, { error })
    .refine((text) => {
      const ns = nsOfDuration(text);
      return ns !== null && ns >= lowNs && ns <= DAY_NS;
    }, error);
}

/** `10%` or 0.1; `accepts` gets it in per cent. */
export function share(expected: string, accepts: (percent: number) => boolean = () => true) {
  const error = `expected ${expected}`;
  const forms = [z.number().min(0).max(1), z.string().regex(PERCENT_PATTERN)] as const;
  return z.union(forms, { error }).refine((value) => {
    const percent = percentOfShare(value);
    return percent !== null && accepts(percent);
  }, error);
}

/** For texts that a schema has let pass. */
export function nsOf(text: string): number {
  return nsOfDuration(text) ?? 0;
}

export function percentOfField(value: string | number): number {
  return percentOfShare(value) ?? 0;
}

/** The value, once it fits; else the first error as one line with its place. */
export function parseFields<Output>(
  schema: z.ZodType<Output>,
  document: YamlDocument,
  options: { readonly value: unknown; readonly at: FieldPath },
): Output {
  const { value, at } = options;
  const found = readFields(schema, value);
  if ("data" in found) return found.data;
  throw fieldError(document, [...at, ...found.path], found.text);
}

/** The value, once it fits; else the path of the first field that does not, and what is wrong. */
export function readFields<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
): { readonly data: Output } | { readonly path: FieldPath; readonly text: string } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data };
  // A misspelt field is behind the missing one, so it is named first.
  const issues = parsed.error.issues.flatMap((each) => insideOf(each, value));
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue === undefined) throw new RigError("rig.internal", "a schema refused without an issue");
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "unrecognized_keys") path.push(issue.keys[0] ?? "");
  const text = issue.message.startsWith("expected")
    ? `${foundText(valueAt(value, path))}, ${issue.message}`
    : issue.message;
  return { path, text };
}

type Issue = z.core.$ZodIssue;

/** Of a mapping that has the fields of one form alone, what is wrong with them; else the issue. */
function insideOf(issue: Issue, value: unknown): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const mapping = valueAt(value, issue.path as FieldPath);
  if (typeof mapping !== "object" || mapping === null || Array.isArray(mapping)) return [issue];
  const isOfValue = ({ path: [first] }: Issue) =>
    first !== undefined && valueAt(mapping, [first as string]) !== undefined;
  const [form, ...others] = issue.errors.filter((form) => form.every(isOfValue));
  if (form === undefined || others.length > 0) return [issue];
  return form.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}

/** One line: place, field, what was found and what was expected. */
export function fieldError(document: YamlDocument, path: FieldPath, text: string): RigError {
  return document.malformed(path, path.length === 0 ? text : `${pathText(path)}: ${text}`);
}

function unknownField(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const expected = near === null ? `one of ${known.join(", ")}` : `"${near}"`;
  return `unknown field ${foundJson(name)}, did you mean ${expected}?`;
}

function valueAt(value: unknown, path: FieldPath): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return at;
}

function foundText(value: unknown): string {
  return value === undefined ? "missing" : `found ${foundJson(value)}`;
}

const FOUND_MAX = 60;

function foundJson(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length <= FOUND_MAX ? json : `${json.slice(0, FOUND_MAX)}...`;
}
