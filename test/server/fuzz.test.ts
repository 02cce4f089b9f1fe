/** Whatever is asked, the server answers with what the client did wrong, and lives. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { problemSchema, ROUTES, type Route } from "../../rig/client.ts";
import { type ServedRig, serveRig } from "../support/serve.ts";

let server: ServedRig;
let before: Use;
beforeAll(async () => {
  server = await serveRig();
  await server.client.check('{"type":"ok","process":0,"index":0,"value":[]}', { name: "a.json" });
  before = useOf(server.child.pid);
});
afterAll(async () => server[Symbol.asyncDispose]());

const RUNS = Number(process.env["RIG_FUZZ_REQUESTS"] ?? 100);
const OPTIONS = { numRuns: RUNS, seed: 8 };
const LIMIT_MS = 600_000;
/** What a young heap may come to before it is collected, however many the requests. */
const GROWN_MAX_MIB = 128;

interface Use {
  /** Files and sockets that are open. */
  readonly handles: number;
  readonly mebibytes: number;
}

/** Of a process; nothing where the system doesn't tell. */
function useOf(pid = 0): Use {
  if (!existsSync(`/proc/${pid}/fd`)) return { handles: 0, mebibytes: 0 };
  const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return { handles: readdirSync(`/proc/${pid}/fd`).length, mebibytes: Number(pages) / 256 };
}

/** No request of these starts anything: they are all wrong, or only look. */
const routes: readonly Route[] = Object.values(ROUTES);

const part = fc.oneof(
  fc.constantFrom("roj", "happy", "latest", "0", "..", "%2e%2e", "%00", "%zz", "x".repeat(300)),
  fc.webPath().map((path) => path.replaceAll("/", "")),
);

const request = fc.record({
  route: fc.constantFrom(...routes),
  parts: fc.array(part, { minLength: 2, maxLength: 2 }),
  query: fc.oneof(fc.constant(""), fc.webQueryParameters()),
  method: fc.constantFrom("GET", "PUT", "PATCH", "DELETE", "HEAD"),
});

async function answers(path: string, init: RequestInit, what: unknown): Promise<number> {
  const response = await fetch(server.url + path, init);
  const text = await response.text();
  expect(response.status, JSON.stringify(what)).toBeLessThan(500);
  if (response.status >= 400 && init.method !== "HEAD") problemSchema.parse(JSON.parse(text));
  return response.status;
}

async function isWell(): Promise<void> {
  expect(await server.client.health()).toMatchObject({ status: "ok", isBusy: false });
  expect(server.stderr()).toBe("");
}

it(
  "random places and queries are answered with 4xx, or looked at",
  async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ route, parts, query, method }) => {
        let at = 0;
        const path = route.path.replace(/\{\w+\}/g, () => encodeSome(parts[at++] ?? "x"));
        await answers(`${path}${query === "" ? "" : `?${query}`}`, { method }, { path, query });
      }),
      OPTIONS,
    );
    await isWell();
  },
  LIMIT_MS,
);

/** Escapes that are broken stay so. */
function encodeSome(text: string): string {
  return text.includes("%") ? text : encodeURIComponent(text);
}

const withBody = routes.filter(({ body }) => body !== undefined);

/** Bodies that fit none of the schemas. */
const wrong = fc.oneof(
  fc.json(),
  fc.string(),
  fc.jsonValue().map((value) => JSON.stringify({ zz: value })),
  fc
    .record({
      scenario: fc.oneof(fc.string(), fc.integer(), fc.constant("../../etc/passwd")),
      nodes: fc.oneof(fc.string(), fc.double(), fc.constant(1e99)),
      node_id: fc.oneof(fc.double({ min: -1e9, max: -1 }), fc.string()),
      kind: fc.oneof(fc.string(), fc.constantFrom("crash", "loss")),
      zz: fc.jsonValue(),
    })
    .map((value) => JSON.stringify(value)),
  fc.constant("[".repeat(30_000)),
  fc.constant(`{"__proto__":{"a":1},"constructor":1,"zz":0}`),
);

it(
  "random bodies are answered with 4xx, and nothing begins",
  async () => {
    const types = fc.constantFrom("application/json", "text/plain", "application/json;charset=x");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...withBody), wrong, types, async (route, body, type) => {
        const path = route.path.replace("{protocol}", "roj");
        const init = { method: "POST", headers: { "content-type": type }, body };
        const status = await answers(path, init, { path, body: body.slice(0, 300) });
        expect(status, `${path} ${body.slice(0, 300)}`).toBeGreaterThanOrEqual(400);
      }),
      OPTIONS,
    );
    await isWell();
  },
  LIMIT_MS,
);

it(
  "random uploads are judged or refused with 4xx",
  async () => {
    const line = fc.record({
      type: fc.constantFrom("invoke", "ok", "info", "nope"),
      process: fc.oneof(fc.integer(), fc.string()),
      value: fc.jsonValue(),
    });
    const upload = fc.oneof(
      fc.uint8Array({ maxLength: 500 }),
      fc.array(line).map((lines) => lines.map((each) => JSON.stringify(each)).join("\n")),
    );
    await fc.assert(
      fc.asyncProperty(upload, async (body) => {
        const headers = { "content-type": "application/octet-stream" };
        await answers("/api/check", { method: "POST", headers, body: body as string }, body);
      }),
      { ...OPTIONS, numRuns: Math.ceil(RUNS / 30) },
    );
    await isWell();
  },
  LIMIT_MS,
);

it(
  "nothing of all that is left: sockets and files are closed, and memory is given back",
  async () => {
    const handles = () => useOf(server.child.pid).handles;
    // One connection may be kept for the next request.
    await expect.poll(handles, { timeout: LIMIT_MS }).toBeLessThanOrEqual(before.handles + 1);
    expect(useOf(server.child.pid).mebibytes - before.mebibytes).toBeLessThan(GROWN_MAX_MIB);
    const { run } = await server.client.run();
    expect(run).toBeNull();
  },
  LIMIT_MS,
);
