/** Counts what a node refused and whom it convicted, by its own records. */

import type { NodeRecord } from "../consensus/node-core.ts";
import type { NodeStatistics } from "./evidence.ts";

type TrustStatistics = Pick<NodeStatistics, "rejected" | "convicted" | "isByzantine">;

export class TrustCounts {
  readonly #rejected = new Map<string, number>();
  readonly #convicted: number[] = [];
  /** Whether the node was ever made Byzantine. */
  isDistrusted = false;

  note({ event, message, reason, accused }: NodeRecord): void {
    if (event === "reject") {
      const key = `${message}: ${reason}`;
      this.#rejected.set(key, (this.#rejected.get(key) ?? 0) + 1);
    } else if (event === "evidence" && accused !== undefined) {
      if (!this.#convicted.includes(accused)) this.#convicted.push(accused);
    }
  }

  statistics(): TrustStatistics {
    const rejected = [...this.#rejected].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ...(rejected.length === 0 ? {} : { rejected: Object.fromEntries(rejected) }),
      ...(this.#convicted.length === 0 ? {} : { convicted: this.#convicted }),
      ...(this.isDistrusted ? { isByzantine: true } : {}),
    };
  }
}
