/**
 * Linearizability by trying all orders, with nothing clever in it: what the real search must agree
 * with on small histories of registers with compare-and-set.
 */

import {
  canonicalText,
  type GeneralOperation,
  type Value,
} from "../../../rig/core/history/general-operation.ts";
import { itemsOf } from "./histories.ts";

interface Attempt {
  readonly f: string;
  readonly argument: Value;
  readonly answer: Value;
  readonly start: number;
  readonly end: number;
}

export function hasOrder(operations: readonly GeneralOperation[]): boolean {
  return canFollow(attempts(operations), "nil");
}

function attempts(operations: readonly GeneralOperation[]): Attempt[] {
  return operations.flatMap((invocation, start) => {
    if (invocation.type !== "invoke") return [];
    const completion = operations.find(
      (other, place) => place > start && other.process === invocation.process,
    );
    if (completion?.type === "fail") return [];
    const isAnswered = completion?.type === "ok";
    return [
      {
        f: invocation.f,
        argument: invocation.value,
        answer: isAnswered ? completion.value : null,
        start,
        end: isAnswered ? operations.indexOf(completion) : Number.POSITIVE_INFINITY,
      },
    ];
  });
}

/** Whether some order of the rest, which all must follow this state, explains all answers. */
function canFollow(rest: readonly Attempt[], state: string): boolean {
  if (rest.every(({ end }) => end === Number.POSITIVE_INFINITY)) return true;
  const firstEnd = Math.min(...rest.map(({ end }) => end));
  return rest.some((attempt, place) => {
    if (attempt.start > firstEnd) return false;
    const after = stateAfter(attempt, state);
    return (
      after !== null &&
      canFollow(
        rest.filter((_, i) => i !== place),
        after,
      )
    );
  });
}

/** `null` if it can't take effect in this state. */
function stateAfter({ f, argument, answer, end }: Attempt, state: string): string | null {
  if (f === "write") return canonicalText(argument);
  if (f === "read") {
    return end === Number.POSITIVE_INFINITY || canonicalText(answer) === state ? state : null;
  }
  const [from = null, to = null] = itemsOf(argument);
  return canonicalText(from) === state ? canonicalText(to) : null;
}
