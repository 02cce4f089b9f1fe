/**
 * Stands before a node of the signed profile: lets in what is authentic and for this node, counts
 * what it refuses, and convicts nodes that contradict themselves, by what is only overheard too.
 */

import type { NodeAuth } from "../../auth/authority.ts";
import { isSameStatement, type Signed, type Statement } from "../../auth/statement.ts";
import { type Header, TO_ALL } from "../../wire/header.ts";
import { messageName } from "../../wire/message-name.ts";
import type { EvidenceMessage, SignedStatement } from "../../wire/proof-message.ts";
import { type AnyRojMessage, type RojMessage, TYPE } from "../../wire/roj-message.ts";
import type { RojOptions } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import { bitCount } from "./slot-state.ts";

/** Slots before the current one whose statements are kept. */
const SLOTS_BEHIND = 4;
const SLOTS_AHEAD = 16;

/** The first statements of one node about one thing; the second contradicts the first. */
interface Heard {
  readonly slot: number;
  readonly first: SignedStatement;
  second: SignedStatement | null;
}

type Arrival = { readonly source: number; readonly header: Header };
type SetMessage = Extract<RojMessage, { kind: "vote-set" }>;
type DecidedMessage = Extract<RojMessage, { kind: "decided" }>;

export class Guard {
  readonly #options: RojOptions;
  readonly #auth: NodeAuth;
  readonly #out: Outbox;
  readonly #heard = new Map<string, Heard>();
  readonly #convicted = new Set<number>();
  readonly #onConviction: (convicted: number) => void;
  #slot = 0;

  constructor(
    options: RojOptions,
    auth: NodeAuth,
    out: Outbox,
    onConviction: (convicted: number) => void,
  ) {
    this.#options = options;
    this.#auth = auth;
    this.#out = out;
    this.#onConviction = onConviction;
  }

  /** The node works on this slot now. */
  begin(slot: number): void {
    this.#slot = slot;
    for (const [key, heard] of this.#heard) {
      if (heard.slot < slot - SLOTS_BEHIND) this.#heard.delete(key);
    }
  }

  /** What of the message may be believed and is for this node; null when nothing is. */
  admit(source: number, header: Header, message: AnyRojMessage): AnyRojMessage | null {
    const arrival = { source, header };
    const admitted = this.#authentic(arrival, message);
    const { destination } = header;
    return destination === this.#options.node || destination === TO_ALL ? admitted : null;
  }

  /** Counts a message that is not believed. */
  refuse(
    source: number,
    type: number | "commit" | "request",
    { reason, slot = 0 }: { readonly reason: string; readonly slot?: number },
  ): void {
    const message = messageName(typeof type === "number" ? type : TYPE[type]);
    this.#out.trace({ event: "reject", slot, round: 0, digest: null, source, message, reason });
  }

