/**
 * The contract of the rig server: routes, bodies and stream messages as schemas, with their types.
 * Server, client and web application share it; it runs in browsers.
 */

export * from "./check.ts";
export * from "./cluster.ts";
export { operationSchema } from "./operation.ts";
export { PROBLEM_TYPE, type Problem, problemSchema } from "./parts.ts";
export * from "./result.ts";
export type { Route } from "./route.ts";
export * from "./routes.ts";
export * from "./run.ts";
export * from "./stream.ts";

/** What a server listens on unless told otherwise. */
export const PORT_DEFAULT = 8001;
/** Largest body of JSON, and largest uploaded history, in bytes. */
export const BODY_MAX = 64 * 1024;
export const UPLOAD_MAX = 64 * 1024 * 1024;
