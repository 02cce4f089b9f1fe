/**
 * A set that is read all along: follows each element from its add through all reads. An element
 * is known once its add was acknowledged or a read has seen it. It is lost if, after that, the
 * last reads did not see it, stable if they did, and never read if no read tells. A stable element
 * is stale for as long as reads still missed it after it was known. Reads count by when they
 * began, as in Jepsen.
 */

import { type GeneralOperation, type Value, valueKey } from "../history/general-operation.ts";
import { timeText } from "../time/time-text.ts";
import { type Call, callsOf, describedRead, unknownFunction } from "./operations.ts";
import { Errors, type ModelResult, type Validity } from "./result.ts";
import { elementsOf } from "./set.ts";
import { capital, operationText, valueText } from "./texts.ts";

export interface SetFullOptions {
  /** Whether a read that misses a known element is an error even if later ones see it; no. */
  readonly linearizable?: boolean;
}

interface ReadCall extends Call {
  readonly completion: GeneralOperation;
}

interface Added {
  readonly value: Value;
  /** Place of the first add that was begun; reads that ended before say nothing of it. */
  readonly start: number;
  /** The first add that was acknowledged. */
  acknowledged: Call | null;
  /** Which of the reads, in the order in which they began, have seen it. */
  readonly seenBy: number[];
}

interface Element {
  readonly value: Value;
  readonly known: GeneralOperation | null;
  /** The last begun of the reads that saw it, and of those that did not. */
  readonly lastPresent: ReadCall | null;
  readonly lastAbsent: ReadCall | null;
}

type Outcome = "lost" | "stable" | "never-read";

export function checkSetFull(
  operations: readonly GeneralOperation[],
  { linearizable = false }: SetFullOptions = {},
): ModelResult {
  const errors = new Errors();
  const calls = callsOf(operations);
  const added = addedElements(calls);
  const reads = calls.filter(isAnsweredRead);
  reads.forEach((read, number) => {
    noteSeen(added, read, number, errors);
  });
  const lastEnds = latestEnds(reads);
  const counts = { lost: 0, stable: 0, "never-read": 0 };
  let stale = 0;
  let worstStaleNs = 0;
  for (const each of added.values()) {
    const element = followed(each, reads, lastEnds);
    const outcome = outcomeOf(element);
    counts[outcome]++;
    if (outcome === "lost") addLost(errors, element);
    if (outcome !== "stable" || !isStale(element)) continue;
    stale++;
    worstStaleNs = Math.max(worstStaleNs, staleNs(element));
    if (linearizable) addStale(errors, element);
  }
  let valid: Validity = errors.isEmpty;
  if (valid && counts.stable === 0) {
    valid = "unknown";
    const explanation = "No read has seen any element that was added, so nothing is known.";
    errors.add("never-read", () => ({ explanation, operations: [] }));
  }
  return errors.result("set-full", valid, {
    attempted: added.size,
    reads: reads.length,
    stable: counts.stable,
    lost: counts.lost,
    neverRead: counts["never-read"],
    stale,
    worstStaleNs,
    duplicated: errors.count("duplicated"),
  });
}

function isAnsweredRead(call: Call): call is ReadCall {
  return call.invocation.f === "read" && call.completion?.type === "ok";
}

function addedElements(calls: readonly Call[]): Map<number | string, Added> {
  const elements = new Map<number | string, Added>();
  for (const call of calls) {
    const { f, value } = call.invocation;
    if (f === "read") continue;
    if (f !== "add") throw unknownFunction(call.invocation, "add or read");
    const key = valueKey(value);
    // A second add of the same value goes on with what is known of it.
    const element = elements.get(key) ?? {
      value,
      start: call.start,
      acknowledged: null,
      seenBy: [],
    };
    elements.set(key, element);
    if (call.completion?.type !== "ok") continue;
    if (element.acknowledged === null || call.end < element.acknowledged.end) {
      element.acknowledged = call;
    }
  }
  return elements;
}

