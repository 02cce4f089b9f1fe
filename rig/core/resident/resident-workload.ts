/**
 * What the clients of one node ask for in one of its boots: the plan's workload on a stream of the
 * seed that is the node's own. All nodes work on the same keys, so that their operations meet; a
 * value holds node and boot, so that no two appends or writes to a key are ever equal.
 */

import type { MicroOp } from "../history/operation.ts";
import type { WorkloadPlan } from "../plan/plan.ts";
import { Random } from "../random/random.ts";
import { LIST_LENGTH_MAX } from "../wire/client-message.ts";
import { KEY_MAX } from "../wire/transaction.ts";
import { makeWorkload } from "../workload/make-workload.ts";
import type { TransactionWorkload } from "../workload/transactions.ts";

/** The upper half of the keys; the host's clients have the lower one. */
export const RESIDENT_KEYS = (KEY_MAX + 1) / 2;
/** A node that starts again has forgotten how full the lists are, and goes to other keys. */
const KEYS_PER_BOOT = 512;
/** Elements: count in four bits, node in four, boot in eight. */
const COUNT_MAX = 15;
/** Beyond this the elements of two boots would be equal. */
export const BOOTS_MAX = 255;

export interface ResidentWorkloadOptions {
  readonly node: number;
  readonly nodes: number;
  readonly seed: number;
  readonly boot: number;
  readonly workload: WorkloadPlan;
}

/** How many appends to a key each node has: together they fill its list at most. */
export function appendsPerNode(nodes: number): number {
  return Math.min(COUNT_MAX, Math.floor(LIST_LENGTH_MAX / nodes));
}

export class ResidentWorkload {
  readonly #inner: TransactionWorkload;
  readonly #firstKey: number;
  readonly #mark: number;

  constructor({ node, nodes, seed, boot, workload }: ResidentWorkloadOptions) {
    const appendsPerKey = Math.min(workload.appendsPerKey, appendsPerNode(nodes));
    const random = Random.of(seed, "resident", node, boot);
    this.#inner = makeWorkload({ ...workload, appendsPerKey }, random);
    this.#firstKey = (boot - 1) * KEYS_PER_BOOT;
    this.#mark = (boot << 8) | (node << 4);
  }

  next(): readonly MicroOp[] {
    return this.#inner.next().map((microOp): MicroOp => {
      const key = RESIDENT_KEYS + ((this.#firstKey + microOp[1]) % RESIDENT_KEYS);
      return microOp[0] === "r" ? ["r", key, null] : [microOp[0], key, this.#mark | microOp[2]];
    });
  }
}
