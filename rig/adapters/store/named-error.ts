/** What readers say of a line or an offset, said of the file. */

import { RigError } from "../../core/verdict/rig-error.ts";

/**
 * An `input.malformed` of a reader with the file before it: `line 17: ...` becomes
 * `file:17: ...`, anything else `file: ...`. Other errors stay as they are.
 */
export function withFile(path: string, error: unknown): unknown {
  if (!(error instanceof RigError) || error.code !== "input.malformed") return error;
  const { message, hint } = error;
  const place = message.startsWith("line ") ? message.slice("line ".length) : ` ${message}`;
  const options = hint === undefined ? { cause: error } : { cause: error, hint };
  return new RigError("input.malformed", `${path}:${place}`, options);
}
