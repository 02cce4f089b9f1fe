/**
 * The HTTP side: mounts every route of the contract, checks what comes in against its schema, and
 * makes the OpenAPI document from the same table.
 */

import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { stream } from "hono/streaming";
import type { z } from "zod";
import {
  BODY_MAX,
  PROBLEM_TYPE,
  problemSchema,
  ROUTES,
  type Route,
  type RouteName,
  UPLOAD_MAX,
} from "../core/api/index.ts";
import type { Guard } from "./guard.ts";
import type { Caller, Handlers, TextAnswer } from "./handlers.ts";
import { HttpProblem, malformed, notFound, problemOf, problemResponse } from "./problems.ts";
import type { StaticFiles } from "./static-files.ts";

export interface AppOptions {
  readonly version: string;
  readonly guard: Guard;
  readonly handlers: Handlers<RouteName>;
  readonly files: StaticFiles;
  /** Gets what is nobody's fault but ours. */
  readonly report: (error: unknown) => void;
}

const OPEN_PATHS: ReadonlySet<string> = new Set(["/health"]);

export function makeApp({ version, guard, handlers, files, report }: AppOptions): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(async (context, next) => {
    guard.checkPlace(credentialsOf(context));
    allowOrigin(context, guard);
    if (context.req.method === "OPTIONS") return context.body(null, 204);
    const { path } = context.req;
    if (!OPEN_PATHS.has(path) && !files.has(path)) guard.checkToken(credentialsOf(context));
    return next();
  });
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route: Route = ROUTES[name];
    app.openAPIRegistry.registerPath(createRoute(described(name, route)));
    const path = route.path.replace(/\{(\w+)\}/g, ":$1");
    app.on(route.method.toUpperCase(), path, async (context) => {
      const caller = { name: callerOf(context), upload: new Uint8Array(0) };
      const { request, upload } = await requestOf(context, route);
      const handle = handlers[name] as (request: unknown, caller: Caller) => unknown;
      return answerOf(context, route, await handle(request, { ...caller, upload }));
    });
  }
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: { title: "canfd-rig", version, description: "A test rig for CAN-FD nodes, as a service" },
  });
  app.get("*", (context) => files.answer(context.req.path) ?? context.notFound());
  app.notFound(({ req }) => {
    return problemResponse(problemOf(notFound(`${req.method} ${shown(req.path)}: no such route`)));
  });
  app.onError((error, context) => {
    const problem = problemOf(error);
    if (problem.status >= 500) report(error);
    const response = problemResponse(problem);
    for (const [name, value] of context.res.headers) {
      if (name.startsWith("access-control-")) response.headers.set(name, value);
    }
    return response;
  });
  return app;
}

export function credentialsOf({ req }: Context) {
  return {
    host: req.header("host"),
    origin: req.header("origin"),
    authorization: req.header("authorization"),
  };
}

function allowOrigin(context: Context, guard: Guard): void {
  const origin = context.req.header("origin");
  if (origin === undefined || !guard.isAllowed(origin)) return;
  context.header("access-control-allow-origin", origin);
  context.header("access-control-allow-methods", "GET, POST, DELETE");
  context.header("access-control-allow-headers", "authorization, content-type");
  context.header("vary", "origin");
}

/** Who asks, in words for whoever is told that the bench is taken. */
function callerOf(context: Context): string {
  const { incoming } = context.env as {
    readonly incoming?: { readonly socket: { readonly remoteAddress?: string } };
  };
  const agent = shown(context.req.header("user-agent") ?? "somebody").replace(/[^ -~]/g, "?");
  return `${agent} from ${incoming?.socket.remoteAddress ?? "here"}`;
}

async function requestOf(context: Context, { params, query, body, upload }: Route) {
  const { req } = context;
  const bytes = await readBody(req.raw, upload === undefined ? BODY_MAX : UPLOAD_MAX);
  const request = {
    ...(params === undefined ? {} : { params: pathPart(params, req.param(), req.path) }),
    ...(query === undefined ? {} : { query: part("query", query, req.query()) }),
    ...(body === undefined
      ? {}
      : { body: part("body", body, jsonOf(bytes, req.header("content-type"))) }),
  };
  return { request, upload: bytes };
}

function part(where: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformed(where, parsed.error);
}

/** A path that does not fit is a place that is not there. */
function pathPart(schema: z.ZodType, value: unknown, path: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw notFound(`${shown(path)}: ${issue?.path.join(".")}: ${issue?.message}`);
}

function jsonOf(bytes: Uint8Array, type: string | undefined): unknown {
  if (!/^application\/json\s*(;|$)/i.test(type ?? "")) {
    throw new HttpProblem(
      400,
      "request.malformed",
      `content-type is "${shown(type ?? "")}": expected application/json`,
    );
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new HttpProblem(400, "request.malformed", "the body is no JSON: expected an object");
  }
}

async function readBody(request: Request, most: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge(most);
  if (request.body === null) return new Uint8Array(0);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > most) throw tooLarge(most);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(most: number): HttpProblem {
  const detail = `the body is too large: expected at most ${most} bytes`;
  return new HttpProblem(413, "request.too-large", detail);
}

function answerOf(context: Context, { status, response }: Route, answer: unknown) {
  if (response !== undefined) return context.json(answer as object, status);
  const { type, text } = answer as TextAnswer;
  context.header("content-type", type);
  if (type.startsWith("text/html")) {
    context.header("content-security-policy", REPORT_POLICY);
  }
  if (typeof text === "string") return context.body(text, status);
  return stream(context, async (out) => {
    for await (const piece of text) {
      if (out.aborted) return;
      await out.write(piece);
    }
  });
}

/** A report has its styles and scripts in itself, and gets nothing from anywhere. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; " +
  "img-src data:; sandbox allow-scripts allow-popups";

function described(name: RouteName, route: Route) {
  const { method, path, summary, params, query, body, upload, status } = route;
  const types = upload ?? ["application/json"];
  const file = { schema: { type: "string", format: "binary" } } as const;
  const content =
    upload === undefined
      ? { "application/json": { schema: body } }
      : Object.fromEntries(types.map((type) => [type, file]));
  const hasBody = body !== undefined || upload !== undefined;
  return {
    method,
    path,
    summary,
    operationId: name,
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(hasBody ? { body: { required: true, content } } : {}),
    },
    responses: {
      [status]: { description: summary, content: answersOf(route) },
      default: { description: "Problem", content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    },
  } as Parameters<typeof createRoute>[0];
}

function answersOf({ response, texts = [] }: Route) {
  if (response !== undefined) return { "application/json": { schema: response } };
  const text = { schema: { type: "string" } } as const;
  return Object.fromEntries(texts.map((type) => [type.split(";")[0] ?? type, text]));
}

function shown(text: string): string {
  return text.slice(0, 100);
}
