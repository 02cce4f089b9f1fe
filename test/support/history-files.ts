/** Histories of the fixtures as operations with any values. */

import { readFileSync } from "node:fs";
import type { GeneralOperation } from "../../rig/core/history/general-operation.ts";
import { readOperations } from "../../rig/core/history/read-operations.ts";

export function readGeneralOperations(path: string): readonly GeneralOperation[] {
  return readOperations(readFileSync(path));
}
