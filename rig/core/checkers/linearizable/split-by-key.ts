/**
 * Many objects in one history: each value is then `[key value]`, as Jepsen's `independent` has it.
 * Objects do not touch each other, so each is checked alone, which makes the search far smaller.
 */

import type { GeneralOperation, ListValue, Value } from "../../history/general-operation.ts";
import { canonicalText } from "../../history/general-operation.ts";
import { type Call, unfit } from "../operations.ts";
import { valueText } from "../texts.ts";
import type { ObjectModel, Transition } from "./object-model.ts";
import { NEVER, type Step } from "./step.ts";

/** A step that keeps the words for it. */
export interface DescribedStep extends Step {
  readonly action: string;
}

export interface ObjectHistory {
  /** `null` where the history is of one object only. */
  readonly key: string | null;
  /** In the order in which they start; failed calls and what can't tell anything are left out. */
  readonly steps: readonly DescribedStep[];
}

/** `isKeyed` decides whether values carry keys; unless given, they do if all of them can. */
export function splitByKey(
  calls: readonly Call[],
  model: ObjectModel,
  isKeyed = canBeKeyed(calls),
): readonly ObjectHistory[] {
  const histories = new Map<string, { key: string | null; steps: DescribedStep[] }>();
  for (const call of calls) {
    if (call.completion?.type === "fail") continue;
    const { key, value } = isKeyed ? keyed(call) : { key: null, value: argumentOf(call) };
    const transition = model.transition(call, value);
    if (transition === null) continue;
    const text = key === null ? "" : canonicalText(key);
    const history = histories.get(text) ?? { key: isKeyed ? valueText(key) : null, steps: [] };
    histories.set(text, history);
    history.steps.push(stepOf(call, transition));
  }
  return [...histories.values()];
}

function stepOf(call: Call, transition: Transition): DescribedStep {
  const end = call.completion?.type === "ok" ? call.end : NEVER;
  return { call, start: call.start, end, ...transition };
}

/** What a read saw stands in its completion; what a write wrote was said at its invocation. */
function argumentOf({ invocation, completion }: Call): Value {
  const isAnswered = completion?.type === "ok";
  if (invocation.f === "read" && isAnswered) return completion.value;
  return invocation.value ?? completion?.value ?? null;
}

function keyed(call: Call): { key: Value; value: Value } {
  const value = argumentOf(call);
  if (!isPair(value)) {
    throw unfit(call.invocation, `value ${valueText(value)}; expected [key value]`);
  }
  const [key = null, inner = null] = value.items;
  return { key, value: inner };
}

function isPair(value: Value): value is ListValue {
  return typeof value === "object" && value?.kind === "list" && value.items.length === 2;
}

/** A read says its key when it is invoked, and a register's own value is seldom a pair. */
function canBeKeyed(calls: readonly Call[]): boolean {
  return (
    calls.length > 0 &&
    calls.every(({ invocation, completion }) => {
      const isAnswered = completion?.type === "ok";
      return isKeyedValue(invocation) && (!isAnswered || isKeyedValue(completion));
    })
  );
}

function isKeyedValue({ f, value }: GeneralOperation): boolean {
  if (!isPair(value)) return false;
  return f !== "cas" || isPair(value.items[1] ?? null);
}
