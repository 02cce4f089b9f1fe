/**
 * The OpenAPI document is true: each of its routes is there, takes what it says and answers what
 * it says; and what the routes do to a run.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { problemSchema } from "../../rig/client.ts";
import { rig, temporaryFolder } from "../support/cli.ts";
import { type ServedRig, serveRig } from "../support/serve.ts";

let server: ServedRig;
beforeAll(async () => {
  server = await serveRig();
});
afterAll(async () => server[Symbol.asyncDispose]());

const QUICK = { scenario: "happy", operations: 20, seed: 3, pace: "none" } as const;

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content: Record<string, Content> }>>;
}

interface Content {
  readonly schema: object;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
}

/** One good request for each route, in an order in which each has a meaning. */
const GOOD: readonly (readonly [name: string, query: string, body?: unknown])[] = [
  ["health", ""],
  ["scenarios", ""],
  ["faultKinds", ""],
  ["run", ""],
  ["status", ""],
  ["stats", ""],
  ["history", ""],
  ["startCluster", "", { nodes: 4, seed: 1, pace: 2 }],
  ["propose", "", { node_id: 0, key: "x", value: 1 }],
  ["proposal", ""],
  ["nodeState", "?node_id=1"],
  ["crash", "", { node_id: 1 }],
  ["recover", "", { node_id: 1 }],
  ["partition", "", { group_a: [0, 1], group_b: [2, 3] }],
  ["heal", ""],
  ["delay", "", { min_ms: 1, max_ms: 2 }],
  ["clearDelay", ""],
  ["loss", "", { probability: 0.5, nodes: [0] }],
  ["clearLoss", ""],
  ["byzantine", "", { node_id: 2, behaviour: "silent" }],
  ["clearByzantine", "?node_id=2"],
  ["fault", "", { kind: "pause", nodes: [3] }],
  ["clearFaults", "?kind=pause"],
  ["clearHistory", ""],
  ["concludeCluster", ""],
  ["startRun", "", QUICK],
  ["runs", "?scenario=happy&limit=1"],
  ["runSummary", ""],
  ["runResult", ""],
  ["runMetrics", ""],
  ["runPlan", ""],
  ["runRecord", ""],
  ["runEvents", ""],
  ["runHistory", "?format=edn"],
  ["runReport", ""],
  ["check", "?name=h.edn", "{:type :ok, :process 0, :index 0, :value [[:r 1 nil]]}"],
];

const PARAMS: Readonly<Record<string, string>> = {
  protocol: "roj",
  scenario: "happy",
  folder: "latest",
  proposal_id: "0",
};

describe("the OpenAPI document", () => {
  it("is true: each route takes what it says, and answers what it says", async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Document;
    const routes = new Map(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => {
          return [operation.operationId, { path, method, operation }] as const;
        }),
      ),
    );
    expect(new Set([...GOOD.map(([name]) => name), "cancelRun"])).toEqual(new Set(routes.keys()));
    for (const [name, query, body] of GOOD) {
      const { path, method, operation } = routes.get(name) ?? expect.fail(name);
      const filled = path.replace(/\{(\w+)\}/g, (_, param) => PARAMS[param] ?? "");
      const isText = typeof body === "string";
      const response = await fetch(server.url + filled + query, {
        method: method.toUpperCase(),
        headers: { "content-type": isText ? "text/plain" : "application/json" },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const told = operation.responses[String(response.status)];
      expect(told, `${name}: ${response.status} ${text.slice(0, 300)}`).toBeDefined();
      const type = response.headers.get("content-type")?.split(";")[0] ?? "";
      const content = told?.content[type];
      expect(content, `${name}: ${type}`).toBeDefined();
      if (type === "application/json" && name !== "history") {
        const found = schemaOf(document, content?.schema ?? {}).safeParse(JSON.parse(text));
        expect(found.error?.message, name).toBeUndefined();
      }
      if (name === "startRun" || name === "concludeCluster") await idle();
    }
  });
});

function schemaOf({ components }: Document, schema: object): z.ZodType {
  const whole = { ...schema, $defs: components.schemas };
  const text = JSON.stringify(whole).replaceAll("#/components/schemas/", "#/$defs/");
  return z.fromJSONSchema(JSON.parse(text));
}

async function idle(): Promise<void> {
  const { run } = await server.client.run();
  if (run !== null) await server.client.waitForEnd(run.id, { timeoutMs: 60_000 });
}

