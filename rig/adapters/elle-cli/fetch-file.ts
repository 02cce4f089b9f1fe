/**
 * Fetches a file over HTTP into `<path>`, and goes on where an earlier attempt broke off. What
 * tells versions of the file apart (its ETag or date) is kept beside it, so that parts of two
 * versions are never put together.
 */

import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { RigError } from "../../core/verdict/rig-error.ts";

export interface FetchOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Longest silence of the server. */
  readonly stallMs: number;
  /** `total` is null where the server doesn't say. */
  readonly onProgress: (bytes: number, total: number | null) => void;
}

interface Origin {
  readonly url: string;
  /** Strong ETag or date, as `If-Range` takes it; `null` where the server gave none. */
  readonly validator: string | null;
}

/** What an earlier attempt left. */
interface Part {
  readonly size: number;
  readonly validator: string | null;
}

const HINT = "--url names a mirror; `rig check --elle-jar` a JAR that is there already";
const AGAIN = "what has come is kept: the same command goes on from there";

/** Connections that break off are taken up again this often, as long as something comes. */
const ATTEMPTS = 5;

/** Rejects with `capability.network`, `download.refused`, `work.interrupted` or a disk's error. */
export async function fetchInto(path: string, options: FetchOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = sizeOf(path);
    try {
      await fetchOnce(path, options);
      rmSync(originPath(path), { force: true });
      return;
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
      const isProgress = sizeOf(path) > before;
      if (attempt < ATTEMPTS && isProgress && error.why !== STALLED) continue;
      const text = `${options.url}: the download broke off: ${error.why}`;
      throw new RigError("capability.network", text, { hint: AGAIN, cause: error });
    }
  }
}

const STALLED = "nothing came for a while";

class BrokenOff extends Error {
  readonly why: string;
  constructor(why: string) {
    super(why);
    this.why = why;
  }
}

async function fetchOnce(path: string, options: FetchOptions): Promise<void> {
  const { url, signal, stallMs } = options;
  const stall = new Stall(stallMs, signal);
  try {
    const have = partOf(path, url);
    const response = await requested(url, have, stall);
    const answer = answerOf(response, have, url);
    if (answer === "refetch") {
      await response.body?.cancel();
      rmSync(path, { force: true });
      await fetchOnce(path, options);
    } else if (answer !== "complete") {
      // Before the first byte, so that a part never lacks it.
      const origin: Origin = { url, validator: validatorOf(response.headers) };
      writeFileSync(originPath(path), JSON.stringify(origin));
      await store(response, path, { start: answer === "append" ? have.size : 0, stall, options });
    }
  } finally {
    stall.stop();
  }
}

async function requested(url: string, have: Part, stall: Stall): Promise<Response> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have.size > 0) headers["range"] = `bytes=${have.size}-`;
  if (have.size > 0 && have.validator !== null) headers["if-range"] = have.validator;
  try {
    return await fetch(url, { headers, signal: stall.signal });
  } catch (error) {
    if (stall.isInterrupted) throw interrupted(url);
    const why = stall.isOver ? "it doesn't answer" : reasonOf(error);
    const text = `${url}: the server can't be reached: ${why}`;
    throw new RigError("capability.network", text, { hint: HINT, cause: error });
  }
}

type Answer = "append" | "anew" | "complete" | "refetch";

function answerOf({ status, headers }: Response, have: Part, url: string): Answer {
  if (status === 200) return "anew";
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
  if (status === 416 && have.size > 0) {
    return Number(range?.[2]) === have.size ? "complete" : "refetch";
  }
  if (status === 206 && range?.[1] !== undefined && Number(range[1]) === have.size) {
    // Some servers don't know If-Range, and would add a piece of another file.
    const isOther = have.validator !== null && validatorOf(headers) !== have.validator;
    return isOther ? "refetch" : "append";
  }
  const what = status === 206 ? "another part than was asked for" : `HTTP status ${status}`;
  const text = `${url}: the server answers ${what}; expected the file`;
  throw new RigError("download.refused", text, { hint: HINT });
}

interface Storing {
  readonly start: number;
  readonly stall: Stall;
  readonly options: FetchOptions;
}

async function store(
  response: Response,
  path: string,
  { start, stall, options }: Storing,
): Promise<void> {
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const total = Number.isSafeInteger(length) ? start + length : null;
  const file = openSync(path, start === 0 ? "w" : "a");
  let bytes = start;
  try {
    for await (const chunk of response.body ?? []) {
      stall.restart();
      appendFileSync(file, chunk);
      bytes += chunk.length;
      options.onProgress(bytes, total);
    }
  } catch (error) {
    if (stall.isInterrupted) throw interrupted(options.url);
    if (isOfDisk(error)) throw error;
    throw new BrokenOff(stall.isOver ? STALLED : reasonOf(error));
  } finally {
    closeSync(file);
  }
  if (total !== null && bytes < total) throw new BrokenOff(`${bytes} of ${total} bytes came`);
}

/** Aborts its signal after a silence, or with the outer one. */
class Stall {
  readonly #silence = new AbortController();
  readonly #outer: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly signal: AbortSignal;

  constructor(ms: number, outer: AbortSignal) {
    this.#outer = outer;
    this.signal = AbortSignal.any([outer, this.#silence.signal]);
    this.#timer = setTimeout(() => this.#silence.abort(), ms);
  }

  get isOver(): boolean {
    return this.#silence.signal.aborted;
  }

  get isInterrupted(): boolean {
    return this.#outer.aborted;
  }

  restart(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function partOf(path: string, url: string): Part {
  try {
    const origin = JSON.parse(readFileSync(originPath(path), "utf8")) as Origin;
    if (origin.url === url) return { size: sizeOf(path), validator: origin.validator };
  } catch {
    // No part, or one of unknown origin: from the start.
  }
  return { size: 0, validator: null };
}

/** A weak ETag doesn't promise the same bytes, so it is no validator. */
function validatorOf(headers: Headers): string | null {
  const tag = headers.get("etag");
  if (tag !== null && !tag.startsWith("W/")) return tag;
  return headers.get("last-modified");
}

function originPath(path: string): string {
  return `${path}.json`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function isOfDisk(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === "string" && !isOfNetwork(error);
}

function isOfNetwork(error: unknown): boolean {
  return /^(read|connect|getaddrinfo)$/.test((error as NodeJS.ErrnoException).syscall ?? "");
}

/** `fetch` hides what happened in the cause. */
function reasonOf(error: unknown): string {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? (error as Error).message;
}

function interrupted(url: string): RigError {
  return new RigError("work.interrupted", `${url}: the download was ended`, { hint: AGAIN });
}
