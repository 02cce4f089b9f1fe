/** The reference of the commands says what the commands say. */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rig } from "../support/cli.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

/** As the documents show it: indented, without blanks at line ends. */
function indented(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return lines.map((line) => (line === "" ? "" : `    ${line}`)).join("\n");
}

describe("docs/reference/commands.md", () => {
  it.each([[[]], [["run"]], [["suite"]], [["check"]], [["plan"]], [["report"]], [["download"]]])(
    "has the help of rig %j",
    async (command) => {
      const { stdout } = await rig([...command, "--help"]);
      expect(read("docs/reference/commands.md")).toContain(indented(stdout.trimEnd()));
    },
  );
});

describe("README.md", () => {
  it("shows the screen that its command prints", async () => {
    const args = ["run", "--scenario", "partition", "--nodes", "5", "--seed", "7"];
    const { stdout } = await rig([...args, "--output-dir", "/tmp/canfd-rig-readme"]);
    const screen = stdout.slice(0, stdout.indexOf("\nFaults "));
    expect(read("README.md")).toContain(indented(screen.trimEnd()));
  });

  it("links to files that exist", () => {
    const links = [...read("README.md").matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]);
    expect(links.filter((link) => !existsSync(new URL(link as string, ROOT)))).toEqual([]);
  });
});
