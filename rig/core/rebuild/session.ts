/** The operations of one session, as the bus saw them: requests, and who replied what when. */

import type { ClientReply } from "../wire/client-message.ts";
import type { Transaction } from "../wire/transaction.ts";

/** A moment on the bus: position among all records, and time. */
export interface Moment {
  readonly order: number;
  readonly timeNs: number;
}

export interface Answer {
  readonly reply: ClientReply;
  /** Bit per node that gave it. */
  voters: number;
  /** When each further node gave it. */
  readonly moments: Moment[];
}

export interface SeenOperation {
  readonly transaction: Transaction;
  /** Of the first request that was seen. */
  readonly request: Moment;
  /** An earlier request may be missing, so that it may have begun before. */
  readonly mayBeEarlier: boolean;
  readonly answers: Answer[];
}

export class Session {
  readonly number: number;
  readonly operations: SeenOperation[] = [];
  /** Request numbers that were skipped. */
  skipped = 0;

  constructor(number: number) {
    this.number = number;
  }

  get current(): SeenOperation | undefined {
    return this.operations.at(-1);
  }

  /** `lastGap`: order of the latest place where requests may be missing. */
  ask(transaction: Transaction, moment: Moment, lastGap: number): void {
    const { current } = this;
    const last = current?.transaction.request ?? 0;
    // A retry, or one that waited in a queue.
    if (transaction.request <= last) return;
    this.skipped += transaction.request - last - 1;
    const since = current?.request.order ?? -1;
    const mayBeEarlier = lastGap > since;
    this.operations.push({ transaction, request: moment, mayBeEarlier, answers: [] });
  }

  answer(source: number, reply: ClientReply, moment: Moment): void {
    const { current } = this;
    if (current === undefined) return;
    const key = JSON.stringify([reply.status, reply.reads]);
    let answer = current.answers.find(
      (each) => JSON.stringify([each.reply.status, each.reply.reads]) === key,
    );
    if (answer === undefined) {
      answer = { reply, voters: 0, moments: [] };
      current.answers.push(answer);
    }
    if ((answer.voters & (1 << source)) !== 0) return;
    answer.voters |= 1 << source;
    answer.moments.push(moment);
  }
}

/** The first answer that so many nodes gave, with the moment at which they had; null for none. */
export function agreedAnswer(
  { answers }: SeenOperation,
  needed: number,
): { readonly reply: ClientReply; readonly moment: Moment } | null {
  let first: { readonly reply: ClientReply; readonly moment: Moment } | null = null;
  for (const { reply, moments } of answers) {
    const moment = moments[needed - 1];
    if (moment === undefined || (first !== null && first.moment.order < moment.order)) continue;
    first = { reply, moment };
  }
  return first;
}
