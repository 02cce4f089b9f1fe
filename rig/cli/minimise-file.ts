/**
 * `rig check --minimise`: the smallest part of a history that still shows its first anomaly, ready
 * to be pasted into a bug report.
 */

import type { Anomaly, CheckResult } from "../core/elle/index.ts";
import type { GeneralOperation } from "../core/history/general-operation.ts";
import { type Minimised, minimiseHistory } from "../core/minimise/minimise-history.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import type { CheckedHistory } from "../report/check-text.ts";
import { type MinimalHistory, minimalText } from "../report/minimal-text.ts";
import {
  type CheckFileOptions,
  isElle,
  optionsOfParts,
  type PartChecker,
  partChecker,
  readCallsOf,
  readOperationsOf,
} from "./check-file.ts";
import { writeOutput } from "./write-output.ts";

export interface MinimiseFileOptions {
  /** Empty for the output of the command. */
  readonly out: string;
  readonly checks: number;
}

export interface MinimisedFile {
  /** For the JSON line. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/**
 * `null` where there is no anomaly to show. Throws as a checker of files does, and
 * `output.not-writable`.
 */
export async function minimiseFile(
  { file, model, result }: CheckedHistory,
  checking: CheckFileOptions,
  { out, checks }: MinimiseFileOptions,
): Promise<MinimisedFile | null> {
  const anomaly = result.anomalies.find(({ details }) => details.length > 0);
  if (result.valid !== false || anomaly === undefined) return null;
  const { type } = anomaly;
  const check = await partChecker(model, await optionsOfParts(file, checking));
  const shows = (operations: readonly GeneralOperation[]) => {
    if (performance.now() > checking.untilMs) {
      throw new RigError("check.timeout", `${file}: minimising takes longer than --timeout`);
    }
    return shownBy(check, operations)?.anomalyTypes.includes(type) === true;
  };
  const concerned = concernedBy(anomaly);
  const options = { shows, checks, isTransactional: isElle(model), concerned };
  const few = await readCallsOf(file, concerned, checking.untilMs);
  const found =
    minimiseHistory(few, options) ??
    minimiseHistory(await readOperationsOf(file, checking.untilMs), options);
  if (found === null) {
    throw new RigError("check.timeout", `${file}: no part that shows ${type} was found`);
  }
  return minimisedFile(type, { found, check, out });
}

function minimisedFile(
  type: string,
  { found, check, out }: { found: Minimised; check: PartChecker; out: string },
): MinimisedFile {
  const anomalies = shownBy(check, found.operations)?.anomalies ?? [];
  const sentences = anomalies.find((each) => each.type === type)?.sentences ?? [];
  const minimal: MinimalHistory = { type, sentences, ...found };
  if (out !== "") writeOutput(out, minimalText(minimal, formOf(out)), "smallest history");
  const { calls, checks, isComplete } = found;
  const where = out === "" ? { history: minimalText(minimal, "edn") } : { file: out };
  const size = isComplete ? "the smallest" : "a smaller";
  const written =
    `  ${size} history that shows ${type} is in ${out} ` +
    `(${calls} operations, ${checks} checks)\n`;
  return {
    fields: { type, calls, checks, isComplete, sentences, ...where },
    text: out === "" ? `\n${minimalText(minimal, "edn")}` : written,
  };
}

/** A part may be one that the checker refuses, for want of what was left out. */
function shownBy(
  check: PartChecker,
  operations: readonly GeneralOperation[],
): CheckResult | undefined {
  try {
    return check(operations);
  } catch (error) {
    if (error instanceof RigError && error.code === "input.malformed") return undefined;
    throw error;
  }
}

function concernedBy({ operations, cycle = [] }: Anomaly): ReadonlySet<number> {
  const witnesses = cycle.flatMap(({ shownBy: index }) => (index === undefined ? [] : [index]));
  return new Set([...operations, ...witnesses]);
}

function formOf(path: string): "edn" | "json" | "jsonl" {
  if (path.endsWith(".json")) return "json";
  return path.endsWith(".jsonl") ? "jsonl" : "edn";
}
