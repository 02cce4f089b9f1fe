/** Who judges the histories of `rig check`, and what the command prints of the answer. */

import type { CheckOptions, CheckResult } from "../core/elle/index.ts";
import type { RigError } from "../core/verdict/rig-error.ts";
import { type CheckedHistory, checkText } from "../report/check-text.ts";
import { isolationText } from "../report/isolation-text.ts";
import type { Style } from "../report/style.ts";
import { type Checked, type CheckFileOptions, type FileChecker, isElle } from "./check-file.ts";

export interface Judged {
  readonly valid: CheckResult["valid"];
  /** Fields of the JSON line, behind those that say what was judged. */
  readonly fields: Readonly<Record<string, unknown>>;
  text(screen: Screen): string;
  /** For pictures and pages; `null` where another program has judged. */
  readonly checked: CheckedHistory | null;
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
  { elle, minOk = 0 }: CheckFileOptions,
  found: Checked,
): Judged {
  const result = withFloor(found, minOk);
  const { valid, anomalyTypes, not, alsoNot, operations, warnings } = result;
  const { anomalyCounts, anomalies } = result;
  const { isolation } = found;
  const judgement = { valid, anomalyTypes, not, alsoNot, operations, warnings };
  const checked = { file, model, consistency: isElle(model) ? askedFor(elle) : null, result };
  return {
    valid,
    fields: { ...judgement, ...(isolation && { isolation }), anomalyCounts, anomalies },
    text: (screen) =>
      checkText(checked, screen) +
      (isolation === undefined ? "" : isolationText(isolation, screen)),
    checked,
    error: null,
  };
}

/** `serializable, snapshot-isolation and G0`: what is asked for, as a text says it. */
export function askedFor({ consistency, anomalies = [] }: CheckOptions): string {
  const models = [consistency].flat().join(", ");
  return anomalies.length === 0 ? models : `${models} and ${anomalies.join(", ")}`.trim();
}

/** Too little was done for the history to show that all is well; what it shows wrong stays. */
function withFloor(result: CheckResult, minOk: number): CheckResult {
  const { valid, operations, warnings } = result;
  if (operations >= minOk) return result;
  const text = `only ${operations} of the ${minOk} operations of --min-ok were acknowledged`;
  return { ...result, valid: valid === true ? "unknown" : valid, warnings: [...warnings, text] };
}
