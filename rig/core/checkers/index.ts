/**
 * The public face of the checkers of banks, counters, sets, registers and locks: the models by
 * name with their options, one function for each, and what they answer. Histories come from
 * `readOperations`. List-append has its own folder, `core/elle`.
 */

export { type BankOptions, checkBank } from "./bank.ts";
export { checkCounter } from "./counter.ts";
export {
  checkLinearizable,
  type LinearizableOptions,
} from "./linearizable/check-linearizable.ts";
export type { NilReads, ObjectName } from "./linearizable/object-model.ts";
export { checkLongFork, type LongForkOptions } from "./long-fork.ts";
export {
  CHECKERS,
  type Checker,
  type ModelName,
  type ModelOption,
  type ModelOptions,
} from "./registry.ts";
export type { ModelError, ModelResult, Validity } from "./result.ts";
export { checkSet } from "./set.ts";
export { checkSetFull, type SetFullOptions } from "./set-full.ts";
