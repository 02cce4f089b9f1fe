/**
 * For each version of a register the versions that its sources put before it, so that a proof or
 * an edge is looked up and not searched for. Real time is left out: it has an exact form of its
 * own, made only for the few versions that are asked about.
 */

import { addUp, countUp } from "./counting.ts";
import type { VersionSource } from "./version-graph.ts";

export interface EarlierVersions {
  /** By version, with one entry more than there are versions. */
  readonly start: Int32Array;
  readonly version: Int32Array;
  /** Place in the list of sources. */
  readonly source: Uint8Array;
}

export function earlierVersions(
  versions: number,
  sources: readonly VersionSource[],
): EarlierVersions {
  const start = new Int32Array(versions + 1);
  for (const { pairs, exact } of sources) {
    if (exact !== undefined) continue;
    for (let i = 0; i < pairs.length; i++) countUp(start, (pairs.to.array[i] as number) + 1);
  }
  addUp(start);
  const next = start.slice(0, versions);
  const version = new Int32Array(start[versions] as number);
  const source = new Uint8Array(version.length);
  sources.forEach(({ pairs, exact }, number) => {
    if (exact !== undefined) return;
    for (let i = 0; i < pairs.length; i++) {
      const at = countUp(next, pairs.to.array[i] as number);
      version[at] = pairs.from.array[i] as number;
      source[at] = number;
    }
  });
  return { start, version, source };
}