describe("a run that the server carries out", () => {
  const ARGS = ["--scenario", "partition", "--seed", "7", "--operations", "60"];
  const DERIVED = ["events.jsonl", "history.json", "history.edn", "result.json", "bus-can0.log"];

  const out = temporaryFolder();
  beforeAll(() => rig(["run", ...ARGS, "--quiet", "--output-dir", out]));

  it.each(["none", 0.5] as const)("has the bytes of its seed at pace %s", async (pace) => {
    const request = { scenario: "partition", seed: 7, operations: 60, pace };
    const { id } = await server.client.runScenario(request, { timeoutMs: 60_000 });
    for (const name of DERIVED) {
      const ours = readFileSync(join(server.outputDir, id, name), "utf8");
      expect(ours, name).toBe(readFileSync(join(out, "partition", "latest", name), "utf8"));
    }
    const history = await server.client.call("history", {
      params: { protocol: "roj" },
      query: {},
    });
    expect(history).toBe(readFileSync(join(server.outputDir, id, "history.json"), "utf8"));
  });

  const STRUCK = { scenario: "happy", operations: 200, seed: 9 };

  it("that was struck by hand is repeated by the plan it leaves", async () => {
    const { client } = server;
    const { run } = await client.startRun({ ...STRUCK, nodes: 5, pace: 0.2 });
    const first = await client.partition([0, 1], [2, 3, 4]);
    await client.inject({ kind: "crash", nodes: [4] });
    await client.heal();
    await client.inject({ kind: "loss", nodes: "all", probability: "2%" });
    const { isByHand } = await client.waitForEnd(run.id, { timeoutMs: 120_000 });
    expect(isByHand).toBe(true);
    const folder = join(server.outputDir, run.id);
    const { plan } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
    expect(plan.faults).toMatchObject([
      { id: "partition-by-hand-1", start: { atNs: first.start_ns }, end: {} },
      { id: "crash-by-hand-1", kind: "crash", nodes: [4] },
      { id: "loss-by-hand-1", kind: "loss", probability: 0.02 },
    ]);
    const out = temporaryFolder();
    await rig(["run", "--plan", join(folder, "run.json"), "--quiet", "--output-dir", out]);
    for (const name of DERIVED) {
      const again = readFileSync(join(out, "happy", "latest", name), "utf8");
      expect(readFileSync(join(folder, name), "utf8"), name).toBe(again);
    }
  });

  it("keeps the bench: the second to ask is told who has it", async () => {
    const { client } = server;
    const { run } = await client.startRun({ ...QUICK, pace: 0.001 });
    const second = await client.startRun(QUICK).catch((error: unknown) => error);
    expect(second).toMatchObject({
      code: "bench.busy",
      exitCode: 4,
      problem: { status: 409, code: "run.busy", holder: expect.stringMatching(/from .*127/) },
    });
    await client.cancelRun();
    const { status, outcome } = await client.waitForEnd(run.id, { timeoutMs: 60_000 });
    expect([status, outcome]).toEqual(["partial", "unknown"]);
    const { teardown } = await client.result(run.id);
    expect(teardown).toEqual([{ step: "heal faults", ok: true, detail: "none was in force" }]);
  });
});

describe("a standing cluster", () => {
  it("takes proposals and faults until it is concluded, and is judged", async () => {
    const { client } = server;
    await client.startCluster({ nodes: 4, seed: 5, pace: 5 });
    const { proposal_id: id } = await client.propose(0, 7, 1);
    expect(await client.waitForProposal(id)).toMatchObject({ status: "ok" });
    await client.crash(3);
    expect(await client.nodeState(3)).toMatchObject({ state: "down" });
    expect(await client.status()).toMatchObject({ active_faults: [{ kind: "crash" }] });
    await expect(client.propose(3, 7, 2)).rejects.toMatchObject({
      problem: { code: "run.node-down" },
    });
    await client.recover(3);
    expect(await client.status()).toMatchObject({ active_faults: [] });
    const { run } = await client.concludeCluster();
    expect(await client.waitForEnd(run.id, { timeoutMs: 60_000 })).toMatchObject({
      outcome: "valid",
      isByHand: true,
    });
    const history = await client.history();
    expect(history[0]).toMatchObject({ type: "invoke", value: [["append", 7, 1]], node: 0 });
    expect(history.at(-1)).toMatchObject({ type: "ok", value: [["r", 7, [1]]] });
  });

  it("begins by itself with the first proposal, and gives way to a run", async () => {
    const { client } = server;
    await client.propose(0, "name", 1);
    const { run } = await client.run();
    expect(run).toMatchObject({ scenario: "by-hand", status: "running" });
    expect(await client.runScenario(QUICK)).toMatchObject({ outcome: "valid" });
    expect(await client.runSummary(run?.id ?? "")).toMatchObject({ status: "finished" });
  });
});

describe("what has no meaning", () => {
  it.each([
    ["an unknown scenario", { scenario: "nope" }, 422, "usage.unknown-scenario"],
    ["too few nodes", { scenario: "partition", nodes: 1 }, 422, "usage.option"],
    ["a file in the place of a name", { scenario: "./x.yaml" }, 400, "request.malformed"],
    ["a field that is none", { scenario: "happy", plan: "x" }, 400, "request.malformed"],
  ])("%s is refused", async (_, body, status, code) => {
    const response = await fetch(`${server.url}/api/roj/scenario/run`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(problemSchema.parse(await response.json())).toMatchObject({ status, code });
  });

  it("a fault that makes no sense in the run is refused, and nothing strikes", async () => {
    const { client } = server;
    const { run } = await client.startRun({ ...QUICK, nodes: 3, pace: 0.001 });
    await expect(client.crash(9)).rejects.toMatchObject({
      problem: { status: 422, detail: expect.stringMatching(/nodes/) },
    });
    const start = { kind: "crash", nodes: [0], start: "10ms" } as never;
    await expect(client.inject(start)).rejects.toThrow(/neither start nor end/);
    expect(await client.status()).toMatchObject({ active_faults: [] });
    await client.cancelRun();
    await client.waitForEnd(run.id, { timeoutMs: 60_000 });
  });

  it("a broken upload is refused with the line", async () => {
    const text = '{"index":0,"type":"invoke","process":0,"value":[]}\n{oops\n';
    await expect(server.client.check(text, { name: "mine.json" })).rejects.toThrow(/^mine\.json:2/);
  });
});
