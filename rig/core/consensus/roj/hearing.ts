/** Takes down what a message says of a round of a slot. */

import type { RojMessage } from "../../wire/roj-message.ts";
import type { RoundMessage } from "./options.ts";
import type { SlotState } from "./slot-state.ts";

type ProposalMessage = Extract<RojMessage, { kind: "propose" | "value" }>;
type SetMessage = Extract<RojMessage, { kind: "vote-set" }>;

/** Notes what the message says; false when that is nothing new. `self` is the node that hears. */
export function hears(
  state: SlotState,
  source: number,
  message: RoundMessage,
  self: number,
): boolean {
  if ("batch" in message) return hearsProposal(state, source, message);
  const { round, digest } = message;
  if (digest !== null) state.livelyRound = Math.max(state.livelyRound, round);
  if (message.kind === "vote-set") return hearsSet(state, message, self);
  state.heardRound(source, round);
  return state.tally(round, message.kind).add(source, digest, message.signature);
}

function hearsProposal(state: SlotState, source: number, message: ProposalMessage): boolean {
  const { round } = message;
  if (message.kind === "propose" && source !== (state.slot + round) % state.nodes) return false;
  if (message.validRound !== null && message.validRound >= round) return false;
  state.livelyRound = Math.max(state.livelyRound, round);
  if (message.kind === "propose") state.heardRound(source, round);
  const isNews = !state.batches.has(message.batch.digest);
  if (isNews) state.batches.set(message.batch.digest, message.batch);
  const entry = state.roundState(round);
  if (entry.proposal !== null) return isNews;
  entry.proposal = message;
  return true;
}

function hearsSet(state: SlotState, set: SetMessage, self: number): boolean {
  const { phase, round, digest, voters, signed = [] } = set;
  const tally = state.tally(round, phase);
  let isNews = false;
  for (let voter = 0; voter < state.nodes; voter++) {
    if ((voters & (1 << voter)) === 0) continue;
    // Without signatures others may have it from a stranger.
    if (voter === self && set.signed === undefined) continue;
    state.heardRound(voter, round);
    const signature = signed.find((each) => each.voter === voter)?.signature;
    if (tally.add(voter, digest, signature)) isNews = true;
  }
  // What a node said beside its first statement counts once others say the same, as they do now.
  for (const { voter, signature } of signed) {
    if (tally.add(voter, digest, signature)) isNews = true;
  }
  return isNews;
}
