/** The option of `rig check` that asks for weak isolation levels besides the verdict. */

import type { IsolationLevel } from "../core/awdit/index.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import { isElle } from "./check-file.ts";

/** As in `core/awdit`, which is loaded when it is asked for. */
const LEVELS: readonly IsolationLevel[] = ["read-committed", "read-atomic", "causal"];

export interface IsolationArguments {
  readonly model?: string | undefined;
  readonly engine: string;
  readonly isolation?: string | undefined;
}

/** Throws `usage.option` for a level that is none, and where nothing can be said of it. */
export function isolationOf(args: IsolationArguments): readonly IsolationLevel[] {
  const { isolation, model = "list-append", engine } = args;
  if (isolation === undefined) return [];
  if (!isElle(model)) {
    const text = `--isolation says nothing of model ${model}: expected list-append or rw-register`;
    throw new RigError("usage.option", text);
  }
  if (engine === "elle-cli") {
    throw new RigError("usage.option", "elle-cli has no --isolation: expected --engine native");
  }
  if (isolation === "all") return LEVELS;
  const names = isolation.split(",").map((name) => name.trim());
  const levels = LEVELS.filter((level) => names.includes(level));
  if (levels.length === names.length) return levels;
  const text = `--isolation is "${isolation}": expected all, or some of ${LEVELS.join(", ")}`;
  throw new RigError("usage.option", text);
}
