/**
 * The built web application: a fixed list of files, those that are there when the server starts.
 * No path of a request ever reaches the file system.
 */

import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** The address field of the page may name another rig, so it connects to anywhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' http: https: ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGES = ["/", "/elle", "/elle/"];

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>canfd-rig</title>
<h1>canfd-rig</h1>
<p>The server is at work, but its web application is not built.</p>
<p>In a checkout: <code>npm run build</code>, then start <code>rig serve</code> again.</p>
<p>The API is there: <a href="/openapi.json">openapi.json</a>, <a href="/health">health</a>.</p>
</html>
`;

export class StaticFiles {
  readonly #files: ReadonlyMap<string, { readonly path: string; readonly type: string }>;

  /** `root` is the folder of the built application; it may be absent. */
  constructor(root: string | null) {
    const paths = root === null ? [] : filesIn(root);
    const files = new Map(
      paths.flatMap((path) => {
        const type = TYPES[extname(path)];
        const url = `/${relative(root ?? "", path)
          .split(sep)
          .join("/")}`;
        return type === undefined ? [] : [[url, { path, type }] as const];
      }),
    );
    const index = files.get("/index.html");
    if (index !== undefined) for (const page of PAGES) files.set(page, index);
    this.#files = files;
  }

  has(url: string): boolean {
    return this.#files.has(url) || PAGES.includes(url);
  }

  /** Null where there is no such file. */
  answer(url: string): Response | null {
    const file = this.#files.get(url);
    if (file === undefined) {
      if (!PAGES.includes(url)) return null;
      return new Response(NOT_BUILT, { headers: headersOf("text/html; charset=utf-8") });
    }
    const headers = headersOf(file.type);
    // Names of assets change with their contents.
    if (url.startsWith("/assets/")) headers.set("cache-control", "max-age=31536000, immutable");
    return new Response(readFileSync(file.path), { headers });
  }
}

function headersOf(type: string): Headers {
  return new Headers({
    "content-type": type,
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
  });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
    });
  } catch {
    return [];
  }
}
