/**
 * Version order from real time against its definition, path by path.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RealtimeOrder } from "../../../rig/core/elle/order-edges.ts";
import { realtimeChains } from "../../../rig/core/elle/realtime-chains.ts";
import { RealtimeVersions } from "../../../rig/core/elle/realtime-versions.ts";
import {
  finalVersion,
  firstVersion,
  indexRegisters,
} from "../../../rig/core/elle/register-index.ts";
import type { VersionPairs } from "../../../rig/core/elle/register-sources.ts";
import { faultyPlans, simulateRegisters } from "./simulated-store.ts";

function listOf(pairs: VersionPairs): [number, number][] {
  return Array.from({ length: pairs.length }, (_, i) => [
    pairs.from.array[i] as number,
    pairs.to.array[i] as number,
  ]);
}

function distinct(pairs: readonly [number, number][]): string[] {
  return [...new Set(pairs.map((pair) => pair.join()))].sort();
}

describe("version order from real time", () => {
  it("has a pair for each path around all others that touch the key, and the chains all", () => {
    fc.assert(
      fc.property(faultyPlans, (plan) => {
        const table = simulateRegisters(plan).history.table();
        const index = indexRegisters(table);
        const { touches } = index;
        const order = new RealtimeOrder(table);
        const wanted: [number, number][] = [];
        const touchOf = (row: number, key: number) => {
          const end = touches.start[row + 1] as number;
          for (let touch = touches.start[row] as number; touch < end; touch++) {
            if (touches.key[touch] === key) return touch;
          }
          return undefined;
        };
        /** Walks back from a transaction over those that don't touch the key. */
        const walk = (row: number, key: number, to: number) => {
          order.eachBefore(row, (from) => {
            const touch = touchOf(from, key);
            if (touch === undefined) walk(from, key, to);
            else wanted.push([finalVersion(touches, touch), to]);
          });
        };
        for (let touch = 0; touch < touches.row.length; touch++) {
          const row = touches.row[touch] as number;
          walk(row, touches.key[touch] as number, firstVersion(table, touches, touch));
        }
        const differing = distinct(wanted.filter(([from, to]) => from !== to));
        const exact = new RealtimeVersions(table, index);
        const all = new Set(Array.from({ length: index.versions }, (_, version) => version));
        const found = Array.from({ length: table.keys }, (_, key) =>
          listOf(exact.pairsAmong(key, all)),
        );
        expect(distinct(found.flat())).toEqual(differing);
        expect(reachedVersions(listOf(realtimeChains(table, index)), index.versions)).toEqual(
          expect.arrayContaining(differing),
        );
      }),
      { numRuns: 200 },
    );
  });
});

/** Pairs of versions between which there is a way over barriers alone. */
function reachedVersions(pairs: readonly [number, number][], versions: number): string[] {
  const reached: [number, number][] = [];
  for (let version = 0; version < versions; version++) {
    const seen = new Set<number>();
    const open = [version];
    for (const node of open) {
      for (const [from, to] of pairs) {
        if (from !== node || seen.has(to)) continue;
        seen.add(to);
        if (to < versions) reached.push([version, to]);
        else open.push(to);
      }
    }
  }
  return distinct(reached);
}
