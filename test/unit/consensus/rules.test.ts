/** The two rules on which the safety of ROJ-B rests. */

import { describe, expect, it } from "vitest";
import { ROJ_RULES, type VoteQuestion } from "../../../rig/core/consensus/roj/rules.ts";

const OWN = "000000000000000a";
const OTHER = "000000000000000b";

/** A node locked in round 2 is asked in round 5 to vote for something else. */
function aQuestion(change: Partial<VoteQuestion> = {}): VoteQuestion {
  return {
    lock: { digest: OWN, round: 2 },
    digest: OTHER,
    round: 5,
    validRound: null,
    holdsCertificate: false,
    ...change,
  };
}

describe("the rule of voting", () => {
  it("lets an unlocked node vote for anything", () => {
    expect(ROJ_RULES.mayVote(aQuestion({ lock: null }))).toBe(true);
  });

  it("lets a locked node vote for its lock", () => {
    expect(ROJ_RULES.mayVote(aQuestion({ digest: OWN }))).toBe(true);
  });

  it("keeps a locked node from voting for anything new", () => {
    expect(ROJ_RULES.mayVote(aQuestion())).toBe(false);
  });

  it.each([
    [1, true, false, "is older than the lock"],
    [2, true, true, "is of the round of the lock"],
    [4, true, true, "is newer than the lock"],
    [5, true, false, "claims the round of the proposal itself"],
    [4, false, false, "is not there"],
  ])("unlocks by a certificate of round %i only if held (%s): %s, for it %s", (...row) => {
    const [validRound, holdsCertificate, allowed] = row;
    expect(ROJ_RULES.mayVote(aQuestion({ validRound, holdsCertificate }))).toBe(allowed);
  });
});

describe("the rule of confirming", () => {
  it("allows the current round and no other", () => {
    expect(ROJ_RULES.mayConfirm(3, 3)).toBe(true);
    expect(ROJ_RULES.mayConfirm(2, 3)).toBe(false);
    expect(ROJ_RULES.mayConfirm(4, 3)).toBe(false);
  });
});
