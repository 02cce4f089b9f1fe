/**
 * Long forks: two writes that two readers see in opposite orders. Keys are written once each and
 * read in groups of a fixed size, all keys of a group by one read. Two reads of a group then show
 * two states of which one is older; where each has a key that the other lacks, time has forked.
 * A history that does not keep to this plan can't be judged, and the result is unknown.
 */

import {
  canonicalText,
  type GeneralOperation,
  nameOf,
  type Value,
  valueKey,
} from "../history/general-operation.ts";
import { clientOperations, describedRead, unfit } from "./operations.ts";
import { Errors, type ModelResult } from "./result.ts";
import { capital, counted, listText, operationText, valueText } from "./texts.ts";

export interface LongForkOptions {
  /** How many keys each read reads. */
  readonly groupSize?: number;
}

interface MicroRead {
  readonly key: Value;
  readonly value: Value;
}

/** What a read saw of its group; of equal reads the first stands for all. */
interface GroupState {
  readonly read: GeneralOperation;
  /** Sorted by key, so that states of one group can be compared place by place. */
  readonly reads: readonly MicroRead[];
  /** How many of the keys it found written. */
  readonly written: number;
}

type Groups = Map<string, Map<string, GroupState>>;

export function checkLongFork(
  operations: readonly GeneralOperation[],
  { groupSize = 0 }: LongForkOptions = {},
): ModelResult {
  const illegal = new Errors();
  const forks = new Errors();
  const groups: Groups = new Map();
  const writers = new Map<number | string, GeneralOperation>();
  const statistics = { reads: 0, earlyReads: 0, lateReads: 0, writes: 0, groups: 0 };
  for (const operation of clientOperations(operations)) {
    const { reads, writes } = microOperations(operation);
    if (writes.length > 0 && operation.type === "invoke") {
      statistics.writes++;
      for (const key of writes) noteWrite(writers, { key, operation }, illegal);
    }
    if (operation.type !== "ok" || writes.length > 0 || reads.length === 0) continue;
    const written = reads.filter(({ value }) => value !== null).length;
    statistics.reads++;
    if (written === 0) statistics.earlyReads++;
    if (written === reads.length) statistics.lateReads++;
    addState(groups, { read: operation, reads, written }, groupSize, illegal);
  }
  for (const states of groups.values()) compareStates([...states.values()], forks, illegal);
  statistics.groups = groups.size;
  if (!illegal.isEmpty) return illegal.result("long-fork", "unknown", statistics);
  return forks.result("long-fork", forks.isEmpty, statistics);
}

function microOperations(operation: GeneralOperation): { reads: MicroRead[]; writes: Value[] } {
  const reads: MicroRead[] = [];
  const writes: Value[] = [];
  const { value } = operation;
  if (value === null) return { reads, writes };
  if (typeof value !== "object" || value.kind !== "list") throw noTransaction(operation, value);
  for (const mop of value.items) {
    if (mop === null || typeof mop !== "object" || mop.kind !== "list" || mop.items.length < 2) {
      throw noTransaction(operation, mop);
    }
    const [name = null, key = null, element = null] = mop.items;
    const kind = nameOf(name);
    if (kind === "r") reads.push({ key, value: element });
    else if (kind === "w") writes.push(key);
    else throw noTransaction(operation, mop);
  }
  return { reads, writes };
}

function noTransaction(operation: GeneralOperation, value: Value): Error {
  const text = `${valueText(value)}; expected a list of [:r key value] or [:w key value]`;
  return unfit(operation, text);
}

function noteWrite(
  writers: Map<number | string, GeneralOperation>,
  { key, operation }: { readonly key: Value; readonly operation: GeneralOperation },
  illegal: Errors,
): void {
  const before = writers.get(valueKey(key));
  writers.set(valueKey(key), before ?? operation);
  if (before === undefined) return;
  illegal.add("multiple-writes", () => ({
    explanation:
      `Key ${valueText(key)} is written by ${operationText(before)} and again by ` +
      `${operationText(operation)}; the model can judge only keys that are written once.`,
    operations: [before.index, operation.index],
  }));
}

function addState(groups: Groups, state: GroupState, groupSize: number, illegal: Errors): void {
  const reads = [...state.reads].sort((a, b) => compareTexts(a.key, b.key));
  const keys = reads.map(({ key }) => canonicalText(key));
  const distinct = new Set(keys).size;
  if (distinct !== groupSize || reads.length !== distinct) {
    const wanted =
      groupSize === 0
        ? "the group size, which is how many keys each read reads, is not given"
        : `expected each read to read ${counted(groupSize, "key")}, the group size`;
    illegal.add(groupSize === 0 ? "no-group-size" : "wrong-group-size", () => ({
      explanation:
        `${capital(describedRead(state.read))} reads ${counted(distinct, "different key")} by ` +
        `${counted(reads.length, "micro-operation")}; ${wanted}.`,
      operations: [state.read.index],
    }));
    return;
  }
  const group = keys.join(" ");
  const states = groups.get(group) ?? new Map<string, GroupState>();
  groups.set(group, states);
  const text = reads.map(({ value }) => canonicalText(value)).join(" ");
  if (!states.has(text)) states.set(text, { ...state, reads });
}

function compareTexts(a: Value, b: Value): number {
  const [first, second] = [canonicalText(a), canonicalText(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/**
 * Sorted by how much they saw, states are in one order exactly if each holds all of the one before
 * it, so only neighbours are compared.
 */
function compareStates(states: GroupState[], forks: Errors, illegal: Errors): void {
  requireSameValues(states, illegal);
  const sorted = states.sort((a, b) => a.written - b.written);
  for (let i = 1; i < sorted.length; i++) {
    const older = sorted[i - 1] as GroupState;
    const newer = sorted[i] as GroupState;
    const onlyOlder = seenByFirstOnly(older, newer);
    if (onlyOlder.length === 0) continue;
    const onlyNewer = seenByFirstOnly(newer, older);
    forks.add("long-fork", () => ({
      explanation:
        `${capital(describedRead(older.read))} saw ${listText(onlyOlder)} but not ` +
        `${listText(onlyNewer)}; ${describedRead(newer.read)} saw ${listText(onlyNewer)} but not ` +
        `${listText(onlyOlder)}. No order of the writes explains both.`,
      operations: [older.read.index, newer.read.index],
    }));
  }
}

function seenByFirstOnly(first: GroupState, second: GroupState): string[] {
  return first.reads
    .filter(({ value }, place) => value !== null && second.reads[place]?.value === null)
    .map(({ key }) => `key ${valueText(key)}`);
}

/** In one group a key has one value at most. */
function requireSameValues(states: readonly GroupState[], illegal: Errors): void {
  const firstSeen: { value: Value; read: GeneralOperation }[] = [];
  for (const { read, reads } of states) {
    reads.forEach(({ key, value }, place) => {
      if (value === null) return;
      const first = firstSeen[place] ?? { value, read };
      firstSeen[place] = first;
      if (valueKey(first.value) === valueKey(value)) return;
      illegal.add("distinct-values", () => ({
        explanation:
          `${capital(describedRead(first.read))} saw ${valueText(first.value)} in key ` +
          `${valueText(key)}, and ${describedRead(read)} saw ${valueText(value)}; the model can ` +
          "judge only keys that are written once.",
        operations: [first.read.index, read.index],
      }));
    });
  }
}
