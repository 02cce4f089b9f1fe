/**
 * Fetching elle-cli from a server of our own on 127.0.0.1: whole, in pieces, from servers that
 * break off, ignore ranges, change the file, refuse or fall silent.
 */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type DownloadOptions, downloadElleCli } from "../../rig/adapters/elle-cli/download.ts";
import type { RigError } from "../../rig/core/verdict/rig-error.ts";
import { temporaryFolder } from "../support/cli.ts";
import { type FileServer, type FileServerState, fileServer } from "../support/file-server.ts";
import { zipOf } from "../support/zip.ts";

const MANIFEST = {
  name: "META-INF/MANIFEST.MF",
  content: Buffer.from("Main-Class: elle_cli.cli\n"),
};
/** Bytes that don't compress, so that pieces are of some length. */
const CLASSES = { name: "elle_cli/cli.class", content: noise(400_000, 1) };
const JAR = zipOf([MANIFEST, CLASSES]);
const IN_ZIP = "target/elle-cli-0.1.9-standalone.jar";
const ARCHIVE = zipOf([
  { name: "target/", content: Buffer.alloc(0), isStored: true },
  { name: IN_ZIP, content: JAR },
]);
const OTHER_JAR = zipOf([MANIFEST, { ...CLASSES, content: noise(400_000, 2) }]);

function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const servers: FileServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serving(fields: Partial<FileServerState>): Promise<FileServer> {
  const server = await fileServer(fields);
  servers.push(server);
  return server;
}

function get(url: string, target: string, fields: Partial<DownloadOptions> = {}) {
  const { signal } = new AbortController();
  const options = { url, target, signal, sha256: null, stallMs: 5_000, onProgress() {} };
  return downloadElleCli({ ...options, ...fields });
}

async function failure(work: Promise<unknown>): Promise<RigError> {
  return work.then(
    () => expect.fail("it went well"),
    (error) => error as RigError,
  );
}

function target(): string {
  return join(temporaryFolder(), "elle-cli.jar");
}

