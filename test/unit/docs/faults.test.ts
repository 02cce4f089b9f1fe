/** The reference of the faults says of each kind of the bus what the code says of it. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BUS_FAULT_KINDS } from "../../../rig/core/fault/bus-faults.ts";
import { FAULT_KINDS, FAULT_TRAITS } from "../../../rig/core/fault/fault.ts";

const read = (name: string) =>
  readFileSync(new URL(`../../../docs/reference/${name}`, import.meta.url), "utf8");

const FAULTS = read("faults.md");
const FIELDS = read("scenario-file.md");

/** The cells of the row that begins with this kind, or names it in its first cell. */
function rowOf(text: string, kind: string): readonly string[] {
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  const row = rows.find((line) => line.split(" | ")[0]?.includes(`\`${kind}\``));
  return row?.split(" | ") ?? [];
}

describe("docs/reference/faults.md", () => {
  it.each(BUS_FAULT_KINDS)("says what %s counts, costs, and where it can be made", (kind) => {
    const { effects, toll, levels } = FAULT_TRAITS[kind];
    const row = rowOf(FAULTS, kind);
    expect(row).toContain(effects);
    expect(row[3]?.startsWith(toll)).toBe(true);
    expect(row[4]).toBe(`${levels.join(", ")} |`);
  });

  it("explains every toll that a kind can take", () => {
    const tolls = new Set(FAULT_KINDS.map((kind) => FAULT_TRAITS[kind].toll));
    for (const toll of tolls) expect(FAULTS).toContain(`\n| ${toll} | `);
  });
});

describe("docs/reference/scenario-file.md", () => {
  it("has the fields of every kind", () => {
    expect(FAULT_KINDS.filter((kind) => rowOf(FIELDS, kind).length === 0)).toEqual([]);
  });
});
