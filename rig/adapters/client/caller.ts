/** Calls the routes of a rig server by name; works in Node and in browsers. */

import {
  ROUTES,
  type Route,
  type RouteInput,
  type RouteName,
  type RouteOutput,
} from "../../core/api/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { jsonOf, problemOf } from "./api-problem.ts";

export interface CallerOptions {
  /** Such as `http://127.0.0.1:8001`. */
  readonly url: string;
  /** Needed where the server listens beyond loopback. */
  readonly token?: string | undefined;
  /** Longest time for one answer. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 30_000;

type Parts = {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
};

export class Caller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /** Throws `server.unreachable`, `ApiProblem`, or `server.failed` for what is no rig's answer. */
  async call<Name extends RouteName>(
    name: Name,
    input: RouteInput<Name>,
    upload?: string | Uint8Array,
  ): Promise<RouteOutput<Name>> {
    const route: Route = ROUTES[name];
    const { params = {}, query = {}, body }: Parts = input;
    const text = await this.#fetch(route, pathOf(route.path, params, query), upload ?? body);
    if (route.response === undefined) return text as RouteOutput<Name>;
    const parsed = route.response.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data as RouteOutput<Name>;
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    const what = `the server's answer to ${route.path} is none that this client knows`;
    throw new RigError("server.failed", `${what}: ${where}: ${issue?.message}`);
  }

  /** Of a stream, with `http` replaced by `ws`. */
  streamUrl(path: string, query: Readonly<Record<string, unknown>>): string {
    return this.#url(pathOf(path, {}, { ...query, access_token: this.#options.token })).replace(
      /^http/,
      "ws",
    );
  }

  #url(path: string): string {
    return this.#options.url.replace(/\/+$/, "") + path;
  }

  async #fetch({ method, upload }: Route, path: string, body: unknown): Promise<string> {
    const { token, timeoutMs = TIMEOUT_MS } = this.#options;
    const isFile = upload !== undefined;
    const type = isFile ? "application/octet-stream" : "application/json";
    const headers = {
      ...(body === undefined ? {} : { "content-type": type }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const content = isFile ? (body as string | Uint8Array) : JSON.stringify(body);
    const init = { method: method.toUpperCase(), headers, signal: AbortSignal.timeout(timeoutMs) };
    let response: Response;
    let text: string;
    try {
      response = await fetch(
        this.#url(path),
        body === undefined ? init : { ...init, body: content as string },
      );
      text = await response.text();
    } catch (error) {
      throw unreachable(this.#options.url, error);
    }
    if (!response.ok) throw problemOf(response.status, text);
    return text;
  }
}

function pathOf(
  path: string,
  params: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  );
  return pairs.length === 0 ? filled : `${filled}?${pairs.join("&")}`;
}

interface Cause {
  readonly code?: string;
  readonly message?: string;
}

function unreachable(url: string, error: unknown): RigError {
  const { message, cause, name } = error as Error & { readonly cause?: Cause };
  const why =
    name === "TimeoutError" ? "no answer in time" : (cause?.code ?? cause?.message ?? message);
  return new RigError(
    "server.unreachable",
    `${url}: not reachable (${why}): expected a rig server, as \`rig serve\` starts one`,
    { cause: error },
  );
}
