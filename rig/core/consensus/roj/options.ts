/** What a ROJ node is made with, what it decides, and what agreement asks of the node around it. */

import type { NodeAuth } from "../../auth/authority.ts";
import type { Signed } from "../../auth/statement.ts";
import type { Digest } from "../../wire/digest.ts";
import type { RojMessage } from "../../wire/roj-message.ts";
import type { Batch } from "../../wire/transaction.ts";
import type { StoreResult } from "../node-core.ts";
import type { JournalRecord } from "./journal.ts";
import type { RojRules } from "./rules.ts";
import type { Compaction } from "./snapshot.ts";

export interface RojOptions {
  readonly node: number;
  readonly nodes: number;
  readonly roundTimeoutNs: number;
  readonly roundDeltaNs: number;
  readonly rules: RojRules;
  readonly compaction?: Compaction;
  /** ROJ-A, of one phase, in place of ROJ-B. */
  readonly isOnePhase?: boolean;
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

/** Agreement on one slot after the other, as the node around it sees it. */
export interface SlotAgreement {
  readonly slot: number;
  restore(record: Extract<JournalRecord, { kind: "vote" | "confirm" }>): void;
  abstain(slot: number): void;
  hasStakeFrom(slot: number): boolean;
  begin(slot: number): void;
  wake(): void;
  onMessage(source: number, message: RoundMessage): void;
  onRoundTimer(): void;
  onRepairTimer(): void;
  onGatherTimer(): void;
  onStored(token: number, result: StoreResult): void;
  pull(peer: number, round: number): void;
  answerPull(source: number, pull: Extract<RojMessage, { kind: "pull" }>): void;
  convicted(count: number): void;
  confirmedIn(round: number): Digest | null | undefined;
  believe(commit: Extract<RojMessage, { kind: "commit" }>): boolean;
}
