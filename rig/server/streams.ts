/** The WebSocket side: who may listen, from where on, and to which of the two streams. */

import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { CLOSE, type Envelope, sinceQuerySchema } from "../core/api/index.ts";
import { PROTOCOLS } from "../core/plan/plan.ts";
import type { Bench } from "./bench.ts";
import type { Guard } from "./guard.ts";
import type { MessageLog } from "./message-log.ts";
import { HttpProblem, notFound, problemOf } from "./problems.ts";
import { StreamClient } from "./stream-client.ts";

type Logs = Pick<Bench, "events" | "historyLog">;

const LISTENERS_MAX = 100;
const PING_MS = 30_000;
/** Nothing that a listener says is of interest. */
const MESSAGE_MAX = 1024;

export interface StreamsOptions {
  readonly server: Server;
  readonly guard: Guard;
  readonly report: (error: unknown) => void;
}

export class Streams {
  readonly #clients = new Map<WebSocket, StreamClient>();
  readonly #awake = new Set<WebSocket>();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_MAX,
    perMessageDeflate: false,
  });
  readonly #pinging: NodeJS.Timeout;
  readonly #options: StreamsOptions;
  #bench: Logs | null = null;
  #isPumping = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
    options.server.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#pinging = setInterval(() => this.#ping(), PING_MS);
    this.#pinging.unref();
  }

  attach(bench: Logs): void {
    this.#bench = bench;
  }

  get listeners(): number {
    return this.#clients.size;
  }

  /** There is something to send. Many calls in one turn make one round. */
  wake(): void {
    if (this.#isPumping || this.#clients.size === 0) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      for (const client of this.#clients.values()) client.pump();
    });
  }

  close(): void {
    clearInterval(this.#pinging);
    for (const socket of this.#clients.keys()) {
      socket.close(CLOSE.goingAway, "the server is going down");
      setTimeout(() => socket.terminate(), 1_000).unref();
    }
    this.#sockets.close();
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => undefined);
    try {
      const begin = this.#beginningOf(request);
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#open(opened, begin));
    } catch (error) {
      refuse(socket, error, this.#options.report);
    }
  }

  /** Throws an `HttpProblem` for who is not let in, or asks for what is not there. */
  #beginningOf(request: IncomingMessage): (socket: WebSocket) => StreamClient {
    const { guard } = this.#options;
    const url = urlOf(request);
    const credentials = {
      host: request.headers.host,
      origin: request.headers.origin,
      authorization: request.headers.authorization,
      accessToken: url.searchParams.get("access_token"),
    };
    guard.checkPlace(credentials);
    guard.checkToken(credentials);
    if (this.#clients.size >= LISTENERS_MAX) {
      throw new HttpProblem(503, "server.full", `${LISTENERS_MAX} listeners are there already`);
    }
    const log = this.#logOf(url.pathname);
    const parsed = sinceQuerySchema.safeParse(Object.fromEntries(url.searchParams));
    const isHistory = url.pathname !== "/api/stream";
    return (socket) => {
      if (!parsed.success) socket.close(CLOSE.badRequest, "since: expected a whole number from 0");
      const { since = log.next } = parsed.data ?? {};
      // A number from an earlier run, or an earlier server: all that is there is new.
      const from = since > log.next ? 0 : since;
      return new StreamClient({ socket, log, from, farewell: isHistory ? null : farewell });
    };
  }

  #logOf(path: string): MessageLog {
    const bench = this.#bench;
    if (bench === null) throw notFound(`${path.slice(0, 100)}: the server is starting`);
    if (path === "/api/stream") return bench.events;
    const [, protocol] = /^\/api\/([^/]+)\/history\/stream$/.exec(path) ?? [];
    if (PROTOCOLS.some((each) => each === protocol)) return bench.historyLog;
    throw notFound(`${path.slice(0, 100)}: no such stream`);
  }

  #open(socket: WebSocket, begin: (socket: WebSocket) => StreamClient): void {
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#clients.delete(socket);
      this.#awake.delete(socket);
    });
    socket.on("pong", () => this.#awake.add(socket));
    const client = begin(socket);
    this.#clients.set(socket, client);
    this.#awake.add(socket);
    client.pump();
  }

  /** Who did not answer the last ping is gone. */
  #ping(): void {
    for (const socket of this.#clients.keys()) {
      if (!this.#awake.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}

/** The last message to a listener that was too slow. */
function farewell(since: number): string {
  const message: Envelope = { v: 1, type: "cut-off", seq: since, timeNs: 0, run: null, since };
  return JSON.stringify(message);
}

function urlOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? "/", "http://rig");
  } catch {
    throw notFound("the address of the stream is not readable");
  }
}

function refuse(socket: Duplex, error: unknown, report: (error: unknown) => void): void {
  const problem = problemOf(error);
  if (problem.status >= 500 && !(error instanceof HttpProblem)) report(error);
  const body = JSON.stringify(problem);
  // A client that never hangs up would keep the server from ending.
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
