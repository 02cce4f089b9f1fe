/** PEAK TRC as trace formats, one for each version: they differ in what they can hold. */

import type { FileHead, TraceFormat } from "../trace-format.ts";
import { readTrc } from "./reader.ts";
import { TRC_VERSIONS, type TrcVersion, trcVersionOf } from "./version.ts";
import { trcWriter } from "./writer.ts";

/** The latest first: it is what the file ending stands for. */
export const trcFormats: readonly TraceFormat[] = TRC_VERSIONS.map((version) => ({
  name: `trc-${version}`,
  title: `PEAK TRC ${version}`,
  extensions: [".trc"],
  detect: (head) => versionOf(head) === version,
  reader: readTrc,
  writer: trcWriter(version),
}));

function versionOf({ lines }: FileHead): TrcVersion | null {
  for (const line of lines) {
    const version = /^;\$FILEVERSION=(\S+)/.exec(line)?.[1];
    if (version !== undefined) return trcVersionOf(version);
  }
  // Version 1.0 has no such line, but its own way of counting rows below comments.
  const isOld = lines[0]?.startsWith(";") === true && lines.some((line) => /^\d+\)\s/.test(line));
  return isOld || lines[0]?.startsWith(";####") === true ? "1.0" : null;
}
