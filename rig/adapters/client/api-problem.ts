/** A problem that the server answered with, as an error of the rig with the same code. */

import { type Problem, problemSchema } from "../../core/api/index.ts";
import { isRigErrorCode, RigError, type RigErrorCode } from "../../core/verdict/rig-error.ts";

/** Codes of problems that have a meaning of their own for whoever calls. */
const CODES: Readonly<Record<string, RigErrorCode>> = { "run.busy": "bench.busy" };

export class ApiProblem extends RigError {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(codeOf(problem), problem.detail);
    this.name = "ApiProblem";
    this.problem = problem;
  }
}

function codeOf({ code, status }: Problem): RigErrorCode {
  if (isRigErrorCode(code)) return code;
  return CODES[code] ?? (status >= 500 ? "server.failed" : "server.refused");
}

/** Throws what the answer of a failed request says. */
export function problemOf(status: number, text: string): RigError {
  const parsed = problemSchema.safeParse(jsonOf(text));
  if (parsed.success) return new ApiProblem(parsed.data);
  const what = text.split("\n")[0]?.slice(0, 100) ?? "";
  return new RigError("server.failed", `the server answered ${status} "${what}": expected a rig`);
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