  #refuse({ source, header }: Arrival, reason: string, slot: number): void {
    this.refuse(source, header.type, { reason, slot });
  }

  #authentic(arrival: Arrival, message: AnyRojMessage): AnyRojMessage | null {
    switch (message.kind) {
      case "propose":
      case "value":
        return this.#proposal(arrival, message);
      case "vote":
      case "confirm": {
        const statement = { ...message, validRound: null };
        const isTrue = this.#hear(arrival, arrival.source, { statement, ...message });
        return isTrue ? message : null;
      }
      case "vote-set":
        return this.#set(arrival, message);
      case "decided":
        return this.#decided(arrival, message);
      case "evidence":
        this.#judge(arrival, message);
        return null;
      case "checkpoint": {
        const { slot, digest } = message;
        const statement = { kind: message.kind, slot, round: 0, validRound: null, digest };
        const signed = this.#signedBy(arrival, statement, message.signed);
        return signed.length === 0 ? null : { ...message, signed };
      }
      default:
        return message;
    }
  }

  #proposal(
    arrival: Arrival,
    message: Extract<RojMessage, { kind: "propose" | "value" }>,
  ): RojMessage | null {
    const { slot, round, validRound, batch, signature } = message;
    const proposer = (slot + round) % this.#options.nodes;
    if (message.kind === "propose" && arrival.source !== proposer) {
      this.#refuse(arrival, "not-the-proposer", slot);
      return null;
    }
    const statement = { kind: "propose", slot, round, validRound, digest: batch.digest } as const;
    return this.#hear(arrival, proposer, { statement, signature }) ? message : null;
  }

  #set(arrival: Arrival, message: SetMessage): RojMessage | null {
    const { phase, slot, round, digest } = message;
    const statement = { kind: phase, slot, round, validRound: null, digest };
    const signed = this.#signedBy(arrival, statement, message.signed ?? []);
    return signed.length === 0 ? null : { ...message, voters: votersOf(signed), signed };
  }

  #decided(arrival: Arrival, message: DecidedMessage): RojMessage | null {
    const { slot, round, batch, signed = [] } = message;
    const { nodes, rules } = this.#options;
    const voters = votersOf(signed);
    if (slot < this.#slot) return null;
    if (rules.refusesDoubleSigners && bitCount(voters) < signed.length) {
      this.#refuse(arrival, "duplicate-signer", slot);
      return null;
    }
    if (signed.length < rules.quorum(nodes, this.#convicted.size)) {
      this.#refuse(arrival, "short-certificate", slot);
      return null;
    }
    const { digest } = batch;
    const statement = { kind: "confirm", slot, round, validRound: null, digest } as const;
    const sound = signed.every((each) =>
      this.#hear(arrival, each.voter, { statement, signature: each.signature }),
    );
    return sound ? { ...message, voters } : null;
  }

  /** The authentic ones. */
  #signedBy(arrival: Arrival, statement: Statement, signed: readonly Signed[]): readonly Signed[] {
    return signed.filter(({ voter, signature }) =>
      this.#hear(arrival, voter, { statement, signature }),
    );
  }

  /** Whether `voter` said so. Notes it, and convicts the voter if it said something else before. */
  #hear(
    arrival: Arrival,
    voter: number,
    { statement, signature }: { statement: Statement; signature?: Uint8Array | undefined },
  ): boolean {
    const { slot } = statement;
    if (voter >= this.#options.nodes || signature === undefined) {
      this.#refuse(arrival, "unknown-signer", slot);
      return false;
    }
    const key = `${voter}/${this.#options.rules.placeOf(statement)}`;
    const heard = this.#heard.get(key);
    const said = { statement, signature };
    if (heard !== undefined && (isSame(heard.first, said) || isSame(heard.second, said))) {
      return true;
    }
    if (!this.#auth.verify(voter, statement, signature)) {
      this.#refuse(arrival, "bad-signature", slot);
      return false;
    }
    if (heard === undefined) {
      const isNear = slot >= this.#slot - SLOTS_BEHIND && slot <= this.#slot + SLOTS_AHEAD;
      if (isNear) this.#heard.set(key, { slot, first: said, second: null });
      return true;
    }
    return this.#contradiction(arrival, voter, heard, said);
  }

  #contradiction(arrival: Arrival, voter: number, heard: Heard, said: SignedStatement): boolean {
    const { slot, round } = said.statement;
    if (heard.second !== null) {
      // Two proposals for one round are enough to remember; votes are few by themselves.
      if (said.statement.kind !== "propose") return true;
      this.#refuse(arrival, "contradiction", slot);
      return false;
    }
    heard.second = said;
    const { first } = heard;
    if (this.#convict(voter, said.statement)) {
      this.#out.send({ kind: "evidence", slot, round, voter, first, second: said });
    }
    return true;
  }

  /** Two statements that somebody else heard. */
  #judge(arrival: Arrival, { slot, voter, first, second }: EvidenceMessage): void {
    const isSound =
      voter < this.#options.nodes &&
      !isSameStatement(first.statement, second.statement) &&
      [first, second].every((each) => this.#auth.verify(voter, each.statement, each.signature));
    if (isSound) this.#convict(voter, second.statement);
    else this.#refuse(arrival, "no-evidence", slot);
  }

  /** False when the node was convicted before. */
  #convict(accused: number, { kind: statement, slot, round, digest }: Statement): boolean {
    if (this.#convicted.has(accused)) return false;
    this.#convicted.add(accused);
    this.#out.trace({ event: "evidence", slot, round, digest, accused, statement });
    this.#onConviction(this.#convicted.size);
    return true;
  }
}

function votersOf(signed: readonly Signed[]): number {
  return signed.reduce((bits, { voter }) => bits | (1 << voter), 0);
}

function isSame(known: SignedStatement | null, said: SignedStatement): boolean {
  return (
    known !== null &&
    isSameStatement(known.statement, said.statement) &&
    known.signature.every((byte, index) => byte === said.signature[index])
  );
}
