/**
 * Keeps what a report of a difference needs in one folder below the output folder: the history
 * and both answers, with the question.
 */

import { copyFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { makeResultFolder, notWritable } from "../../adapters/store/folders.ts";
import type { CheckAnswer, CheckRequest } from "../../ports/checker.ts";
import { VERSION } from "../version.ts";

export interface Difference {
  readonly request: CheckRequest;
  readonly differences: readonly string[];
  readonly native: CheckAnswer;
  readonly elleCli: CheckAnswer;
}

/** Returns the folder. Throws `output.not-writable`. */
export function keepDifference(outputDir: string, difference: Difference): string {
  const { request, differences, native, elleCli } = difference;
  const name = basename(request.file);
  const folder = makeResultFolder(outputDir, "differs", name);
  const { model, consistency, anomalies, options } = request;
  const question = { model, consistency, anomalies, options, history: name, version: VERSION };
  const answers = { native: answerOf(native), elleCli: answerOf(elleCli) };
  try {
    copyFileSync(request.file, join(folder, name));
    const text = JSON.stringify({ question, differences, ...answers }, null, 1);
    writeFileSync(join(folder, "answers.json"), `${text}\n`);
  } catch (error) {
    throw notWritable(outputDir, error);
  }
  return folder;
}

function answerOf({ valid, anomalyTypes, not, alsoNot }: CheckAnswer): CheckAnswer {
  return { valid, anomalyTypes, not, alsoNot };
}
