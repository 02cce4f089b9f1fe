/**
 * A counter: starts at zero, `add` changes it, `read` gives it. A read must see all that was
 * certainly added before it began and nothing that was added after it ended: its value lies
 * between two sums. What failed counts for neither; what has no answer may or may not count.
 */

import { type GeneralOperation, numberOf } from "../history/general-operation.ts";
import {
  addedUp,
  type Call,
  callsOf,
  describedRead,
  unfit,
  unknownFunction,
} from "./operations.ts";
import { Errors, type ModelResult } from "./result.ts";
import { capital, valueText } from "./texts.ts";

/** Kept apart by sign, so that what is subtracted bounds reads as well as what is added. */
interface Sums {
  readonly added: number;
  readonly subtracted: number;
}

const ZERO: Sums = { added: 0, subtracted: 0 };

export function checkCounter(operations: readonly GeneralOperation[]): ModelResult {
  const errors = new Errors();
  const answeredBefore = new Map<Call, Sums>();
  let begun = ZERO;
  let answered = ZERO;
  let reads = 0;
  let adds = 0;
  let badReads = 0;
  for (const { call, isStart } of eventsOf(operations)) {
    const { f } = call.invocation;
    if (f === "add" && isStart) {
      adds++;
      begun = increased(begun, call);
    } else if (f === "add") {
      answered = increased(answered, call);
    } else if (f !== "read") {
      throw unknownFunction(call.invocation, "add or read");
    } else if (isStart) {
      answeredBefore.set(call, answered);
    } else if (call.completion !== null) {
      reads++;
      const before = answeredBefore.get(call) ?? ZERO;
      const lowest = before.added + begun.subtracted;
      const highest = begun.added + before.subtracted;
      if (!judgeRead(call.completion, { lowest, highest }, errors)) badReads++;
    }
  }
  return errors.result("counter", errors.isEmpty, { adds, reads, badReads });
}

interface CallEvent {
  readonly call: Call;
  readonly isStart: boolean;
  readonly place: number;
}

/** Beginnings and answers in the order of the history; failed calls are left out. */
function eventsOf(operations: readonly GeneralOperation[]): CallEvent[] {
  const calls = callsOf(operations).filter((call) => call.completion?.type !== "fail");
  const events = calls.flatMap((call) => {
    const start: CallEvent = { call, isStart: true, place: call.start };
    if (call.completion?.type !== "ok") return [start];
    return [start, { call, isStart: false, place: call.end }];
  });
  return events.sort((a, b) => a.place - b.place);
}

function increased(sums: Sums, call: Call): Sums {
  const { invocation, completion } = call;
  const value = invocation.value ?? completion?.value ?? null;
  const amount = numberOf(value);
  if (Number.isNaN(amount)) {
    throw unfit(invocation, `adds ${valueText(value)}; expected a number up to 2^53`);
  }
  return {
    added: addedUp(sums.added, Math.max(amount, 0), invocation),
    subtracted: addedUp(sums.subtracted, Math.min(amount, 0), invocation),
  };
}

interface Bounds {
  readonly lowest: number;
  readonly highest: number;
}

function judgeRead(read: GeneralOperation, { lowest, highest }: Bounds, errors: Errors): boolean {
  const value = numberOf(read.value);
  if (Number.isNaN(value)) {
    throw unfit(read, `a read of ${valueText(read.value)}; expected a number up to 2^53`);
  }
  if (value >= lowest && value <= highest) return true;
  const isLow = value < lowest;
  const because = isLow
    ? `it could not be below ${lowest}, the sum of what was surely added before the read began`
    : `it could not be above ${highest}, the sum of all that was begun before the read ended`;
  errors.add(isLow ? "read-too-low" : "read-too-high", () => ({
    explanation: `${capital(describedRead(read))} saw ${value}; ${because}.`,
    operations: [read.index],
  }));
  return false;
}
