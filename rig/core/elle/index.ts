/**
 * The public face of the checkers: check a history table, read the result. Everything else in
 * this folder is their inside.
 */

export { knownModels } from "./lattice.ts";
export { checkListAppend } from "./list-append.ts";
export type {
  Anomaly,
  CheckOptions,
  CheckResult,
  CycleStep,
  Relation,
} from "./result.ts";
