/** The page's way to a rig server: requests, and its two streams, which come back by themselves. */

import type { CheckAnswer, CurrentRun, Envelope, Problem } from "../core/api/index.ts";
import type { Operation } from "../core/history/operation.ts";

export interface RigAddress {
  /** Empty for the server that the page came from. */
  readonly url: string;
  readonly token: string;
  readonly protocol: string;
}

/** What the server refused, in its own words. */
export class Refusal extends Error {}

export async function ask<Answer>(
  rig: RigAddress,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (rig.token !== "") headers.set("authorization", `Bearer ${rig.token}`);
  if (typeof init.body === "string") headers.set("content-type", "application/json");
  const response = await fetch(baseOf(rig) + path, { ...init, headers });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as Answer;
  throw new Refusal(problemText(text, response.status));
}

function problemText(text: string, status: number): string {
  try {
    const { detail, issues = [] } = JSON.parse(text) as Problem;
    return [detail, ...issues.map(({ path, message }) => `${path}: ${message}`)].join(" ");
  } catch {
    return `the server answered ${status}`;
  }
}

export function post(body: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(body) };
}

function baseOf({ url }: RigAddress): string {
  return url === "" ? window.location.origin : url.replace(/\/+$/, "");
}

export const currentRun = (rig: RigAddress) => ask<CurrentRun>(rig, "/api/run");

export function checkBytes(rig: RigAddress, bytes: Blob, query: string): Promise<CheckAnswer> {
  const headers = { "content-type": "application/octet-stream" };
  return ask(rig, `/api/check?${query}`, { method: "POST", body: bytes, headers });
}

export interface FeedListener {
  operation(operation: Operation): void;
  event(envelope: Envelope): void;
  connected(isConnected: boolean): void;
}

const RETRY_MS = 1_000;

/** Follows both streams from `since` on, again after each break, until the result is called. */
export function follow(
  rig: RigAddress,
  since: { readonly index: number; readonly seq: number },
  listener: FeedListener,
): () => void {
  const next = { ...since };
  const history = keepOpen(
    () => socketUrl(rig, `/api/${rig.protocol}/history/stream`, next.index),
    (text) => {
      const operation = JSON.parse(text) as Operation;
      next.index = operation.index + 1;
      listener.operation(operation);
    },
    (isOpen) => listener.connected(isOpen),
  );
  const events = keepOpen(
    () => socketUrl(rig, "/api/stream", next.seq),
    (text) => {
      const envelope = JSON.parse(text) as Envelope;
      next.seq = envelope.type === "cut-off" ? envelope.since : envelope.seq + 1;
      if (envelope.type === "run-started") next.index = 0;
      listener.event(envelope);
    },
    () => undefined,
  );
  return () => {
    history();
    events();
  };
}

function socketUrl(rig: RigAddress, path: string, since: number): string {
  const token = rig.token === "" ? "" : `&access_token=${encodeURIComponent(rig.token)}`;
  return `${baseOf(rig).replace(/^http/, "ws")}${path}?since=${since}${token}`;
}

function keepOpen(
  url: () => string,
  message: (text: string) => void,
  opened: (isOpen: boolean) => void,
): () => void {
  let isWanted = true;
  let socket: WebSocket | null = null;
  let timer = 0;
  const open = () => {
    socket = new WebSocket(url());
    socket.onopen = () => opened(true);
    socket.onmessage = ({ data }) => message(String(data));
    socket.onclose = () => {
      opened(false);
      if (isWanted) timer = window.setTimeout(open, RETRY_MS);
    };
  };
  open();
  return () => {
    isWanted = false;
    window.clearTimeout(timer);
    socket?.close();
  };
}
