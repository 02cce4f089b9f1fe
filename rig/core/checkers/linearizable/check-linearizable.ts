/**
 * Linearizability: whether each operation can be given one moment between its invocation and its
 * answer at which it took effect, so that the object explains all answers. What failed took no
 * effect; what has no answer may take effect at any time after its invocation, or never.
 */

import type { GeneralOperation } from "../../history/general-operation.ts";
import { callsOf } from "../operations.ts";
import { Errors, type ModelResult, type Validity } from "../result.ts";
import { explainGivenUp, explainStuck } from "./explain.ts";
import { findOrder } from "./find-order.ts";
import {
  makeObjectModel,
  type NilReads,
  type ObjectModel,
  type ObjectName,
} from "./object-model.ts";
import { type ObjectHistory, splitByKey } from "./split-by-key.ts";
import { timelineOf } from "./timeline.ts";

/** A few seconds of work, and a few hundred megabytes at most. */
export const DEFAULT_SEARCH_STEPS = 500_000_000;

/** What every object may use even if others have used up the budget: enough if all goes well. */
const SEARCH_STEPS_OF_A_STEP = 64;

export interface LinearizableOptions {
  /** Budget of the search for all objects together. */
  readonly searchSteps?: number;
  /** Whether values are `[key value]`; found out from the values unless given. */
  readonly isKeyed?: boolean;
  /** What a read of nil says: the register is as it began (default), or nothing. */
  readonly nilReads?: NilReads;
}

interface Totals {
  operations: number;
  answered: number;
  placed: number;
  invalidObjects: number;
  unknownObjects: number;
  searchSteps: number;
  configurations: number;
}

export function checkLinearizable(
  operations: readonly GeneralOperation[],
  name: ObjectName,
  options: LinearizableOptions = {},
): ModelResult {
  const model = makeObjectModel(name, options.nilReads ?? "initial");
  const histories = splitByKey(callsOf(operations), model, options.isKeyed);
  const errors = new Errors();
  const totals: Totals = {
    operations: 0,
    answered: 0,
    placed: 0,
    invalidObjects: 0,
    unknownObjects: 0,
    searchSteps: 0,
    configurations: 0,
  };
  const budget = options.searchSteps ?? DEFAULT_SEARCH_STEPS;
  for (const history of histories) checkObject({ history, model, budget, totals }, errors);
  let valid: Validity = true;
  if (totals.unknownObjects > 0) valid = "unknown";
  if (totals.invalidObjects > 0) valid = false;
  return errors.result(name, valid, { objects: histories.length, ...totals });
}

interface Task {
  readonly history: ObjectHistory;
  readonly model: ObjectModel;
  readonly budget: number;
  readonly totals: Totals;
}

function checkObject({ history, model, budget, totals }: Task, errors: Errors): void {
  const timeline = timelineOf(history.steps);
  const least = Math.min(budget, timeline.steps * SEARCH_STEPS_OF_A_STEP);
  const result = findOrder(timeline, Math.max(budget - totals.searchSteps, least));
  totals.operations += timeline.steps;
  totals.answered += timeline.ending.length;
  totals.placed += result.placed;
  totals.searchSteps += result.searchSteps;
  totals.configurations += result.configurations;
  if (result.kind === "stuck") {
    totals.invalidObjects++;
    errors.add("not-linearizable", () => explainStuck({ history, model, timeline, result }));
  } else if (result.kind === "gave-up") {
    totals.unknownObjects++;
    errors.add("search-limit", () => explainGivenUp({ history, model, timeline, result }));
  }
}
