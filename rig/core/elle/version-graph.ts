/**
 * The order of register versions, joined from its sources one by one. A source that makes a
 * circle with those before it is told as `cyclic-versions`, and then left out altogether: what
 * else it says is no more to be trusted.
 */

import type { HistoryTable } from "../history/history-table.ts";
import { EdgeList, type Graph, largeComponents, peel, strongComponents } from "./components.ts";
import type { Findings } from "./findings.ts";
import { realtimeChains } from "./realtime-chains.ts";
import { RealtimeVersions } from "./realtime-versions.ts";
import type { RegisterIndex } from "./register-index.ts";
import {
  initialPairs,
  type SourceName,
  sequentialPairs,
  transactionOrderPairs,
  type VersionPairs,
  writeFollowsReadPairs,
} from "./register-sources.ts";
import type { RegisterOptions } from "./result.ts";
import { capital, keyText } from "./texts.ts";
import { keyOfVersion, versionText } from "./versions.ts";

export interface VersionSource {
  readonly name: SourceName;
  /** For linearizable keys the quick form, with barriers. */
  readonly pairs: VersionPairs;
  /** The exact form, where there are two. */
  readonly exact?: RealtimeVersions;
}

export interface VersionGraph {
  readonly table: HistoryTable;
  readonly index: RegisterIndex;
  readonly sources: readonly VersionSource[];
}

const SOURCE_TEXTS: Readonly<Record<SourceName, string>> = {
  "initial-state": "nil is first",
  "transaction-order": "the given order of transactions",
  "wfr-keys": "writes follow reads",
  "sequential-keys": "the order within each process",
  "linearizable-keys": "real time",
};

export function sourceText(name: SourceName): string {
  return SOURCE_TEXTS[name];
}

export function versionGraph(
  table: HistoryTable,
  index: RegisterIndex,
  options: RegisterOptions,
  findings: Findings,
): VersionGraph {
  const sources: VersionSource[] = [];
  for (const makeSource of wantedSources(table, index, options)) {
    const source = makeSource();
    const merged = [...sources, source];
    const circles = findCircles({ table, index, sources: merged });
    for (const circle of circles) {
      const versions = { table, index, sources: merged };
      findings.add("cyclic-versions", () => cyclicVersions(versions, circle));
    }
    if (circles.length === 0) sources.push(source);
  }
  return { table, index, sources };
}

function wantedSources(
  table: HistoryTable,
  index: RegisterIndex,
  options: RegisterOptions,
): (() => VersionSource)[] {
  const { touches } = index;
  const { transactionOrder } = options;
  const wanted: (() => VersionSource)[] = [
    () => ({ name: "initial-state", pairs: initialPairs(table, index) }),
  ];
  if (transactionOrder !== undefined) {
    const pairs = () => transactionOrderPairs(table, touches, transactionOrder);
    wanted.push(() => ({ name: "transaction-order", pairs: pairs() }));
  }
  if (options.wfrKeys === true) {
    wanted.push(() => ({ name: "wfr-keys", pairs: writeFollowsReadPairs(table, touches) }));
  }
  if (options.sequentialKeys === true) {
    wanted.push(() => ({ name: "sequential-keys", pairs: sequentialPairs(table, touches) }));
  }
  if (options.linearizableKeys === true) {
    wanted.push(() => {
      const exact = new RealtimeVersions(table, index);
      return { name: "linearizable-keys", pairs: realtimeChains(table, index), exact };
    });
  }
  return wanted;
}

/** Versions of one key that come before each other, in groups. */
function findCircles(versions: VersionGraph): number[][] {
  const { index, sources } = versions;
  const list = new EdgeList();
  for (const { pairs } of sources) {
    for (let i = 0; i < pairs.length; i++) {
      list.add(pairs.from.array[i] as number, pairs.to.array[i] as number);
    }
  }
  const graph = list.graph(2 * index.versions);
  const { left, count } = peel(graph);
  if (count === 0) return [];
  const isVersion = (node: number) => node < index.versions;
  const circles = largeComponents(strongComponents(graph, left), isVersion);
  const exact = sources.at(-1)?.exact;
  if (exact === undefined) return circles;
  return circles.flatMap((circle) => exactCircles(versions, circle, { graph, exact }));
}

/** Those of the versions that are in circles without the surplus of the quick form. */
function exactCircles(
  { table, index }: VersionGraph,
  circle: readonly number[],
  { graph, exact }: { graph: Graph; exact: RealtimeVersions },
): number[][] {
  const number = new Map(circle.map((version, at) => [version, at]));
  const list = new EdgeList();
  const add = (fromVersion: number, toVersion: number) => {
    const from = number.get(fromVersion);
    const to = number.get(toVersion);
    if (from !== undefined && to !== undefined) list.add(from, to);
  };
  for (const version of circle) {
    const end = graph.start[version + 1] as number;
    for (let edge = graph.start[version] as number; edge < end; edge++) {
      const to = graph.target[edge] as number;
      if (to < index.versions) add(version, to);
    }
  }
  const pairs = exact.pairsAmong(keyOfVersion(table, circle[0] as number), new Set(circle));
  for (let i = 0; i < pairs.length; i++) {
    add(pairs.from.array[i] as number, pairs.to.array[i] as number);
  }
  const components = strongComponents(list.graph(circle.length));
  return largeComponents(components, () => true).map((members) =>
    members.map((member) => circle[member] as number),
  );
}

function cyclicVersions({ table, index, sources }: VersionGraph, circle: readonly number[]) {
  const { start, rows } = index.writers;
  const key = keyOfVersion(table, circle[0] as number);
  const shown = circle.slice(0, 12).map((version) => versionText(table, version));
  if (circle.length > shown.length) shown.push(`${circle.length - shown.length} more`);
  const reasons = sources.map(({ name }) => sourceText(name));
  const last = reasons.at(-1);
  const others = reasons.slice(0, -1).join(", ");
  return {
    sentences: [
      `${capital(keyText(table, key))} holds ${shown.slice(0, -1).join(", ")} and ` +
        `${shown.at(-1)} each before the others, if ${others} and ${last} all count; ` +
        `so ${last} was not used to look for cycles.`,
    ],
    rows: circle
      .slice(0, 12)
      .flatMap((version) => [...rows.subarray(start[version], start[version + 1])]),
    key: table.names.key(key),
  };
}
