/**
 * The steps of one object as columns of numbers, and what follows from their times alone: in which
 * order they end, and a slot for each while it is open. Slots of steps that end are used again, so
 * that a set of open steps fits in few bits however long the history is.
 */

import { NEVER, type Step } from "./step.ts";

export interface Timeline {
  readonly steps: number;
  readonly needs: Int32Array;
  readonly leaves: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Steps that end, in that order. */
  readonly ending: Int32Array;
  /** Steps that end and steps that never do have slots of their own, both counted from 0. */
  readonly slot: Int32Array;
  readonly slots: number;
  readonly endlessSlots: number;
  /** Steps of one kind need and leave the same. */
  readonly kind: Int32Array;
  readonly kinds: number;
  /** Steps that never end, by kind, each list in the order in which they start. */
  readonly endless: readonly (readonly number[])[];
}

/** `steps` come in the order in which they start. */
export function timelineOf(steps: readonly Step[]): Timeline {
  const end = Int32Array.from(steps, (step) => step.end);
  const numbers = Int32Array.from(steps, (_, number) => number);
  const ending = numbers
    .filter((number) => end[number] !== NEVER)
    .sort((a, b) => (end[a] as number) - (end[b] as number));
  const kinds = new Map<string, number>();
  const kind = Int32Array.from(steps, ({ needs, leaves }) => {
    const text = `${needs} ${leaves}`;
    const number = kinds.get(text) ?? kinds.size;
    kinds.set(text, number);
    return number;
  });
  const start = Int32Array.from(steps, (step) => step.start);
  return {
    steps: steps.length,
    needs: Int32Array.from(steps, (step) => step.needs),
    leaves: Int32Array.from(steps, (step) => step.leaves),
    start,
    end,
    ending,
    ...slotsOf(start, end, ending),
    kind,
    kinds: kinds.size,
    endless: endlessByKind(kind, end),
  };
}

function endlessByKind(kind: Int32Array, end: Int32Array): readonly (readonly number[])[] {
  const lists = new Map<number, number[]>();
  kind.forEach((number, step) => {
    if (end[step] !== NEVER) return;
    const list = lists.get(number) ?? [];
    lists.set(number, list);
    list.push(step);
  });
  return [...lists.values()];
}

function slotsOf(
  start: Int32Array,
  end: Int32Array,
  ending: Int32Array,
): Pick<Timeline, "slot" | "slots" | "endlessSlots"> {
  const slot = new Int32Array(start.length);
  const free: number[] = [];
  let slots = 0;
  let endlessSlots = 0;
  let ended = 0;
  for (let step = 0; step < start.length; step++) {
    for (; ended < ending.length; ended++) {
      const other = ending[ended] as number;
      if ((end[other] as number) >= (start[step] as number)) break;
      free.push(slot[other] as number);
    }
    slot[step] = end[step] === NEVER ? endlessSlots++ : (free.pop() ?? slots++);
  }
  return { slot, slots, endlessSlots };
}
