/**
 * Snapshots that others may believe, in the signed profile: every so many slots each node signs
 * the digest of its state. So many equal ones that one is honest (f + 1) vouch for a snapshot.
 */

import type { Signed } from "../../auth/statement.ts";
import type { Digest } from "../../wire/digest.ts";
import type { CheckpointMessage } from "../../wire/proof-message.ts";
import type { Outbox } from "./outbox.ts";
import type { Snapshot } from "./snapshot.ts";
import { SnapshotShelf } from "./snapshot-transfer.ts";

/** Statements of each node that are kept: a traitor can only push out its own. */
const KEPT_PER_NODE = 4;

interface Vouched {
  readonly slot: number;
  readonly digest: Digest;
  readonly signature: Uint8Array;
}

export class Checkpoints {
  readonly shelf = new SnapshotShelf();
  readonly #node: number;
  readonly #needed: number;
  readonly #out: Outbox;
  readonly #vouched = new Map<number, Vouched[]>();

  constructor(options: { readonly node: number; readonly needed: number }, out: Outbox) {
    this.#node = options.node;
    this.#needed = options.needed;
    this.#out = out;
  }

  /** The node vouches for its own state. */
  sign(snapshot: Snapshot): void {
    const { slot, digest } = snapshot;
    this.shelf.add(snapshot);
    const place = { slot, round: 0, validRound: null };
    const signature = this.#out.sign({ kind: "checkpoint", ...place, digest });
    if (signature !== undefined) this.#note(this.#node, { slot, digest, signature });
  }

  /** Shows what is known of the snapshot, to all or to one. */
  show({ slot, digest }: Pick<Snapshot, "slot" | "digest">, destination?: number): void {
    const signed = this.#signed(slot, digest);
    this.#out.send({ kind: "checkpoint", slot, digest, signed }, destination);
  }

  /** Authentic statements of others. */
  hear({ slot, digest, signed }: CheckpointMessage): void {
    for (const { voter, signature } of signed) this.#note(voter, { slot, digest, signature });
  }

  isVouchedFor({ slot, digest }: Pick<Snapshot, "slot" | "digest">): boolean {
    return this.#signed(slot, digest).length >= this.#needed;
  }

  #signed(slot: number, digest: Digest): readonly Signed[] {
    return [...this.#vouched].flatMap(([voter, vouched]) =>
      vouched
        .filter((each) => each.slot === slot && each.digest === digest)
        .map(({ signature }) => ({ voter, signature })),
    );
  }

  #note(voter: number, vouched: Vouched): void {
    const kept = this.#vouched.get(voter) ?? [];
    if (kept.some(({ slot, digest }) => slot === vouched.slot && digest === vouched.digest)) return;
    this.#vouched.set(voter, [...kept, vouched].slice(-KEPT_PER_NODE));
  }
}
