/**
 * Judges with elle-cli: alone, or besides the native checker. While it runs, signals end it.
 */

import { ElleCliChecker, type ElleCliOptions } from "../../adapters/elle-cli/elle-cli-checker.ts";
import type { CheckAnswer, CheckRequest } from "../../ports/checker.ts";
import { comparisonText, elleCliText } from "../../report/elle-cli-text.ts";
import {
  type CheckFileOptions,
  type FileChecker,
  historyPath,
  isElle,
  readOperationsOf,
} from "../check-file.ts";
import { Interrupts } from "../interrupts.ts";
import { askedFor, type Judge, type Judged, judgedNatively } from "../judge.ts";
import { type Comparison, compareWith } from "./compare-with.ts";

export function elleCliJudge(model: string, options: ElleCliOptions): Judge {
  const checker = new ElleCliChecker(options);
  return (file, checking) =>
    interruptibly(async (signal) => {
      const request = requestFor(file, model, checking);
      return judgedByElleCli(request, await checker.check(request, signal));
    });
}

export interface BothOptions {
  readonly check: FileChecker;
  readonly elleCli: ElleCliOptions;
  /** Where differences are kept. */
  readonly outputDir: string;
}

export function bothJudge(model: string, { check, elleCli, outputDir }: BothOptions): Judge {
  const checker = new ElleCliChecker(elleCli);
  return async (file, checking) => {
    const result = await check(file, checking);
    const comparison = await interruptibly((signal) => {
      const request = requestFor(file, model, checking);
      return compareWith(checker, result, request, { outputDir, signal });
    });
    return withComparison(judgedNatively(file, model, checking, result), comparison);
  };
}

function requestFor(file: string, model: string, options: CheckFileOptions): CheckRequest {
  const { elle, others, untilMs } = options;
  return {
    file: historyPath(file),
    model,
    consistency: elle.consistency,
    anomalies: elle.anomalies ?? [],
    options: others,
    operations: () => readOperationsOf(file, untilMs),
  };
}

function judgedByElleCli(request: CheckRequest, answer: CheckAnswer): Judged {
  const { file, model } = request;
  const about = isElle(model) ? `${model}, ${askedFor(request)}` : model;
  return {
    valid: answer.valid,
    // How many operations it counted is not in its answer.
    fields: { ...answer, operations: null, warnings: [], engine: "elle-cli" },
    text: () => elleCliText(file, about, answer),
    checked: null,
    error: null,
  };
}

function withComparison(native: Judged, comparison: Comparison): Judged {
  const { elleCli, differences, kept, error } = comparison;
  return {
    valid: native.valid,
    fields: { ...native.fields, engine: "both", elleCli, differences, kept },
    text: (screen) =>
      native.text(screen) + (elleCli === null ? "" : comparisonText(elleCli, differences)),
    checked: native.checked,
    error,
  };
}

async function interruptibly<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupts = new Interrupts();
  try {
    return await work(interrupts.signal);
  } finally {
    interrupts.stop();
  }
}
