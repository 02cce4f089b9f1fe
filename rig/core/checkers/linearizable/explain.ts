/**
 * Says why no order was found: the first answer that nothing explains, the states in which the
 * object could be by then, and the operations that were open at the same time. That window is the
 * smallest: without that answer there is an order, and what ended before it is in the states.
 */

import type { ModelError } from "../result.ts";
import { capital, counted, spanText } from "../texts.ts";
import type { ObjectModel } from "./object-model.ts";
import type { ReachedState, SearchResult } from "./search-result.ts";
import type { DescribedStep, ObjectHistory } from "./split-by-key.ts";
import type { Timeline } from "./timeline.ts";

const SHOWN_NEIGHBOURS = 8;

type Explanation = Omit<ModelError, "type">;

interface Finding {
  readonly history: ObjectHistory;
  readonly model: ObjectModel;
  readonly timeline: Timeline;
  readonly result: SearchResult;
}

export function explainStuck(finding: Finding): Explanation {
  const { history, model, result } = finding;
  const step = stuckStep(finding);
  const neighbours = neighboursOf(step, history);
  const shown = neighbours.slice(0, SHOWN_NEIGHBOURS);
  const hidden = neighbours.length - shown.length;
  const makers = result.reached.flatMap(({ by }) => history.steps[by] ?? []);
  const sentences = [
    `${capital(objectText(finding))}: nothing explains ${stepText(step)}.`,
    `${beforeText(result.placed)} the ${model.noun} ${statesText(finding)}.`,
  ];
  if (shown.length > 0) {
    const more = hidden > 0 ? `; and ${hidden} more` : "";
    sentences.push(`Open at the same time: ${shown.map(stepText).join("; ")}${more}.`);
  } else {
    sentences.push("No other operation was open at the same time.");
  }
  const operations = [step, ...makers, ...shown].map(indexOf);
  return { explanation: sentences.join(" "), operations: [...new Set(operations)] };
}

export function explainGivenUp(finding: Finding): Explanation {
  const { timeline, result } = finding;
  const step = stuckStep(finding);
  const explanation =
    `${capital(objectText(finding))}: the search for an order gave up after ` +
    `${result.searchSteps} steps. Of ${counted(timeline.ending.length, "answered operation")} it ` +
    `could place the first ${result.placed}; the next is ${stepText(step)}.`;
  return { explanation, operations: [indexOf(step)] };
}

function stuckStep({ history, timeline, result }: Finding): DescribedStep {
  return history.steps[timeline.ending[result.placed] as number] as DescribedStep;
}

function objectText({ history, model }: Finding): string {
  return history.key === null ? `the ${model.noun}` : `the ${model.noun} of key ${history.key}`;
}

/** Operations that may have taken effect while this one was open, whether they ended or not. */
function neighboursOf(step: DescribedStep, history: ObjectHistory): DescribedStep[] {
  return history.steps.filter(
    (other) => other !== step && other.start < step.end && other.end > step.start,
  );
}

/** `operation 7 (process 3), a read of 3 from 1 ms to 2 ms`. */
function stepText({ call, action }: DescribedStep): string {
  const { invocation, completion } = call;
  const isAnswered = completion?.type === "ok";
  const process = invocation.process === null ? "" : ` (process ${invocation.process})`;
  const span = spanText(invocation, isAnswered ? completion : null);
  return `operation ${indexOf({ call })}${process}, ${action} ${span}`;
}

function indexOf({ call }: Pick<DescribedStep, "call">): number {
  return call.completion?.type === "ok" ? call.completion.index : call.invocation.index;
}

function beforeText(placed: number): string {
  if (placed === 0) return "No operation was answered before it:";
  if (placed === 1) return "After the one operation that was answered before it";
  return `The ${placed} operations that were answered before it fit in an order, after which`;
}

function statesText(finding: Finding): string {
  const { result } = finding;
  const texts = result.reached.map((reached) => stateText(finding, reached));
  const hidden = result.reachedCount - texts.length;
  if (hidden > 0) return `${texts.join(", ")}, or one of ${hidden} more states`;
  return texts.join(" or ");
}

function stateText({ history, model }: Finding, { state, by }: ReachedState): string {
  const step = history.steps[by];
  if (step === undefined) return `${model.stateText(state)}, as at the beginning`;
  const { call, action } = step;
  const isAnswered = call.completion?.type === "ok";
  const remark = isAnswered ? "" : ", which has no answer";
  return `${model.stateText(state)} (by operation ${indexOf(step)}, ${action}${remark})`;
}
