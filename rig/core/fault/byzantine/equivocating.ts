/**
 * A node that contradicts itself: its proposals, votes and confirmations for a batch go to one half
 * of the others, and statements for something else to the other half. A broadcast can't do that
 * on a bus, so each statement is addressed to one node after the other.
 */

import type { Digest } from "../../wire/digest.ts";
import type { Phase, RojMessage } from "../../wire/roj-message.ts";
import { type Batch, makeBatch } from "../../wire/transaction.ts";
import {
  arrangeOtherwise,
  halvesOf,
  type Outgoing,
  passAll,
  type TraitorHands,
  type Treachery,
} from "./outgoing.ts";

type ProposalMessage = Extract<RojMessage, { kind: "propose" | "value" }>;
type PromiseMessage = Extract<RojMessage, { kind: Phase }>;

export class Equivocating implements Treachery {
  /** By digest of a batch that it proposed, that of the one shown to the second half. */
  readonly #others = new Map<Digest, Digest>();

  send(outgoing: Outgoing, hands: TraitorHands): void {
    const { message } = outgoing;
    if (message?.kind === "propose") this.#propose(message, hands);
    else if (message?.kind === "vote" || message?.kind === "confirm") {
      if (message.digest === null) passAll(outgoing, hands);
      else this.#promise(message, message.digest, hands);
    } else passAll(outgoing, hands);
  }

  #propose(message: ProposalMessage, hands: TraitorHands): void {
    const other = otherBatch(message.batch, hands.format.digestOf);
    this.#others.set(message.batch.digest, other.digest);
    const { slot, round, validRound } = message;
    const kind = "propose";
    const signature = hands.auth.sign({ kind, slot, round, validRound, digest: other.digest });
    sayToHalves(hands, message, { ...message, batch: other, signature });
  }

  #promise(message: PromiseMessage, digest: Digest, hands: TraitorHands): void {
    const { kind, slot, round } = message;
    // To the rest it votes for its other batch; of those that it did not propose, for nothing.
    const other = this.#others.get(digest) ?? null;
    const signature = hands.auth.sign({ kind, slot, round, validRound: null, digest: other });
    sayToHalves(hands, message, { ...message, digest: other, signature });
  }
}

function sayToHalves(hands: TraitorHands, first: RojMessage, second: RojMessage): void {
  const [one, two] = halvesOf(hands.nodes, [hands.node]);
  for (const node of one) hands.say(first, node);
  for (const node of two) hands.say(second, node);
  hands.count();
}

function otherBatch({ transactions }: Batch, digestOf: (bytes: Uint8Array) => Digest) {
  return makeBatch(arrangeOtherwise(transactions), digestOf);
}
