/**
 * What the checkers share in reading a history: clients only, invocations with their completions,
 * and one error for what does not fit a model. Operations without any process count as those of
 * one client, as elle-cli takes them.
 */

import { type GeneralOperation, isClient } from "../history/general-operation.ts";
import { malformed } from "../history/history-table.ts";
import { RigError } from "../verdict/rig-error.ts";
import { operationText, shortened } from "./texts.ts";

/** One client's call, from its invocation to its answer. */
export interface Call {
  /** The completion itself in a history of completions only. */
  readonly invocation: GeneralOperation;
  /** `null` where none came: the outcome is unknown. */
  readonly completion: GeneralOperation | null;
  /** Places in the history; that of a missing completion is the history's length. */
  readonly start: number;
  readonly end: number;
}

export function clientOperations(
  operations: readonly GeneralOperation[],
): readonly GeneralOperation[] {
  return operations.filter(isClient);
}

/**
 * Calls in the order of their invocations. A process has one operation open at a time, and a
 * completion has its invocation, unless the history is one of completions only.
 */
export function callsOf(operations: readonly GeneralOperation[]): readonly Call[] {
  const clients = clientOperations(operations);
  const isCompletionsOnly = !clients.some((operation) => operation.type === "invoke");
  const calls: Call[] = [];
  const open = new Map<number | string | null, number>();
  clients.forEach((operation, place) => {
    const { process } = operation;
    const number = open.get(process);
    if (operation.type === "invoke") {
      if (number !== undefined) throw doubleInvoke(operation, calls[number] as Call);
      open.set(process, calls.length);
      const end = clients.length;
      calls.push({ invocation: operation, completion: null, start: place, end });
    } else if (isCompletionsOnly) {
      calls.push({ invocation: operation, completion: operation, start: place, end: place });
    } else if (number === undefined) {
      throw unfit(operation, "its process did not invoke it; expected an invoke before it");
    } else {
      open.delete(process);
      calls[number] = { ...(calls[number] as Call), completion: operation, end: place };
    }
  });
  return calls;
}

function doubleInvoke(operation: GeneralOperation, call: Call): RigError {
  const where = `operation ${call.invocation.index} of its process is still open`;
  return unfit(operation, `${where}; expected its completion first`);
}

/** The one error for an operation that the model can't take. */
export function unfit(operation: GeneralOperation, text: string): RigError {
  const what = `operation ${operation.index}`;
  if (operation.line > 0) return malformed(operation.line, `${what}: ${text}`);
  return new RigError("input.malformed", `${what}: ${text}`);
}

/** For an operation of a function that the model does not have. */
export function unknownFunction(operation: GeneralOperation, known: string): RigError {
  const found = operation.f === "" ? "no function" : `function ${shortened(operation.f)}`;
  return unfit(operation, `${found}; expected ${known}`);
}

/** A sum that doubles can still hold; a wrong one must not decide a verdict. */
export function addedUp(sum: number, term: number, operation: GeneralOperation): number {
  const result = sum + term;
  if (Math.abs(result) <= Number.MAX_SAFE_INTEGER) return result;
  throw unfit(operation, "the sum of its numbers and those before is beyond 2^53");
}

export function describedRead(read: GeneralOperation): string {
  return `the read of ${operationText(read)}`;
}
