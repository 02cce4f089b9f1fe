/** `rig bench` at nodes with consoles: scan, list, reset, flash, live consoles. */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";
import { LineNode } from "../support/line-node.ts";

const folder = temporaryFolder();
const [ecu0, ecu1] = ["00000001", "00000002"].map(
  (serial, index) => new LineNode(path.join(folder, `port${index}`), serial),
) as [LineNode, LineNode];

beforeAll(async () => {
  await Promise.all([ecu0.start(), ecu1.start()]);
});

afterAll(() => {
  ecu0.stop();
  ecu1.stop();
});

function lab(): string {
  const file = path.join(temporaryFolder(), "lab.yaml");
  const node = (name: string, port: string, more: string) =>
    `  - { name: ${name}, power: hand, console: { port: "${port}" }, ${more} }`;
  writeFileSync(
    file,
    [
      "bench: lab",
      "nodes:",
      node(
        "ecu0",
        ecu0.path,
        `reset: control-line, flash: 'echo "$RIG_NAME at $RIG_PORT"; exit 3'`,
      ),
      node("ecu1-long", ecu1.path, "flash: 'echo done > flashed; echo $RIG_NODE $RIG_IMAGE'"),
      `lease: { folder: ${folder}/leases }`,
    ].join("\n"),
  );
  return file;
}

describe("rig bench scan", () => {
  it("writes a bench file of who answers, which the other commands take", async () => {
    const file = path.join(temporaryFolder(), "found.yaml");
    const ports = ["--port", ecu0.path, "--port", ecu1.path];
    const { stdout, code } = await rig(["bench", "scan", file, ...ports]);
    expect(stdout).toBe(
      `${ecu0.path}: ecu/2.1, serial 00000001\n${ecu1.path}: ecu/2.1, serial 00000002\n` +
        `${file}: 0 power units, 2 nodes; say what switches each node's supply\n`,
    );
    expect(code).toBe(0);
    const [again, listed] = await Promise.all([
      rig(["bench", "scan", file, ...ports]),
      rig(["bench", "list", path.dirname(file)]),
    ]);
    expect(again.stderr).toBe(`rig: ${file}: it is there already\n  --force writes over it\n`);
    expect(again.code).toBe(65);
    expect(listed.stdout).toBe(
      `  bench  nodes  file${" ".repeat(file.length - 2)}\n  found  2      ${file}  free\n`
        .split("\n")
        .map((line) => line.trimEnd())
        .join("\n"),
    );
  });
});

describe("rig bench reset", () => {
  it("resets a node, whose port may go away, and makes sure that it restarted", async () => {
    const { stdout, code } = await rig(["bench", "reset", lab(), "--node", "ecu0"]);
    expect(stdout).toBe(`ecu0: reset, boot ${ecu0.boot - 1} to ${ecu0.boot}\n`);
    expect(code).toBe(0);
  });

  it("is refused where the file does not say how", async () => {
    const { stderr, code } = await rig(["bench", "reset", lab()]);
    expect(stderr).toContain("the bench file does not say how ecu1-long is reset");
    expect(code).toBe(5);
  });
});

describe("rig bench flash", () => {
  it("runs the command beside the bench file, and says how it failed", async () => {
    const file = lab();
    const flash = (node: string, ...more: string[]) =>
      rig(["bench", "flash", file, "--node", node, ...more]);
    const good = await flash("ecu1-long", "--image", "/fw/a.bin");
    expect([good.stdout, good.stderr, good.code]).toEqual([
      "ecu1-long: flashed\n",
      "ecu1-long | 1 /fw/a.bin\n",
      0,
    ]);
    expect(readFileSync(path.join(path.dirname(file), "flashed"), "utf8")).toBe("done\n");
    const bad = await flash("ecu0");
    expect(bad.stderr).toContain(`ended with 3: ecu0 at ${ecu0.path}`);
    expect(bad.code).toBe(3);
  });
});

describe("rig bench console", () => {
  it("shows nodes side by side, frames told from text, gaps marked, and keeps a log", async () => {
    const log = path.join(temporaryFolder(), "logs");
    const during = async (child: { kill(signal: "SIGINT"): boolean }) => {
      const both = async (isOpen: boolean) => {
        await expect.poll(() => ecu0.isOpen && ecu1.isOpen, { timeout: 60_000 }).toBe(isOpen);
      };
      await both(true);
      ecu0.say("boot: f\u00fcr dich \u001b[2J");
      ecu1.frame("#1 ready boot=1");
      await new Promise((resolve) => setTimeout(resolve, 300));
      ecu0.stop();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await ecu0.start();
      await both(true);
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.kill("SIGINT");
    };
    const { stdout, code } = await rig(["bench", "console", lab(), "--log", log], { during });
    expect(code).toBe(0);
    const lines = stdout.split("\n").map((line) => line.replace(/^ *\d+\.\d{6} /, ""));
    expect(lines).toContain("ecu0      | boot: f\u00fcr dich \\x1b[2J");
    expect(lines.find((line) => line.startsWith("ecu1-long : #1 ready boot=1*"))).toBeDefined();
    expect(lines.some((line) => /^ecu0 {6}--- .* went away: /.test(line))).toBe(true);
    expect(lines.at(-2)).toBe(`ecu0      --- ${ecu0.path} is open`);
    const kept = readFileSync(path.join(log, "console-ecu0.log"), "utf8");
    expect(kept).toMatch(/^\d+\.\d{6} \| boot: f\u00fcr dich/);
    expect(kept).not.toContain("ready");
  });

  it("is refused to others than the one who has the bench", async () => {
    const file = lab();
    const lease = { owner: "cleo", host: "lab2", pid: null, started: null, purpose: "soldering" };
    const until = { sinceMs: 0, untilMs: Date.now() + 1e6 };
    const free = path.join(temporaryFolder(), "leases");
    writeFileSync(file, readFileSync(file, "utf8").replace(`${folder}/leases`, free));
    await rig(["bench", "release", file, "--force"]);
    writeFileSync(path.join(free, "lab.99.lease"), JSON.stringify({ ...lease, ...until }));
    const { stderr, code } = await rig(["bench", "console", file]);
    expect(stderr).toContain("rig: bench lab is busy: cleo at lab2, for soldering");
    expect(code).toBe(4);
  });
});
