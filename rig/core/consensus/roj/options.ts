/** What a ROJ node is made with, what it decides, and what agreement asks of the node around it. */

import type { NodeAuth } from "../../auth/authority.ts";
import type { Signed } from "../../auth/statement.ts";
import type { RojMessage } from "../../wire/roj-message.ts";
import type { Batch } from "../../wire/transaction.ts";
import type { RojRules } from "./rules.ts";
import type { Compaction } from "./snapshot.ts";

export interface RojOptions {
  readonly node: number;
  readonly nodes: number;
  readonly roundTimeoutNs: number;
  readonly roundDeltaNs: number;
  readonly rules: RojRules;
  readonly compaction?: Compaction;
  /** Of the signed profile; without it the node trusts what identifiers say. */
  readonly auth?: NodeAuth;
}

export interface Decision {
  readonly slot: number;
  readonly round: number;
  readonly voters: number;
  readonly batch: Batch;
  /** The confirmations of the voters, in the signed profile. */
  readonly signed?: readonly Signed[];
}

/** What the agreement asks of the node around it. */
export interface AgreementHost {
  hasRequests(): boolean;
  nextBatch(): Batch | null;
  /** Whether clients are known to have asked for all of it. */
  vouchesFor(batch: Batch): boolean;
  /** The slot is decided; the host moves on with `begin`. */
  decided(decision: Decision): void;
}

/** A message that says something of a round. */
export type RoundMessage = Extract<
  RojMessage,
  { kind: "propose" | "value" | "vote" | "confirm" | "vote-set" }
>;
