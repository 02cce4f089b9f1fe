/** A trace, read whole, and chosen from. */

import { openTraceFile } from "../../adapters/store/trace-file.ts";
import { Selection, type SelectionOptions } from "../../core/replay/selection.ts";
import { TRACE_FORMATS } from "../../core/trace/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

export interface LoadedTrace {
  readonly name: string;
  readonly format: string;
  readonly selection: Selection;
}

/** Throws what reading a trace throws, and `usage.option` for one without stamps. */
export async function loadTrace(
  path: string,
  options: SelectionOptions,
  formatName?: string,
): Promise<LoadedTrace> {
  const format = TRACE_FORMATS.find(({ name }) => name === formatName);
  const file = await openTraceFile(path, format === undefined ? {} : { format });
  const selection = new Selection(options);
  for await (const batch of file.batches()) for (const record of batch) selection.add(record);
  if (selection.hasNoStamps) {
    const text = `${file.name}: frames without time stamps: expected rig replay with --gap 1ms`;
    throw new RigError("usage.option", text);
  }
  return { name: file.name, format: file.format.name, selection };
}
