/**
 * The table of the scenarios and the schema of their files, made from the code. With RIG_UPDATE=1
 * the documents are written anew instead of compared.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { scenarioJsonSchema } from "../../rig/adapters/store/scenario-schema.ts";
import { assertionText, faultText } from "../../rig/cli/plan-text.ts";
import { suits } from "../../rig/core/plan/byzantine-issues.ts";
import { LEVELS_AVAILABLE, levelsFor } from "../../rig/core/plan/levels.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { SCENARIOS } from "../../rig/core/plan/scenarios.ts";

const REFERENCE = new URL("../../docs/reference/", import.meta.url);
const UPDATE = process.env["RIG_UPDATE"] === "1";

function holds(name: string, make: (before: string) => string): void {
  const path = new URL(name, REFERENCE);
  const before = UPDATE && name.endsWith(".json") ? "" : readFileSync(path, "utf8");
  const after = make(before);
  if (UPDATE) writeFileSync(path, after);
  else expect(before).toBe(after);
}

function classOfRojA(scenario: string): string {
  const { expectation } = makePlan({ scenario, seed: 1, protocol: "roj-a" });
  return expectation.isForGood ? `${expectation.class}, perhaps for good` : expectation.class;
}

function table(): string {
  const levels = LEVELS_AVAILABLE;
  const head = ["scenario", "nodes", "what it does", "faults", "of ROJ-B", "of ROJ-A", "limits"];
  const rows = SCENARIOS.map((scenario) => {
    const { name, summary, faults } = scenario;
    const plan = makePlan({ scenario: name, seed: 1 });
    const able = levelsFor(faults);
    const listed = (texts: readonly string[], none: string) =>
      texts.length === 0 ? none : texts.join("; ").replaceAll("|", "\\|");
    return [
      name,
      String(plan.nodes),
      summary,
      listed(plan.faults.map(faultText), "none"),
      plan.expectation.class,
      suits(scenario, "roj-a") ? classOfRojA(name) : "refused",
      listed(plan.assertions.map(assertionText), ""),
      ...levels.map((level) => (able.includes(level) ? "yes" : "no")),
    ];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");
  const all = [...head, ...levels];
  return [line(all), `|${"---|".repeat(all.length)}`, ...rows.map(line)].join("\n");
}

it("docs/reference/scenarios.md has the table of the scenarios", () => {
  const between = /(<!-- table -->\n).*(<!-- end of table -->)/s;
  holds("scenarios.md", (text) => {
    expect(text).toMatch(between);
    return text.replace(between, (_, start, end) => `${start}\n${table()}\n\n${end}`);
  });
});

it("docs/reference/scenario.schema.json is the schema of scenario files", () => {
  holds("scenario.schema.json", scenarioJsonSchema);
});
