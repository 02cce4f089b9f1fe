/** Formats by the name that a user gives, or by the ending of a file that is to be written. */

import { RigError } from "../verdict/rig-error.ts";
import { TRACE_FORMATS } from "./detect-format.ts";
import type { TraceFormat } from "./trace-format.ts";

/** `option` is what errors call it. Throws `usage.option` for an unknown name. */
export function formatNamed(option: string, name: string): TraceFormat {
  const format = TRACE_FORMATS.find((each) => each.name === name);
  if (format !== undefined) return format;
  const known = TRACE_FORMATS.map((each) => each.name).join(", ");
  throw new RigError("usage.option", `${option} is "${name}": expected one of ${known}`);
}

/** Endings that several formats share, where one of them is what people mean. */
const MEANT: Readonly<Record<string, string>> = { ".log": "candump", ".trc": "trc-2.1" };

/** Whether the ending of this name is that of a format. */
export function hasTraceEnding(path: string): boolean {
  return TRACE_FORMATS.some(({ extensions }) => extensions.some((end) => path.endsWith(end)));
}

/**
 * The format to write into a file of this name, whatever its content is; `.gz` at its end says
 * nothing of it. Throws `usage.option` where the ending says none or several.
 */
export function formatForPath(path: string, option = "--to"): TraceFormat {
  const name = path.toLowerCase().replace(/\.gz$/, "");
  const fitting = TRACE_FORMATS.filter(
    ({ writer, extensions }) => writer !== null && extensions.some((end) => name.endsWith(end)),
  );
  const meant = fitting.find(
    (format) => fitting.length === 1 || format.extensions.some((end) => MEANT[end] === format.name),
  );
  if (meant !== undefined) return meant;
  const names = (
    fitting.length > 0 ? fitting : TRACE_FORMATS.filter(({ writer }) => writer !== null)
  )
    .map((format) => format.name)
    .join(", ");
  const why = fitting.length > 0 ? "by its ending it can be several" : "its ending says none";
  throw new RigError(
    "usage.option",
    `${path}: in which format? ${why}: expected ${option} ${names}`,
  );
}
