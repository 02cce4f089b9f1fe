/** Who is let in, and what is never given away: Host, Origin, token, limits, files. */

import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { BODY_MAX } from "../../rig/client.ts";
import { rig } from "../support/cli.ts";
import { type ServedRig, serveRig } from "../support/serve.ts";

const TOKEN = "correct-horse";
const ALLOWED = "https://lab.example";

let server: ServedRig;
beforeAll(async () => {
  server = await serveRig("--token", TOKEN, "--allow-origin", ALLOWED);
});
afterAll(async () => server[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** With any headers, also those that `fetch` would not send. */
function ask(path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}/`, { path, method, headers }, (response) => {
      let text = "";
      response.on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const AUTH = { authorization: `Bearer ${TOKEN}` };

/** How a WebSocket is received: open, or the status of the refusal. */
function listen(path: string, options: object): Promise<number | "open"> {
  const socket = new WebSocket(server.url.replace("http", "ws") + path, options);
  return new Promise((resolve) => {
    socket.on("open", () => {
      socket.close();
      resolve("open");
    });
    socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode ?? 0));
    socket.on("error", () => undefined);
  });
}

describe("Host and Origin", () => {
  it.each(["evil.example", "evil.example:8001", "127.0.0.1.evil.example"])(
    "a request for host %j is refused",
    async (host) => {
      const { status, text } = await ask("/api/run", { ...AUTH, host });
      expect([status, JSON.parse(text).code]).toEqual([403, "request.forbidden"]);
    },
  );

  it.each(["localhost", "127.0.0.1:9", "[::1]:8001", "192.168.7.7", "LOCALHOST:1"])(
    "a request for host %j is served",
    async (host) => expect((await ask("/api/run", { ...AUTH, host })).status).toBe(200),
  );

  it.each(["https://evil.example", "null", "http://127.0.0.1:1", "https://lab.example.evil"])(
    "a page of %s is refused, and so is its stream",
    async (origin) => {
      const { status } = await ask("/api/run", { ...AUTH, origin });
      expect(status).toBe(403);
      expect(await listen("/api/stream", { origin, headers: AUTH })).toBe(403);
    },
  );

  it("our own page, a page that is allowed, and clients without Origin are served", async () => {
    const own = await ask("/api/run", { ...AUTH, origin: server.url });
    expect([own.status, own.headers["access-control-allow-origin"]]).toEqual([200, undefined]);
    const { status, headers } = await ask("/api/run", { ...AUTH, origin: ALLOWED });
    expect([status, headers["access-control-allow-origin"]]).toEqual([200, ALLOWED]);
    expect(await listen("/api/stream", { headers: AUTH })).toBe("open");
    expect(await listen("/api/stream", { origin: ALLOWED, headers: AUTH })).toBe("open");
  });
});

describe("the token", () => {
  it.each([{}, { authorization: "Bearer wrong" }, { authorization: TOKEN }])(
    "is asked for: %j is refused",
    async (headers) => {
      for (const path of ["/api/run", "/openapi.json", "/api/runs", "/nope"]) {
        const { status, text, headers: told } = await ask(path, headers);
        expect([status, JSON.parse(text).code]).toEqual([401, "request.unauthorized"]);
        expect(told["www-authenticate"]).toBe("Bearer");
      }
      expect(await listen("/api/roj/history/stream", { headers })).toBe(401);
    },
  );

  it("may stand in the address of a stream, since browsers can't send it otherwise", async () => {
    expect(await listen(`/api/stream?access_token=${TOKEN}`, {})).toBe("open");
    expect(await listen("/api/stream?access_token=x", {})).toBe(401);
  });

  it("has to be there beyond loopback", async () => {
    const { code, stderr } = await rig(["serve", "--host", "0.0.0.0", "--port", "0"]);
    expect([code, stderr]).toEqual([64, expect.stringMatching(/^rig: .*--token.*\n$/)]);
  });
});

describe("limits", () => {
  it("a body that is too large is refused, said beforehand or not", async () => {
    const body = JSON.stringify({ scenario: "x".repeat(BODY_MAX) });
    const type = { ...AUTH, "content-type": "application/json" };
    const path = "/api/roj/scenario/run";
    expect((await ask(path, type, body)).status).toBe(413);
    const chunked = { ...type, "transfer-encoding": "chunked" };
    expect((await ask(path, chunked, body)).status).toBe(413);
  });

  it("a listener that says too much is hung up on", async () => {
    const url = `${server.url.replace("http", "ws")}/api/stream`;
    const socket = new WebSocket(url, { headers: AUTH });
    const code = await new Promise((resolve) => {
      socket.on("open", () => socket.send("x".repeat(100_000)));
      socket.on("close", resolve);
      socket.on("error", () => undefined);
    });
    expect(code).toBe(1009);
  });

  it("a refused listener that never hangs up does not keep its connection", async () => {
    const socket = connect({ port: Number(new URL(server.url).port), allowHalfOpen: true });
    const head = "GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: https://evil.example\r\n";
    socket.write(`${head}${upgrade}\r\n`);
    socket.resume();
    await once(socket, "end");
    const gone = once(socket, "error").catch(() => undefined);
    const writing = setInterval(() => socket.write("still here"), 20);
    expect(await gone).toMatchObject([{ code: expect.stringMatching(/ECONNRESET|EPIPE/) }]);
    clearInterval(writing);
  });

  it("a `since` that is no number is refused for good", async () => {
    const url = `${server.url.replace("http", "ws")}/api/stream?since=x`;
    const socket = new WebSocket(url, { headers: AUTH });
    expect(await new Promise((resolve) => socket.on("close", resolve))).toBe(4000);
  });
});

describe("files", () => {
  it.each([
    "/api/runs/..%2f..%2fetc/passwd",
    "/api/runs/%2e%2e/x/report.html",
    "/api/runs/happy/..%2f..%2f..%2fetc%2fpasswd/result",
    "/../package.json",
    "/..%2fpackage.json",
    "/assets/..%5c..%5cpackage.json",
  ])("%s is nowhere", async (path) => {
    const { status, text } = await ask(path, AUTH);
    expect([status, JSON.parse(text).code]).toEqual([404, "request.not-found"]);
    expect(text).not.toMatch(/canfd-rig|root:/);
  });

  it("the page comes with a strict policy, and says it where it is not built", async () => {
    for (const path of ["/", "/elle"]) {
      const { status, headers, text } = await ask(path, {});
      expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
      expect(headers["content-security-policy"]).toMatch(/default-src 'none'; script-src 'self';/);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(text).toMatch(/<!doctype html>/i);
    }
  });
});
