/** The reference of the commands says what the commands say. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rig } from "../support/cli.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

/** As the documents show it: indented, without blanks at line ends. */
function indented(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return lines.map((line) => (line === "" ? "" : `    ${line}`)).join("\n");
}

const COMMANDS_HEAD = `# Commands

The help of each command, as it prints it; a test compares, and \`RIG_UPDATE=1\` makes it anew.
`;

/** Every command, in the order of `rig --help`. */
async function commandNames(): Promise<string[]> {
  const { stdout } = await rig(["--help"]);
  const names = [...stdout.matchAll(/^ {2}rig ([a-z]+) /gm)].map((match) => match[1] as string);
  return names.filter((name) => name !== "completion");
}

describe("docs/reference/commands.md", () => {
  it("has the help of every command", async () => {
    const commands = [[], ...(await commandNames()).map((name) => [name])];
    const helps = commands.map(async (command) => {
      const { stdout } = await rig([...command, "--help"]);
      return `\n## ${["rig", ...command].join(" ")}\n\n${indented(stdout.trimEnd())}\n`;
    });
    const text = COMMANDS_HEAD + (await Promise.all(helps)).join("");
    const file = new URL("docs/reference/commands.md", ROOT);
    if (process.env["RIG_UPDATE"] === "1") writeFileSync(file, text);
    expect(readFileSync(file, "utf8")).toBe(text);
  }, 300_000);
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
