/** Files that the user asked for by name. */

import { appendFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { RigError } from "../core/verdict/rig-error.ts";

/** `what` names it in the error: `metrics file`. Throws `output.not-writable`. */
export function writeOutput(path: string, text: string, what: string): void {
  put(writeFileSync, path, text, what);
}

/** Behind what is there, as the page of a job collects its summary. */
export function appendOutput(path: string, text: string, what: string): void {
  put(appendFileSync, path, text, what);
}

type Put = (path: string, text: string) => void;

function put(write: Put, path: string, text: string, what: string): void {
  try {
    write(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RigError(
      "output.not-writable",
      `${resolve(path)}: the ${what} is not writable (${code})`,
      { cause: error },
    );
  }
}
