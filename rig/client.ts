/**
 * `canfd-rig/client`: the typed client of a rig server, for Node and for browsers, with the
 * schemas of all that goes over the wire.
 */

export { ApiProblem } from "./adapters/client/api-problem.ts";
export {
  RigClient,
  type RigClientOptions,
  type WaitOptions,
} from "./adapters/client/rig-client.ts";
export type { StreamOptions } from "./adapters/client/socket-stream.ts";
export * from "./core/api/index.ts";
export type { Operation } from "./core/history/operation.ts";
