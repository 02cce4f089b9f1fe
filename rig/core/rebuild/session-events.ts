/**
 * A history out of the sessions that a trace showed. An operation begins with its first request on
 * the bus and ends with the reply that makes f + 1 equal ones from distinct nodes: nothing of it
 * can be before the one, and all of it is before the other. Where an earlier request may be
 * missing, it begins right behind the operation before it. Without enough replies it is `info`.
 */

import type { WorkloadModel } from "../elle/result.ts";
import type { MicroOp, Operation, OperationType } from "../history/operation.ts";
import { completedValue } from "../run/client.ts";
import { STATUS } from "../wire/client-message.ts";
import { OPCODE, type Transaction } from "../wire/transaction.ts";
import { agreedAnswer, type Moment, type Session } from "./session.ts";

interface Event {
  readonly moment: Moment;
  /** Ends come before beginnings at the same place. */
  readonly rank: number;
  readonly type: OperationType;
  readonly session: number;
  readonly value: readonly MicroOp[];
  readonly error?: string;
}

export interface SessionsGiven {
  readonly sessions: readonly Session[];
  /** Equal replies that acknowledge an operation. */
  readonly needed: number;
  readonly workload: WorkloadModel;
  readonly end: Moment;
}

/** In order, with indices and processes; after `info` a process retires. */
export function operationsOfSessions(given: SessionsGiven): Operation[] {
  const events = given.sessions.flatMap((session, index) => eventsOf(session, index, given));
  const isEarlier = (a: Event, b: Event) =>
    a.moment.order - b.moment.order || a.rank - b.rank || a.session - b.session;
  events.sort(isEarlier);
  const process = given.sessions.map((_, index) => index);
  return events.map(({ type, session, moment, value, error }, index) => {
    const own = process[session] as number;
    if (type === "info") process[session] = own + given.sessions.length;
    const base = { index, type, f: "txn", process: own, time: moment.timeNs, value };
    return error === undefined ? base : { ...base, error };
  });
}

function eventsOf(session: Session, index: number, given: SessionsGiven): Event[] {
  const events: Event[] = [];
  let before: Moment = { order: -1, timeNs: 0 };
  for (const [at, operation] of session.operations.entries()) {
    const value = microOpsOf(operation.transaction);
    const begin = operation.mayBeEarlier ? before : operation.request;
    events.push({ moment: begin, rank: 1, type: "invoke", session: index, value });
    const agreed = agreedAnswer(operation, given.needed);
    const next = session.operations[at + 1];
    if (agreed === null) {
      before = next?.request ?? given.end;
      const error = "no reply of enough nodes in the trace";
      events.push({ moment: before, rank: 0, type: "info", session: index, value, error });
      continue;
    }
    before = agreed.moment;
    const done = { moment: before, rank: 0, session: index };
    if (agreed.reply.status === STATUS.applied) {
      const read = completedValue(value, agreed.reply, given.workload);
      events.push({ ...done, type: "ok", value: read });
    } else events.push({ ...done, type: "fail", value, error: "refused" });
  }
  return events;
}

function microOpsOf({ microOps }: Transaction): readonly MicroOp[] {
  return microOps.map(({ opcode, key, value }): MicroOp => {
    if (opcode === OPCODE.read) return ["r", key, null];
    return [opcode === OPCODE.append ? "append" : "w", key, value];
  });
}
