/**
 * Isolation levels straight from their axioms: all orders of the transactions are tried. Slow and
 * obvious, for histories of a handful of transactions.
 */

import type { IsolationLevel } from "../../../rig/core/awdit/index.ts";

export interface Read {
  readonly key: number;
  /** The value found; for a list its elements; null for the initial state. */
  readonly found: number | readonly number[] | null;
}

export interface Write {
  readonly key: number;
  readonly value: number;
}

export interface Transaction {
  readonly session: number;
  readonly type: "ok" | "info" | "fail";
  readonly steps: readonly (Read | Write)[];
}

export function isRead(step: Read | Write): step is Read {
  return "found" in step;
}

/** A read that comes from another transaction: `from` is -1 for the initial state. */
interface Source {
  readonly key: number;
  readonly from: number;
  readonly at: number;
}

export function holds(history: readonly Transaction[], level: IsolationLevel): boolean {
  const committed = history.map(({ type }, t) => type === "ok" || isSeen(history, t));
  const sources = history.map(({ type }, t) => (type === "ok" ? sourcesOf(history, t) : []));
  if (sources.some((each) => each === null)) return false;
  const reads = sources as readonly (readonly Source[])[];
  const members = history.map((_, t) => t).filter((t) => committed[t]);
  const versions = versionPairs(history, members);
  const must = (first: number, second: number) =>
    isBefore(history, first, second) ||
    (reads[second] ?? []).some(({ from }) => from === first) ||
    versions.some(([a, b]) => a === first && b === second);
  return permutations(members).some(
    (order) =>
      order.every((t, i) => order.slice(i + 1).every((later) => !must(later, t))) &&
      members.every((t) => obeys({ history, members, reads, order, level }, t)),
  );
}

interface Candidate {
  readonly history: readonly Transaction[];
  readonly members: readonly number[];
  readonly reads: readonly (readonly Source[])[];
  readonly order: readonly number[];
  readonly level: IsolationLevel;
}

/** Whatever is visible to a read and writes its key, comes no later than what it reads. */
function obeys({ history, members, reads, order, level }: Candidate, t: number): boolean {
  const past = causalPast(history, members, reads, t);
  return (reads[t] ?? []).every(({ key, from, at }) =>
    members.every((other) => {
      if (other === from || other === t || !writesKey(history, other, key)) return true;
      const isSource = (reads[t] ?? []).some((source) => source.from === other);
      const isEarlierSource = (reads[t] ?? []).some((s) => s.from === other && s.at < at);
      const isVisible = {
        "read-committed": isEarlierSource,
        "read-atomic": isSource || isBefore(history, other, t),
        causal: past.has(other),
      }[level];
      return !isVisible || (from !== -1 && order.indexOf(other) < order.indexOf(from));
    }),
  );
}

function causalPast(
  history: readonly Transaction[],
  members: readonly number[],
  reads: readonly (readonly Source[])[],
  t: number,
): Set<number> {
  const past = new Set([t]);
  for (const each of past) {
    for (const other of members) {
      const isSource = (reads[each] ?? []).some(({ from }) => from === other);
      if (isSource || isBefore(history, other, each)) past.add(other);
    }
  }
  past.delete(t);
  return past;
}

function isBefore(history: readonly Transaction[], first: number, second: number): boolean {
  return first < second && history[first]?.session === history[second]?.session;
}

function writesKey(history: readonly Transaction[], t: number, key: number): boolean {
  return (history[t]?.steps ?? []).some((step) => !isRead(step) && step.key === key);
}

/** Of unknown outcome, and something of it was read by a transaction that is ok. */
function isSeen(history: readonly Transaction[], t: number): boolean {
  if (history[t]?.type !== "info") return false;
  const values = valuesOf(history, t);
  return history.some(
    ({ type, steps }) =>
      type === "ok" &&
      steps.some((s) => isRead(s) && foundIn(s).some((v) => values.includes(`${s.key}/${v}`))),
  );
}

function valuesOf(history: readonly Transaction[], t: number): string[] {
  return (history[t]?.steps ?? []).flatMap((s) => (isRead(s) ? [] : [`${s.key}/${s.value}`]));
}

function foundIn({ found }: Read): readonly number[] {
  return found === null ? [] : typeof found === "number" ? [found] : found;
}

/** `null` if a read is one that no level allows. */
function sourcesOf(history: readonly Transaction[], t: number): readonly Source[] | null {
  const sources: Source[] = [];
  const steps = history[t]?.steps ?? [];
  for (const [at, step] of steps.entries()) {
    if (!isRead(step)) continue;
    const { key } = step;
    const own = steps.slice(0, at).flatMap((s) => (!isRead(s) && s.key === key ? [s.value] : []));
    const found = foundIn(step);
    const future = steps.slice(at).flatMap((s) => (!isRead(s) && s.key === key ? [s.value] : []));
    if (found.some((value) => future.includes(value))) return null;
    for (const value of found) {
      const isWritten = history.some(
        (each, i) => each.type !== "fail" && valuesOf(history, i).includes(`${key}/${value}`),
      );
      if (!isWritten) return null;
    }
    if (own.length > 0) {
      const tail = Array.isArray(step.found) ? found.slice(-own.length) : found;
      const expected = Array.isArray(step.found) ? own : own.slice(-1);
      if (tail.join() !== expected.join()) return null;
      continue;
    }
    const last = found.at(-1);
    if (last === undefined) {
      sources.push({ key, from: -1, at });
      continue;
    }
    const from = history.findIndex(
      (each, i) => each.type !== "fail" && valuesOf(history, i).includes(`${key}/${last}`),
    );
    const written = (history[from]?.steps ?? []).flatMap((s) =>
      !isRead(s) && s.key === key ? [s.value] : [],
    );
    if (from === -1 || from === t || written.at(-1) !== last) return null;
    sources.push({ key, from, at });
  }
  return sources;
}

/** Pairs of transactions of which lists show that the first came before the second. */
function versionPairs(
  history: readonly Transaction[],
  members: readonly number[],
): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  const keys = new Set(history.flatMap(({ steps }) => steps.map(({ key }) => key)));
  for (const key of keys) {
    const lists = history
      .filter(({ type }) => type === "ok")
      .flatMap(({ steps }) => steps)
      .flatMap((s) => (isRead(s) && s.key === key && Array.isArray(s.found) ? [s.found] : []));
    const longest: readonly number[] = lists.sort((a, b) => b.length - a.length)[0] ?? [];
    if (longest.length === 0) continue;
    const placed = members.flatMap((t) =>
      valuesOf(history, t)
        .filter((name) => name.startsWith(`${key}/`))
        .map((name) => ({ t, place: longest.indexOf(Number(name.split("/")[1])) })),
    );
    const placeOf = (place: number) => (place === -1 ? longest.length : place);
    for (const a of placed) {
      for (const b of placed) {
        if (a.t !== b.t && placeOf(a.place) < placeOf(b.place)) pairs.push([a.t, b.t]);
      }
    }
  }
  return pairs;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}
