/** Who judges the histories of `rig check`, and what the command prints of the answer. */

import type { CheckResult } from "../core/elle/index.ts";
import type { RigError } from "../core/verdict/rig-error.ts";
import { checkText } from "../report/check-text.ts";
import type { Style } from "../report/style.ts";
import { type CheckFileOptions, type FileChecker, isElle } from "./check-file.ts";

export interface Judged {
  readonly valid: CheckResult["valid"];
  /** Fields of the JSON line, behind those that say what was judged. */
  readonly fields: Readonly<Record<string, unknown>>;
  text(screen: Screen): string;
  /** What should be said besides, such as a difference between two checkers. */
  readonly error: RigError | null;
}

export interface Screen {
  readonly width: number;
  readonly style: Style;
}

export type Judge = (file: string, options: CheckFileOptions) => Promise<Judged>;

export function nativeJudge(model: string, check: FileChecker): Judge {
  return async (file, options) => judgedNatively(file, model, options, await check(file, options));
}

export function judgedNatively(
  file: string,
  model: string,
  { elle }: CheckFileOptions,
  result: CheckResult,
): Judged {
  const { valid, anomalyTypes, not, alsoNot, operations, warnings } = result;
  const consistency = isElle(model) ? elle.consistency : null;
  return {
    valid,
    fields: { valid, anomalyTypes, not, alsoNot, operations, warnings },
    text: (screen) => checkText({ file, model, consistency, result }, screen),
    error: null,
  };
}
