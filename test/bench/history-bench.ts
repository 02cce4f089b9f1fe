/**
 * Reading and checking a valid list-append history, against what Node's own JSON.parse takes for
 * the same bytes (which gives objects and no verdict).
 */

import { checkListAppend } from "../../rig/core/elle/index.ts";
import type { MicroOp, Operation } from "../../rig/core/history/operation.ts";
import { readHistory } from "../../rig/core/history/read-history.ts";
import { jsonArrayOfHistory } from "../../rig/core/history/write-history.ts";
import { Random } from "../../rig/core/random/random.ts";
import type { BenchRow } from "./rows.ts";

const TRANSACTIONS = 100_000;

/** Transactions one after the other on a real store, so that the history is valid. */
function validHistory(): Operation[] {
  const random = Random.of(1, "bench");
  const lists = new Map<number, number[]>();
  const operations: Operation[] = [];
  let key = 0;
  for (let count = 0; count < TRANSACTIONS; count++) {
    const asked: MicroOp[] = [];
    const answered: MicroOp[] = [];
    for (let length = random.between(1, 4); length > 0; length--) {
      const chosen = Math.max(0, key - random.below(5));
      const list = lists.get(chosen) ?? [];
      lists.set(chosen, list);
      if (random.chance(1, 2)) {
        asked.push(["r", chosen, null]);
        answered.push(["r", chosen, list.slice()]);
      } else {
        list.push(list.length + 1);
        asked.push(["append", chosen, list.length]);
        answered.push(["append", chosen, list.length]);
        if (list.length === 24) key++;
      }
    }
    const common = { f: "txn", process: count % 10, time: count };
    const index = operations.length;
    operations.push({ ...common, index, type: "invoke", value: asked });
    operations.push({ ...common, index: index + 1, type: "ok", value: answered });
  }
  return operations;
}

function bestMs(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const startMs = performance.now();
    work();
    best = Math.min(best, performance.now() - startMs);
  }
  return best;
}

export function benchHistory(): BenchRow[] {
  const text = jsonArrayOfHistory(validHistory());
  const bytes = new TextEncoder().encode(text);
  const parseMs = bestMs(() => JSON.parse(text));
  const readMs = bestMs(() => readHistory(bytes));
  const table = readHistory(bytes);
  const checkMs = bestMs(() => checkListAppend(table, { consistency: "strict-serializable" }));
  const of = (ms: number) => `${(ms / parseMs).toFixed(2)} of JSON.parse`;
  const unit = "ms";
  return [
    { name: `JSON.parse of ${TRANSACTIONS} transactions`, value: parseMs, unit },
    { name: "reading them into columns", value: readMs, unit, ratio: of(readMs) },
    { name: "checking them, strict-serializable", value: checkMs, unit, ratio: of(checkMs) },
  ];
}
