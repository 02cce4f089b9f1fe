/** Problem details (RFC 9457) for whatever goes wrong with a request. */

import type { z } from "zod";
import { PROBLEM_TYPE, type Problem } from "../core/api/index.ts";
import { pathText } from "../core/plan/issues.ts";
import { EXIT } from "../core/verdict/exit-code.ts";
import { RigError } from "../core/verdict/rig-error.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  409: "Conflict",
  413: "Content too large",
  422: "Unprocessable content",
  500: "Internal server error",
  503: "Service unavailable",
};

export type ProblemCode =
  | "request.malformed"
  | "request.unauthorized"
  | "request.forbidden"
  | "request.not-found"
  | "request.too-large"
  | "run.busy"
  | "run.not-live"
  | "run.no-client"
  | "run.node-down"
  | "server.full";

export class HttpProblem extends Error {
  readonly problem: Problem;

  constructor(
    status: number,
    code: ProblemCode,
    detail: string,
    more: Pick<Problem, "issues" | "holder"> = {},
  ) {
    super(detail);
    this.problem = makeProblem(status, code, detail, more);
  }
}

function makeProblem(
  status: number,
  code: string,
  detail: string,
  more: Pick<Problem, "issues" | "holder"> = {},
): Problem {
  return { type: "about:blank", title: TITLES[status] ?? "Problem", status, detail, code, ...more };
}

export function notFound(detail: string): HttpProblem {
  return new HttpProblem(404, "request.not-found", detail);
}

/** What a schema found; the first issue is the sentence. */
export function malformed(where: string, error: z.ZodError): HttpProblem {
  const issues = error.issues.slice(0, 20).map(({ path, message }) => ({
    path: pathText(path.map((step) => (typeof step === "symbol" ? String(step) : step))),
    message,
  }));
  const [first] = issues;
  const at = first === undefined || first.path === "" ? "" : ` ${first.path}:`;
  return new HttpProblem(400, "request.malformed", `${where}:${at} ${first?.message}`, { issues });
}

/** Anything that was thrown. What is not the client's fault says no more than that. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HttpProblem) return error.problem;
  if (error instanceof RigError && error.code === "input.unreadable") {
    return makeProblem(404, "request.not-found", error.message);
  }
  if (error instanceof RigError && error.exitCode !== EXIT.internal) {
    const isOurs = error.exitCode === EXIT.benchTrouble;
    const busy = error.code === "bench.busy";
    return makeProblem(isOurs ? 500 : busy ? 409 : 422, error.code, error.message);
  }
  return makeProblem(500, "rig.internal", "internal error: the log of the server says more");
}

export function problemResponse(problem: Problem): Response {
  const headers: Record<string, string> = { "content-type": PROBLEM_TYPE };
  if (problem.status === 401) headers["www-authenticate"] = "Bearer";
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}
