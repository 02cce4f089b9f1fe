/** `rig download` as a user runs it. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";
import { type FileServer, fileServer } from "../support/file-server.ts";
import { zipOf } from "../support/zip.ts";

const JAR = zipOf([{ name: "META-INF/MANIFEST.MF", content: Buffer.from("Main-Class: x\n") }]);
const NAME = "elle-cli-0.1.9-standalone.jar";

let server: FileServer | undefined;

afterEach(() => server?.close());

async function url(content = zipOf([{ name: `target/${NAME}`, content: JAR }])): Promise<string> {
  server = await fileServer({ content });
  return server.url;
}

it("puts the JAR where check looks for it: the cache folder of XDG", async () => {
  const cache = temporaryFolder();
  process.env["XDG_CACHE_HOME"] = cache;
  try {
    const { code, stdout } = await rig(["download", "--url", await url()]);
    const path = join(cache, "canfd-rig", NAME);
    expect(readFileSync(path).equals(JAR)).toBe(true);
    expect(stdout).toMatch(/elle-cli-0\.1\.9-standalone\.jar: fetched, .* SHA-256 [0-9a-f]{64}\n$/);
    expect(code).toBe(0);
    const history = new URL("../../fixtures/histories/valid.edn", import.meta.url).pathname;
    const args = ["check", history, "--engine", "elle-cli", "--java", "/nowhere/java"];
    expect((await rig(args)).stderr).toContain("/nowhere/java");
  } finally {
    delete process.env["XDG_CACHE_HOME"];
  }
});

it("takes a folder as target, and prints JSON", async () => {
  const folder = temporaryFolder();
  const args = ["download", "--json", "--target", folder, "--url", await url()];
  const { code, stdout } = await rig(args);
  expect(JSON.parse(stdout)).toMatchObject({ target: join(folder, NAME), state: "fetched" });
  expect(existsSync(join(folder, NAME))).toBe(true);
  expect(code).toBe(0);
  expect(JSON.parse((await rig(args)).stdout).state).toBe("present");
});

it("says in one line what is wrong, and what to do", async () => {
  const target = ["--target", temporaryFolder()];
  const offline = await rig(["download", ...target, "--url", "http://127.0.0.1:9/elle.zip"]);
  expect(offline.stderr).toMatch(
    /rig: .*the server can't be reached: .*\n {2}--url names a mirror/,
  );
  expect(offline.code).toBe(5);
  const page = await rig(["download", ...target, "--url", await url(Buffer.from("<html>"))]);
  expect(page.stderr).toContain("it is neither a JAR nor an archive with one");
  expect(page.code).toBe(65);
});

it.each([
  [["--url", "ftp://127.0.0.1/x"], /--url is "ftp:/],
  [["--sha256", "abc"], /--sha256 is "abc"/],
])("refuses %j", async (args, line) => {
  const { code, stderr } = await rig(["download", ...args]);
  expect(stderr).toMatch(line);
  expect(code).toBe(64);
});

it("ends at --timeout and on Ctrl-C, and goes on afterwards", async () => {
  const content = zipOf([{ name: NAME, content: JAR }]);
  server = await fileServer({ content, stallAfter: 20 });
  const args = ["download", "--target", temporaryFolder(), "--url", server.url];
  const late = await rig([...args, "--timeout", "1"]);
  expect(late.code).toBe(5);
  const stopped = await rig(args, {
    during: (child) => setTimeout(() => child.kill("SIGINT"), 1_500),
  });
  expect(stopped.code).toBe(130);
  server.state.stallAfter = Number.POSITIVE_INFINITY;
  expect((await rig(args)).code).toBe(0);
  expect(server.requests).toEqual(["whole", "bytes=20-", expect.stringMatching(/^bytes=\d\d+-$/)]);
});
