/**
 * Which records faults may damage on which node: drawn beforehand from the seed, so that of all
 * nodes at most n - q have lost what concerns any one slot, and at most n - q the snapshot that
 * their journal rests on. What is left can still decide and still knows everything, so a cluster
 * that does not recover has a bug.
 */

import { quorum } from "../core/consensus/quorum.ts";
import { Random } from "../core/random/random.ts";

/** Slots that share one draw: long enough that neighbours fail together now and then. */
const REGION_SLOTS = 8;

export class StorageAtlas {
  readonly #seed: number;
  readonly #nodes: number;
  /** Bit per node that may be faulty, by region. */
  readonly #masks = new Map<number | "base", number>();

  constructor(seed: number, nodes: number) {
    this.#seed = seed;
    this.#nodes = nodes;
  }

  /** `isBase`: the record is a snapshot, so that all before it may be gone. */
  mayDamage(node: number, slot: number, isBase: boolean): boolean {
    if (isBase && (this.#mask("base") & (1 << node)) === 0) return false;
    return (this.#mask(Math.floor(slot / REGION_SLOTS)) & (1 << node)) !== 0;
  }

  #mask(region: number | "base"): number {
    let mask = this.#masks.get(region);
    if (mask !== undefined) return mask;
    const random = Random.of(this.#seed, "storage-atlas", region);
    const left = Array.from({ length: this.#nodes }, (_, node) => node);
    mask = 0;
    for (let count = this.#nodes - quorum(this.#nodes); count > 0; count--) {
      const [node] = left.splice(random.below(left.length), 1);
      mask |= 1 << (node as number);
    }
    this.#masks.set(region, mask);
    return mask;
  }
}
