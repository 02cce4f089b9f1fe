/**
 * A node that announces commits without a quorum, all nodes named: before each vote one of the
 * batch that it votes for and one of a batch that it made up, and for the next slot a whole
 * decision, certified by itself alone or by signatures that are none.
 */

import { quorum } from "../../consensus/quorum.ts";
import type { Digest } from "../../wire/digest.ts";
import { SIGNATURE_LENGTH } from "../../wire/format.ts";
import type { Phase, RojMessage } from "../../wire/roj-message.ts";
import { makeBatch, OPCODE } from "../../wire/transaction.ts";
import { type Outgoing, passAll, type TraitorHands, type Treachery } from "./outgoing.ts";

type VoteMessage = Extract<RojMessage, { kind: Phase }>;

/** A request that no client makes: sessions of the host start with request 1. */
const INVENTED = {
  client: 0,
  request: 0xffff,
  microOps: [{ opcode: OPCODE.append, key: 0, value: 0xffff }],
};

export class FalseCommit implements Treachery {
  #announced = 0;

  send(outgoing: Outgoing, hands: TraitorHands): void {
    const { message } = outgoing;
    if (message?.kind === "vote" && message.digest !== null) {
      this.#announce(message, message.digest, hands);
    }
    passAll(outgoing, hands);
  }

  #announce({ slot, round }: VoteMessage, digest: Digest, hands: TraitorHands): void {
    const voters = (1 << hands.nodes) - 1;
    const batch = makeBatch([INVENTED], hands.format.digestOf);
    for (const each of [digest, batch.digest]) {
      hands.sayFirst({ kind: "commit", slot, round, digest: each, voters });
    }
    const ahead = { slot: slot + 1, round: 0 };
    const signed = this.#falseCertificate(ahead, batch.digest, hands);
    hands.sayFirst({ kind: "decided", ...ahead, voters, batch, signed });
    this.#announced++;
    hands.count();
  }

  /** Turn by turn its own signature as often as it takes, and forged ones of others. */
  #falseCertificate(
    place: { readonly slot: number; readonly round: number },
    digest: Digest,
    hands: TraitorHands,
  ) {
    const { node, nodes, auth } = hands;
    const own = auth.sign({ kind: "confirm", ...place, validRound: null, digest });
    const isForged = this.#announced % 2 === 1;
    return Array.from({ length: quorum(nodes) }, (_, voter) =>
      isForged
        ? { voter, signature: new Uint8Array(SIGNATURE_LENGTH) }
        : { voter: node, signature: own },
    );
  }
}
