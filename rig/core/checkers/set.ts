/**
 * A set that is read at the end: `add` puts in one element, the last answered `read` tells what is
 * there. Lost is what was acknowledged and is not there, unexpected what is there and nobody tried
 * to add. As in Jepsen the times of the adds don't count, which is right if the read comes last;
 * `set-full` is the one for sets that are read all along.
 */

import { type GeneralOperation, type Value, valueKey } from "../history/general-operation.ts";
import { clientOperations, describedRead, unfit, unknownFunction } from "./operations.ts";
import { Errors, type ModelResult } from "./result.ts";
import { capital, operationText, valueText } from "./texts.ts";

type Elements = Map<number | string, Element>;

interface Element {
  readonly value: Value;
  /** The last operation that says of it what the collection is about. */
  readonly operation: GeneralOperation;
}

export function checkSet(operations: readonly GeneralOperation[]): ModelResult {
  const attempted: Elements = new Map();
  const acknowledged: Elements = new Map();
  let last: GeneralOperation | null = null;
  for (const operation of clientOperations(operations)) {
    const { f, type, value } = operation;
    if (f === "add") {
      attempted.set(valueKey(value), { value, operation });
      if (type === "ok") acknowledged.set(valueKey(value), { value, operation });
    } else if (f !== "read") {
      throw unknownFunction(operation, "add or read");
    } else if (type === "ok") {
      last = operation;
    }
  }
  const counts = { attempted: attempted.size, acknowledged: acknowledged.size };
  const errors = new Errors();
  if (last === null) {
    const explanation = "No read was completed, so nothing is known about what the set holds.";
    errors.add("never-read", () => ({ explanation, operations: [] }));
    return errors.result("set", "unknown", counts);
  }
  const present: Elements = new Map();
  for (const value of elementsOf(last)) present.set(valueKey(value), { value, operation: last });
  addLost(errors, last, { acknowledged, present });
  addUnexpected(errors, last, { attempted, present });
  const seen = [...present.keys()].filter((key) => attempted.has(key));
  const recovered = seen.filter((key) => !acknowledged.has(key)).length;
  return errors.result("set", errors.isEmpty, {
    ...counts,
    present: seen.length,
    lost: errors.count("lost"),
    unexpected: errors.count("unexpected"),
    recovered,
  });
}

function addLost(
  errors: Errors,
  read: GeneralOperation,
  { acknowledged, present }: Readonly<Record<"acknowledged" | "present", Elements>>,
): void {
  for (const [key, { value, operation }] of acknowledged) {
    if (present.has(key)) continue;
    const isLate = operation.index > read.index;
    const remark = isLate
      ? " The read was over by then: this model judges by the last read only; set-full counts time."
      : "";
    errors.add("lost", () => ({
      explanation:
        `Element ${valueText(value)} is lost: its add was acknowledged by ` +
        `${operationText(operation)}, and ${describedRead(read)}, the last, does not hold it.` +
        remark,
      operations: [operation.index, read.index],
    }));
  }
}

function addUnexpected(
  errors: Errors,
  read: GeneralOperation,
  { attempted, present }: Readonly<Record<"attempted" | "present", Elements>>,
): void {
  for (const [key, { value }] of present) {
    if (attempted.has(key)) continue;
    errors.add("unexpected", () => ({
      explanation:
        `${capital(describedRead(read))} holds element ${valueText(value)}, ` +
        "which nobody tried to add.",
      operations: [read.index],
    }));
  }
}

/** What a read of a set saw; nil is the empty set. */
export function elementsOf(read: GeneralOperation): readonly Value[] {
  const { value } = read;
  if (value === null) return [];
  if (typeof value === "object" && value.kind !== "map") return value.items;
  throw unfit(read, `a read of ${valueText(value)}; expected a list or a set of elements`);
}
