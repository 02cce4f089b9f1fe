/**
 * Who is let in: names in `Host` against DNS rebinding, `Origin` against foreign pages, and the
 * token once the server listens beyond loopback.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { RigError } from "../core/verdict/rig-error.ts";
import { HttpProblem } from "./problems.ts";

export interface GuardOptions {
  /** Address or name that the server listens on. */
  readonly host: string;
  readonly token?: string | undefined;
  /** Foreign origins that are let in, such as `https://lab.example`. */
  readonly allowOrigins: readonly string[];
}

export interface Credentials {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  /** Of a WebSocket, which can't carry headers in browsers. */
  readonly accessToken?: string | null;
}

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1"]);

export class Guard {
  readonly #options: GuardOptions;
  readonly #names: ReadonlySet<string>;

  /** Throws `usage.option` where a token is needed, or an origin is none. */
  constructor(options: GuardOptions) {
    const { host, token, allowOrigins } = options;
    if (!isLoopback(host) && (token === undefined || token === "")) {
      throw new RigError(
        "usage.option",
        `--host ${host} listens beyond loopback: expected --token (or RIG_TOKEN) with it`,
      );
    }
    this.#options = options;
    const origins = allowOrigins.map((origin) => originOf(origin).hostname);
    this.#names = new Set([...LOOPBACK_NAMES, host.toLowerCase(), ...origins]);
  }

  /** Throws `request.forbidden`. */
  checkPlace({ host, origin }: Credentials): void {
    const name = nameOf(host);
    // A page can point a name of its own at this machine, but not an address.
    if (name === null || (!this.#names.has(name) && isIP(name) === 0)) {
      throw forbidden(`Host "${shown(host)}" is none of this server's names`);
    }
    if (origin === undefined || this.isAllowed(origin)) return;
    if (origin !== `http://${host}` && origin !== `https://${host}`) {
      throw forbidden(`Origin "${shown(origin)}" is foreign: expected it in --allow-origin`);
    }
  }

  /** Throws `request.unauthorized`. */
  checkToken({ authorization, accessToken }: Credentials): void {
    const { token } = this.#options;
    if (token === undefined || token === "") return;
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? accessToken ?? "";
    if (isSame(given, token)) return;
    const detail = "no token, or a wrong one: expected `Authorization: Bearer TOKEN`";
    throw new HttpProblem(401, "request.unauthorized", detail);
  }

  isAllowed(origin: string): boolean {
    return this.#options.allowOrigins.includes(origin);
  }
}

export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function originOf(text: string): URL {
  try {
    const url = new URL(text);
    if (url.origin === text) return url;
  } catch {
    // Said below.
  }
  throw new RigError(
    "usage.option",
    `--allow-origin is "${text}": expected an origin such as https://lab.example`,
  );
}

/** Without port and brackets, in small letters. */
function nameOf(host: string | undefined): string | null {
  const [, bracketed, plain] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host ?? "") ?? [];
  return (bracketed ?? plain)?.toLowerCase() ?? null;
}

function forbidden(detail: string): HttpProblem {
  return new HttpProblem(403, "request.forbidden", detail);
}

function shown(text: string | undefined): string {
  return (text ?? "").slice(0, 100);
}

/** In a time that says nothing of how much is right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
