/** Files that the user asked for by name. */

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { RigError } from "../core/verdict/rig-error.ts";

/** `what` names it in the error: `metrics file`. Throws `output.not-writable`. */
export function writeOutput(path: string, text: string, what: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RigError(
      "output.not-writable",
      `${resolve(path)}: the ${what} is not writable (${code})`,
      { cause: error },
    );
  }
}
