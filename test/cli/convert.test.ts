/** `rig convert`: any format to any other, with what was lost; nothing cut off passes as whole. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

const MIX = "fixtures/traces/own/mix.log";
const MIX_TEXT = readFileSync(MIX, "utf8");
const into = (name: string) => join(temporaryFolder(), name);

function file(name: string, content: string | Uint8Array): string {
  const path = into(name);
  writeFileSync(path, content);
  return path;
}

describe("rig convert", () => {
  it("goes from candump to pcapng and back, bit by bit the same", async () => {
    const [there, back] = [into("mix.pcapng"), into("back.log")];
    const first = await rig(["convert", MIX, there, "--strict"]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain("250 frames, 9 error frames");
    await rig(["convert", there, back]);
    expect(readFileSync(back, "utf8")).toBe(MIX_TEXT);
  });

  it("says once for each kind what the target can't hold", async () => {
    const { code, stderr } = await rig(["convert", MIX, into("mix.trc")]);
    expect(code).toBe(0);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringContaining("can't hold that the start is UTC: no zone is written"),
      expect.stringContaining("channel names: written as numbers (259 times, first at line 1)"),
      expect.stringContaining("that the direction is unknown: written as Rx (250 times"),
      expect.stringContaining("classes and details of error frames, apart from kind and place"),
    ]);
  });

  it("with --strict writes nothing where something would be lost", async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await rig(["convert", MIX, join(folder, "mix.trc"), "--strict"]);
    expect(code).toBe(65);
    expect(stderr).toContain(
      "trc-2.1 would lose: that the start is UTC: no zone is written; channel names: written as numbers (259 times",
    );
    expect(readdirSync(folder)).toEqual([]);
    const piped = await rig(["convert", MIX, "-", "--to", "pcap", "--strict"]);
    expect(piped).toMatchObject({ code: 65, stdout: "" });
  });

  it("packs by the ending, unpacks by the content, and works in a pipe", async () => {
    const packed = into("mix.pcapng.gz");
    await rig(["convert", file("mix.txt", gzipSync(MIX_TEXT)), packed]);
    const bytes = readFileSync(packed);
    expect(gunzipSync(bytes).length).toBeGreaterThan(bytes.length);
    const piped = await rig(["convert", "-", "-", "--to", "candump"], {
      during: (child) => child.stdin?.end(bytes),
    });
    expect(piped).toMatchObject({ code: 0, stdout: MIX_TEXT });
  });

  it("gives channels other names, and says which it never met", async () => {
    const path = into("mapped.log");
    const map = ["--channel-map", "vcan0=can7,can9=can1"];
    const { stderr } = await rig(["convert", MIX, path, ...map]);
    expect(readFileSync(path, "utf8")).toBe(MIX_TEXT.replaceAll("vcan0", "can7"));
    expect(stderr).toContain("has no channel can9");
  });

  it("keeps what came before damage under a name that says so", async () => {
    const lines = MIX_TEXT.split("\n").slice(0, 40).join("\n");
    const path = into("cut.asc");
    const cut = file("cut.log", `${lines}\n(12.`);
    const { code, stderr } = await rig(["convert", cut, path]);
    expect(code).toBe(65);
    expect(stderr).toContain("cut.log:41: not of the form");
    expect(stderr).toContain(`what came before it, 40 frames, is in ${path}.partial`);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.partial`, "utf8")).toContain("// reading stopped: ");
  });

  it("never writes over a file unless it is told to", async () => {
    const path = file("old.asc", "precious");
    expect(await rig(["convert", MIX, path])).toMatchObject({ code: 65 });
    expect(readFileSync(path, "utf8")).toBe("precious");
    expect(await rig(["convert", MIX, path, "--force", "--quiet"])).toMatchObject({ code: 0 });
    expect(readFileSync(path, "utf8")).toContain("Begin Triggerblock");
  });

  it.each([
    [["a.csv"], 64, "expected --to python-can-csv, gvret-csv"],
    [["a.doc"], 64, "its ending says none"],
    [["-"], 64, "expected --to FORMAT"],
    [["a.log", "--from", "mf4"], 64, "expected one of blf"],
    [["a.csv", "--to", "id-data-csv"], 64, "it can be read, not written"],
    [["a.log", "--channel-map", "x"], 64, "expected each channel once"],
    [["/nowhere/a.log"], 65, "not writable (ENOENT)"],
  ])("refuses %j", async (args, code, text) => {
    const finished = await rig(["convert", MIX, ...args]);
    expect(finished.code).toBe(code);
    expect(finished.stderr).toContain(text);
  });
});
