/**
 * What a node can show of a slot: the answer to a pull, and certificates, which are a quorum of
 * signed votes or confirmations for one batch in one round.
 */

import type { Signed } from "../../auth/statement.ts";
import type { Digest } from "../../wire/digest.ts";
import type { Phase, RojMessage } from "../../wire/roj-message.ts";
import type { Outbox } from "./outbox.ts";
import { bitCount, type SlotState } from "./slot-state.ts";

export interface Certificate {
  readonly voters: number;
  readonly signed: readonly Signed[];
}

export interface CertifiedChoice {
  readonly phase: Phase;
  readonly round: number;
  readonly digest: Digest;
}

/** The first `size` signatures for the choice; null when there are not so many. */
export function certificateOf(
  state: SlotState,
  { phase, round, digest }: CertifiedChoice,
  size: number,
): Certificate | null {
  const tally = state.tally(round, phase);
  if (!tally.isSigned) return null;
  let voters = tally.votersFor(digest);
  if (bitCount(voters) < size) return null;
  for (let voter = 31; bitCount(voters) > size; voter--) voters &= ~(1 << voter);
  const signed = tally.signedFor(digest, voters);
  return signed === null ? null : { voters, signed };
}

/** Sends what `pull` misses and this node has. */
export function answerPull(
  out: Outbox,
  state: SlotState,
  pull: Extract<RojMessage, { kind: "pull" }>,
  source: number,
): void {
  const { slot, round } = pull;
  const { proposal, isHeldBack } = state.roundState(round);
  if (pull.wantsValue && proposal !== null && !isHeldBack)
    out.send({ ...proposal, kind: "value" }, source);
  for (const phase of ["vote", "confirm"] as const) {
    const tally = state.tally(round, phase);
    const missing = phase === "vote" ? pull.votes : pull.confirms;
    for (const digest of new Set(tally.said)) {
      if (digest === undefined) continue;
      const voters = tally.votersFor(digest) & missing;
      if (voters === 0) continue;
      const set = { kind: "vote-set", phase, slot, round, digest, voters } as const;
      const signed = tally.signedFor(digest, voters);
      out.send(signed === null ? set : { ...set, signed }, source);
    }
  }
}
