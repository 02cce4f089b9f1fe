/** The reference of `rig check` has the kinds of the linter, with what to do about each. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LINT_KINDS } from "../../../rig/core/lint/findings.ts";

it("docs/reference/check.md lists what the linter finds", () => {
  const text = readFileSync(new URL("../../../docs/reference/check.md", import.meta.url), "utf8");
  const table = Object.entries(LINT_KINDS).map(([kind, advice]) => `| \`${kind}\` | ${advice} |`);
  expect(text).toContain(["| kind | what to do |", "|---|---|", ...table, ""].join("\n"));
});
