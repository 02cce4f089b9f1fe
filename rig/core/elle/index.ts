/**
 * The public face of the checkers: check a history table, read the result. Everything else in
 * this folder is their inside.
 */

export { CHECKERS, type Checker } from "./checkers.ts";
export { CONSISTENCY_DEFAULT, knownModels } from "./lattice.ts";
export { checkListAppend } from "./list-append.ts";
export type {
  Anomaly,
  CheckOptions,
  CheckResult,
  CycleStep,
  RegisterOptions,
  Relation,
  WorkloadModel,
} from "./result.ts";
export { checkRwRegister } from "./rw-register.ts";
