/** Judges what honest nodes have to have noticed of Byzantine ones. */

import type { RunEvidence } from "../run/evidence.ts";
import type { AssertionResult } from "./run-result.ts";

/** An honest node holds evidence, and none against an honest node. */
export function judgeConvictions({ nodes, faults }: RunEvidence): AssertionResult {
  const honest = nodes.filter(({ isByzantine }) => isByzantine !== true);
  const convicted = honest.flatMap((each) => each.convicted ?? []);
  const isHonest = (node: number) => honest.some((each) => each.node === node);
  const wronged = [...new Set(convicted.filter(isHonest))];
  const holders = honest.filter((each) => each.convicted !== undefined).length;
  const against = wronged.length === 0 ? "none" : `nodes ${wronged.join(", ")}`;
  const text =
    "honest nodes hold evidence, and none against an honest node: " +
    `${holders} of ${honest.length} hold some, against honest nodes ${against}`;
  const holds = convicted.length > 0 && wronged.length === 0;
  return { name: "traitors-convicted", text, holds, unmet: unmetOf(faults) };
}

/** Messages that announce a decision. */
const ANNOUNCING = ["Commit: ", "Decided: "];

/** Honest nodes refused false commits, and none decided without a quorum. */
export function judgeFalseCommits({ nodes, faults, invariants }: RunEvidence): AssertionResult {
  const honest = nodes.filter(({ isByzantine }) => isByzantine !== true);
  const refused = honest
    .flatMap(({ rejected = {} }) => Object.entries(rejected))
    .filter(([what]) => ANNOUNCING.some((name) => what.startsWith(name)))
    .reduce((sum, [, count]) => sum + count, 0);
  const applied = invariants
    .filter(({ name }) => name === "commit-quorum" || name === "agreement")
    .reduce((sum, { violations }) => sum + violations.length, 0);
  const text =
    "false commits are refused, and none is applied: " +
    `${refused} were refused, ${applied} applied`;
  const holds = refused > 0 && applied === 0;
  return { name: "false-commits-refused", text, holds, unmet: unmetOf(faults) };
}

/** Where no traitor did anything, there was nothing to notice. */
function unmetOf(faults: RunEvidence["faults"]): AssertionResult["unmet"] {
  const acted = faults.some(({ kind, effects }) => kind === "byzantine" && effects > 0);
  return acted ? "invalid" : "unknown";
}
