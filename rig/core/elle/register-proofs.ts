/**
 * Proves the edges between transactions of a register history: names the key and the versions by
 * which one transaction comes before another, what puts these versions in order, and says so in
 * words.
 */

import type { EarlierVersions } from "./earlier-versions.ts";
import type { SourceName } from "./register-sources.ts";
import type { CycleStep } from "./result.ts";
import { keyText, type NameOf, orderStep, type RowEdge } from "./texts.ts";
import { NONE } from "./transactions.ts";
import { sourceText, type VersionGraph } from "./version-graph.ts";
import { isNil, versionText } from "./versions.ts";

interface Proof {
  readonly key: number;
  readonly version: number;
  /** NONE where the version was only read. */
  readonly next: number;
  readonly source?: SourceName;
}

export interface RegisterProofs {
  readonly versions: VersionGraph;
  readonly earlier: EarlierVersions;
  readonly nameOf: NameOf;
}

export function proveRegisterStep(proofs: RegisterProofs, edge: RowEdge): CycleStep {
  const { versions, earlier, nameOf } = proofs;
  const { table } = versions;
  const { relation } = edge;
  const step = orderStep(table, edge, nameOf);
  const isData = relation === "wr" || relation === "ww" || relation === "rw";
  const proof = isData ? findProof(versions, earlier, edge) : undefined;
  if (proof === undefined) return step;
  const { key, version, next } = proof;
  return {
    ...step,
    key: table.names.key(key),
    ...(isNil(table, version) ? {} : { element: versionText(table, version) }),
    ...(next === NONE ? {} : { next: versionText(table, next) }),
    ...(relation === "ww" ? {} : { read: versionText(table, version) }),
    because: dataText(proofs, edge, proof),
  };
}

function findProof(
  versions: VersionGraph,
  earlier: EarlierVersions,
  edge: RowEdge,
): Proof | undefined {
  const { touches } = versions.index;
  const end = touches.start[edge.to + 1] as number;
  for (let touch = touches.start[edge.to] as number; touch < end; touch++) {
    const key = touches.key[touch] as number;
    const other = touchOf(versions, edge.from, key);
    if (other === undefined) continue;
    const version = (edge.relation === "rw" ? touches.read : touches.write)[other] as number;
    if (version === NONE) continue;
    if (edge.relation === "wr") {
      if (touches.read[touch] === version) return { key, version, next: NONE };
      continue;
    }
    const next = touches.write[touch] as number;
    if (next === NONE) continue;
    const proof = { key, version, next };
    const source = plainSource(versions, earlier, proof) ?? realtimeSource(versions, proof);
    if (source !== undefined) return { ...proof, source };
  }
  return undefined;
}

function touchOf({ index }: VersionGraph, row: number, key: number): number | undefined {
  const { start, key: keys } = index.touches;
  for (let touch = start[row] as number; touch < (start[row + 1] as number); touch++) {
    if (keys[touch] === key) return touch;
  }
  return undefined;
}

function plainSource(
  versions: VersionGraph,
  earlier: EarlierVersions,
  { version, next }: Proof,
): SourceName | undefined {
  const end = earlier.start[next + 1] as number;
  for (let at = earlier.start[next] as number; at < end; at++) {
    if (earlier.version[at] === version)
      return versions.sources[earlier.source[at] as number]?.name;
  }
  return undefined;
}

function realtimeSource(versions: VersionGraph, { key, version, next }: Proof) {
  return versions.sources.find(({ exact }) => {
    const pairs = exact?.pairsAmong(key, new Set([version, next]));
    return pairs?.has(version, next) === true;
  })?.name;
}

function dataText({ versions, nameOf }: RegisterProofs, edge: RowEdge, proof: Proof): string {
  const { table } = versions;
  const [from, to] = [nameOf(edge.from), nameOf(edge.to)];
  const key = keyText(table, proof.key);
  const version = versionText(table, proof.version);
  if (edge.relation === "wr") return `${to} read ${key} as ${version}, which ${from} wrote`;
  const next = versionText(table, proof.next);
  const why = isNil(table, proof.version) ? "" : ` (${sourceText(proof.source as SourceName)})`;
  if (edge.relation === "ww") {
    return `${to} wrote ${next} to ${key} after ${from} had written ${version}${why}`;
  }
  return `${from} read ${key} as ${version}, before ${to} wrote ${next} to it${why}`;
}