function noteSeen(
  added: ReadonlyMap<number | string, Added>,
  read: ReadCall,
  number: number,
  errors: Errors,
): void {
  const present = new Set<number | string>();
  const duplicated = new Map<number | string, Value>();
  for (const value of elementsOf(read.completion)) {
    const key = valueKey(value);
    if (present.has(key)) duplicated.set(key, value);
    else added.get(key)?.seenBy.push(number);
    present.add(key);
  }
  for (const value of duplicated.values()) {
    errors.add("duplicated", () => ({
      explanation:
        `${capital(describedRead(read.completion))} holds element ${valueText(value)} ` +
        "more than once.",
      operations: [read.completion.index],
    }));
  }
}

/** For each read the latest end of it and those that began before it. */
function latestEnds(reads: readonly ReadCall[]): readonly number[] {
  let latest = -1;
  return reads.map(({ end }) => {
    latest = Math.max(latest, end);
    return latest;
  });
}

/** What all reads say of one element. */
function followed(
  { value, start, acknowledged, seenBy }: Added,
  reads: readonly ReadCall[],
  lastEnds: readonly number[],
): Element {
  let known = acknowledged;
  let lastPresent: ReadCall | null = null;
  for (const number of seenBy) {
    const read = reads[number] as ReadCall;
    if (read.end < start) continue;
    lastPresent = read;
    if (known === null || read.end < known.end) known = read;
  }
  let lastAbsent: ReadCall | null = null;
  let seen = seenBy.length - 1;
  for (let number = reads.length - 1; number >= 0 && lastAbsent === null; number--) {
    if ((lastEnds[number] as number) < start) break;
    const read = reads[number] as ReadCall;
    if (seenBy[seen] === number) seen--;
    else if (read.end >= start) lastAbsent = read;
  }
  return { value, known: known?.completion ?? null, lastPresent, lastAbsent };
}

function outcomeOf({ known, lastPresent, lastAbsent }: Element): Outcome {
  if (lastPresent !== null && startOf(lastPresent) > startOf(lastAbsent)) return "stable";
  const isLost = known !== null && lastAbsent !== null && known.index < beginning(lastAbsent);
  return isLost ? "lost" : "never-read";
}

function startOf(call: ReadCall | null): number {
  return call === null ? -1 : call.start;
}

function beginning(call: ReadCall): number {
  return call.invocation.index;
}

function isStale({ known, lastAbsent }: Element): boolean {
  return known !== null && lastAbsent !== null && known.index < beginning(lastAbsent);
}

function staleNs({ known, lastAbsent }: Element): number {
  const from = known?.time ?? -1;
  const to = lastAbsent?.invocation.time ?? -1;
  return from < 0 || to < 0 ? 0 : Math.max(0, to - from);
}

function addLost(errors: Errors, { value, known, lastAbsent, lastPresent }: Element): void {
  if (known === null || lastAbsent === null) return;
  const read = lastAbsent.completion;
  const seen = lastPresent?.completion ?? null;
  const last =
    seen === null
      ? "No read ever saw it."
      : `${capital(describedRead(seen))} was the last to see it.`;
  errors.add("lost", () => ({
    explanation:
      `Element ${valueText(value)} is lost: it was known to be there by ${operationText(known)}, ` +
      `but ${describedRead(read)}, which began later, does not hold it. ${last}`,
    operations: seen === null ? [known.index, read.index] : [known.index, read.index, seen.index],
  }));
}

function addStale(errors: Errors, element: Element): void {
  const { value, known, lastAbsent } = element;
  if (known === null || lastAbsent === null) return;
  const read = lastAbsent.completion;
  const delay = staleNs(element);
  const how = delay === 0 ? "" : `, ${timeText(delay)} later`;
  errors.add("stale", () => ({
    explanation:
      `Element ${valueText(value)} was known to be there by ${operationText(known)}, but ` +
      `${describedRead(read)}, which began after that${how}, does not hold it yet.`,
    operations: [known.index, read.index],
  }));
}
