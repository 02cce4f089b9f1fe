/**
 * The checkers by the name of the workload whose histories they judge.
 */

import type { HistoryTable } from "../history/history-table.ts";
import { checkListAppend } from "./list-append.ts";
import type { CheckResult, RegisterOptions, WorkloadModel } from "./result.ts";
import { checkRwRegister } from "./rw-register.ts";

/** List-append has no use for the options of registers. */
export type Checker = (history: HistoryTable, options: RegisterOptions) => CheckResult;

export const CHECKERS: Readonly<Record<WorkloadModel, Checker>> = {
  "list-append": checkListAppend,
  "rw-register": checkRwRegister,
};
