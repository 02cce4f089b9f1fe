/**
 * A stream of the server as an async iterator. It comes back by itself where it was cut off, and
 * goes on with the message after the last one; it ends with its signal or when its reader stops.
 */

import { CLOSE } from "../../core/api/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

export interface StreamOptions {
  /** From this index or sequence number on; what comes from now on when left out. */
  readonly since?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StreamSource<Message> {
  /** The address for a place to begin at. */
  readonly urlOf: (since: number | undefined) => string;
  /** The place behind a message. */
  readonly next: (message: Message) => number;
  /** Messages that wait for their reader; beyond that the connection is given up and made anew. */
  readonly waitingMax?: number;
}

/** The part of the browser's WebSocket that the package `ws` has too. */
interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  close(): void;
}

type MakeSocket = new (url: string) => Socket;

const WAITING_MAX = 100_000;
const RETRY_MS = 250;
const FAILURES_MAX = 20;

/** Throws `server.unreachable` when it can't be reached, again and again. */
export async function* readStream<Message>(
  source: StreamSource<Message>,
  { since, signal }: StreamOptions,
): AsyncGenerator<Message, void, undefined> {
  const make = await socketClass();
  let at = since;
  let failures = 0;
  while (!isOver(signal)) {
    const url = source.urlOf(at);
    const connection = new Connection<Message>(make, url, source.waitingMax ?? WAITING_MAX);
    const close = () => connection.close();
    signal?.addEventListener("abort", close);
    try {
      for await (const message of connection) {
        at = source.next(message);
        failures = 0;
        yield message;
      }
    } finally {
      signal?.removeEventListener("abort", close);
      connection.close();
    }
    if (isOver(signal)) return;
    failures++;
    if (connection.refusal !== null || failures > FAILURES_MAX) {
      const why = connection.refusal ?? "closed again and again";
      throw new RigError("server.unreachable", `${url.replace(/\?.*/, "")}: no stream: ${why}`);
    }
    await pause(RETRY_MS, signal);
  }
}

/** One WebSocket, and what it received that was not read yet. */
class Connection<Message> implements AsyncIterable<Message> {
  /** Why the server does not want this client at all; null when it may come back. */
  refusal: string | null = null;
  readonly #socket: Socket;
  #waiting: Message[] = [];
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(make: MakeSocket, url: string, waitingMax: number) {
    this.#socket = new make(url);
    this.#socket.onmessage = ({ data }) => {
      this.#waiting.push(JSON.parse(String(data)) as Message);
      // A reader that is too slow comes back for the rest.
      if (this.#waiting.length >= waitingMax) this.close();
      this.#wake();
    };
    this.#socket.onerror = () => undefined;
    this.#socket.onclose = ({ code, reason }) => {
      if (code === CLOSE.badRequest) this.refusal = reason;
      this.#isClosed = true;
      this.#wake();
    };
  }

  close(): void {
    this.#socket.onmessage = null;
    this.#socket.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, undefined> {
    for (;;) {
      const batch = this.#waiting;
      this.#waiting = [];
      yield* batch;
      if (this.#waiting.length > 0) continue;
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** The browser's own; Node 20 has none, so there it is that of the package `ws`. */
async function socketClass(): Promise<MakeSocket> {
  const { WebSocket: own } = globalThis as { readonly WebSocket?: MakeSocket };
  if (own !== undefined) return own;
  const { WebSocket } = await import("ws");
  return WebSocket as unknown as MakeSocket;
}

function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