describe("downloading elle-cli", () => {
  it("takes the JAR out of the release, and records the checksums", async () => {
    const server = await serving({ content: ARCHIVE });
    const path = target();
    const seen: number[] = [];
    const done = await get(server.url, path, { onProgress: (bytes) => seen.push(bytes) });
    expect(done).toEqual({ state: "fetched", bytes: JAR.length, sha256: sha256(JAR) });
    expect(readFileSync(path).equals(JAR)).toBe(true);
    expect(readFileSync(`${path}.sha256`, "utf8")).toBe(
      `${sha256(JAR)}  elle-cli.jar\n${sha256(ARCHIVE)}  elle-cli.jar.part\n`,
    );
    expect(readdirSync(join(path, "..")).sort()).toEqual(["elle-cli.jar", "elle-cli.jar.sha256"]);
    expect(seen.at(-1)).toBe(ARCHIVE.length);
  });

  it("takes a JAR as it is, from a mirror", async () => {
    const server = await serving({ content: JAR, hasLength: false });
    const path = target();
    expect(await get(server.url, path)).toMatchObject({ state: "fetched", sha256: sha256(JAR) });
    expect(readFileSync(path).equals(JAR)).toBe(true);
  });

  it("fetches nothing when the JAR is there, but checks it", async () => {
    const server = await serving({ content: ARCHIVE });
    const path = target();
    await get(server.url, path);
    expect(await get(server.url, path)).toMatchObject({ state: "present", sha256: sha256(JAR) });
    expect(server.requests).toHaveLength(1);
    writeFileSync(path, OTHER_JAR);
    const error = await failure(get(server.url, path));
    expect(error).toMatchObject({ code: "download.changed", exitCode: 65 });
    expect(error.message).toContain(sha256(JAR));
  });

  it.each([
    ["of the archive", ARCHIVE],
    ["of the JAR", JAR],
  ])("accepts the checksum %s", async (_name, bytes) => {
    const server = await serving({ content: ARCHIVE });
    const path = target();
    const expected = { sha256: sha256(bytes) };
    expect(await get(server.url, path, expected)).toMatchObject({ state: "fetched" });
    expect(await get(server.url, path, expected)).toMatchObject({ state: "present" });
  });

  it("leaves nothing behind that has another checksum", async () => {
    const server = await serving({ content: ARCHIVE });
    const path = target();
    const error = await failure(get(server.url, path, { sha256: sha256(OTHER_JAR) }));
    expect(error).toMatchObject({ code: "download.changed", exitCode: 65 });
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("refuses a release that is another than the one before", async () => {
    const server = await serving({ content: ARCHIVE });
    const path = target();
    writeFileSync(`${path}.sha256`, `${sha256(OTHER_JAR)}  elle-cli.jar\n`);
    expect(await failure(get(server.url, path))).toMatchObject({ code: "download.changed" });
    expect(existsSync(path)).toBe(false);
  });
});

describe("a download that breaks off", () => {
  it("goes on by itself where it was", async () => {
    const server = await serving({ content: ARCHIVE, cutAfter: 150_000 });
    const path = target();
    expect(await get(server.url, path)).toMatchObject({ state: "fetched" });
    expect(readFileSync(path).equals(JAR)).toBe(true);
    expect(server.requests.length).toBeGreaterThan(2);
    expect(server.requests.slice(1).every((range) => range.startsWith("bytes="))).toBe(true);
  });

  it("goes on with the next command where that is not enough", async () => {
    const server = await serving({ content: ARCHIVE, cutAfter: 20_000 });
    const path = target();
    const error = await failure(get(server.url, path));
    expect(error).toMatchObject({ code: "capability.network", exitCode: 5 });
    expect(error.hint).toContain("goes on from there");
    server.state.cutAfter = Number.POSITIVE_INFINITY;
    server.requests.length = 0;
    expect(await get(server.url, path)).toMatchObject({ state: "fetched" });
    expect(server.requests).toEqual([expect.stringMatching(/^bytes=\d{5,}-$/)]);
    expect(readFileSync(path).equals(JAR)).toBe(true);
  });

  async function withPart(server: FileServer): Promise<string> {
    const path = target();
    server.state.stallAfter = 100_000;
    await failure(get(server.url, path, { stallMs: 300 }));
    server.state.stallAfter = Number.POSITIVE_INFINITY;
    expect(existsSync(`${path}.part`)).toBe(true);
    return path;
  }

  it.each(["no", "without-if-range", "yes"] as const)(
    "begins anew if the file has changed, from a server with ranges: %s",
    async (ranges) => {
      const server = await serving({ content: ARCHIVE, ranges });
      const path = await withPart(server);
      const content = zipOf([{ name: IN_ZIP, content: OTHER_JAR }]);
      Object.assign(server.state, { content, etag: '"two"' });
      expect(await get(server.url, path)).toMatchObject({ sha256: sha256(OTHER_JAR) });
    },
  );

  it("begins anew from a server that ignores ranges", async () => {
    const server = await serving({ content: ARCHIVE, ranges: "no", etag: null });
    const path = await withPart(server);
    expect(await get(server.url, path)).toMatchObject({ sha256: sha256(JAR) });
  });

  it("begins anew if the file has become shorter", async () => {
    const server = await serving({ content: ARCHIVE, ranges: "without-if-range" });
    const path = await withPart(server);
    server.state.content = zipOf([MANIFEST]);
    expect(await get(server.url, path)).toMatchObject({ state: "fetched" });
    expect(server.requests.at(-1)).toBe("whole");
  });

  it("does not install a mixture of two files that nothing tells apart", async () => {
    const server = await serving({ content: ARCHIVE, etag: null });
    const path = await withPart(server);
    server.state.content = zipOf([{ name: IN_ZIP, content: OTHER_JAR }]);
    expect(await failure(get(server.url, path))).toMatchObject({ code: "download.refused" });
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("ends when the server falls silent, in an answer or before it", async () => {
    const server = await serving({ content: ARCHIVE, stallAfter: 50_000 });
    const error = await failure(get(server.url, target(), { stallMs: 300 }));
    expect(error).toMatchObject({ code: "capability.network", exitCode: 5 });
    expect(error.message).toContain("nothing came for a while");
  });

  it("ends when it is interrupted, and keeps what has come", async () => {
    const server = await serving({ content: ARCHIVE, stallAfter: 50_000 });
    const abort = new AbortController();
    const path = target();
    const ending = failure(get(server.url, path, { signal: abort.signal }));
    setTimeout(() => abort.abort(), 300);
    expect(await ending).toMatchObject({ code: "work.interrupted", exitCode: 130 });
    expect(readFileSync(`${path}.part`)).toHaveLength(50_000);
  });
});

describe("a server that has no elle-cli", () => {
  it.each([404, 403, 429, 500, 503])("is quoted: status %i", async (status) => {
    const server = await serving({ status });
    const error = await failure(get(server.url, target()));
    expect(error).toMatchObject({ code: "download.refused", exitCode: 65 });
    expect(error.message).toContain(`HTTP status ${status}`);
  });

  it.each([
    ["a web page", Buffer.from("<html>please log in</html>")],
    ["nothing", Buffer.alloc(0)],
    ["another archive", zipOf([{ name: "readme.txt", content: Buffer.from("hello") }])],
    ["half an archive", ARCHIVE.subarray(0, ARCHIVE.length / 2)],
    ["a damaged archive", damaged(ARCHIVE)],
  ])("is refused when it sends %s", async (_name, content) => {
    const server = await serving({ content });
    const path = target();
    const error = await failure(get(server.url, path));
    expect(error).toMatchObject({ code: "download.refused", exitCode: 65 });
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("can't be reached when it isn't there", async () => {
    const server = await serving({});
    await server.close();
    const error = await failure(get(server.url, target()));
    expect(error).toMatchObject({ code: "capability.network", exitCode: 5 });
    expect(error.message).toContain("the server can't be reached: ECONNREFUSED");
    expect(error.hint).toContain("--url");
  });
});

it("says that the place for the JAR can't be written to", async () => {
  const server = await serving({ content: ARCHIVE });
  const error = await failure(get(server.url, "/proc/nowhere/elle-cli.jar"));
  expect(error).toMatchObject({ code: "output.not-writable", exitCode: 65 });
});

function damaged(archive: Buffer): Buffer {
  const bytes = Buffer.from(archive);
  bytes[200_000] = (bytes[200_000] ?? 0) ^ 0xff;
  return bytes;
}
