/** What the nodes of a run applied, slot by slot, from their records in the run folder. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { AppliedSlots } from "../../core/invariant/apply-order.ts";
import type { RequestName } from "../../core/run/commit-order.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { linesOf, unreadable } from "./lines.ts";
import { readPlan } from "./read-folder.ts";

export interface NodeOrder {
  readonly clients: number;
  /** In the order of the slots. */
  readonly slots: readonly (readonly RequestName[])[];
}

/**
 * Throws `input.unreadable` for a folder without node records, `input.malformed` where two nodes
 * applied different things in one slot: then there is no common order.
 */
export function readNodeOrder(folder: string): NodeOrder {
  const { clients } = readPlan(folder).workload;
  const slots = new Map<number, string>();
  for (const name of nodeFiles(folder)) {
    const path = join(folder, name);
    for (const { text, number, isWhole } of linesOf(path)) {
      const applied = isWhole ? appliedIn(text, `${path}:${number}`) : null;
      if (applied === null) continue;
      const requests = JSON.stringify(applied.requests);
      const known = slots.get(applied.slot) ?? requests;
      if (known !== requests) {
        const text = `slot ${applied.slot} has other requests than on another node`;
        const where = `${path}:${number}`;
        throw new RigError("input.malformed", `${where}: ${text}; expected one order of all`);
      }
      slots.set(applied.slot, known);
    }
  }
  const ordered = [...slots].sort(([a], [b]) => a - b);
  return { clients, slots: ordered.map(([, requests]) => JSON.parse(requests)) };
}

/** What the record of the run says that all nodes applied; null where it says nothing. */
export function readRecordedOrder(folder: string): NodeOrder | null {
  const { clients } = readPlan(folder).workload;
  const path = join(folder, "events.jsonl");
  if (!existsSync(path)) return null;
  let slots: AppliedSlots | null = null;
  for (const { text, isWhole } of linesOf(path)) {
    if (!isWhole || !text.startsWith('{"type":"statistics"')) continue;
    slots = (JSON.parse(text) as { applied?: AppliedSlots }).applied ?? null;
  }
  return slots === null ? null : { clients, slots };
}

function nodeFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /^node-\d+\.jsonl$/.test(name));
  } catch (error) {
    throw unreadable(folder, error);
  }
  if (names.length > 0) return names.sort();
  const text = `${folder}: no node records; expected the folder of a run with node-<n>.jsonl`;
  throw new RigError("input.unreadable", text);
}

interface Applied {
  readonly slot: number;
  readonly requests: readonly RequestName[];
}

function appliedIn(text: string, where: string): Applied | null {
  let record: Partial<Applied> & { readonly event?: unknown };
  try {
    record = JSON.parse(text) as typeof record;
  } catch {
    throw new RigError("input.malformed", `${where}: expected a record of a node as JSON`);
  }
  if (record?.event !== "apply") return null;
  const { slot, requests } = record;
  if (typeof slot === "number" && Array.isArray(requests) && requests.every(isName)) {
    return { slot, requests };
  }
  throw new RigError("input.malformed", `${where}: expected slot and requests of what was applied`);
}

function isName(value: unknown): value is RequestName {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger);
}
