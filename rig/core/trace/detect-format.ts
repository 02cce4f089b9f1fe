/**
 * The trace formats by name, and how the first bytes tell which one a file has. File names lie
 * often enough, so content decides; endings only choose what to write.
 */

import { ascFormat } from "./asc/format.ts";
import { blfFormat } from "./blf/format.ts";
import { busmasterFormat } from "./busmaster/format.ts";
import { candumpLog, candumpScreen } from "./candump/formats.ts";
import { withoutColours } from "./candump/screen-line.ts";
import { pcapFormat, pcapngFormat } from "./pcap/formats.ts";
import { genericCsv } from "./table/generic.ts";
import { gvretCsv } from "./table/gvret.ts";
import { pythonCanCsv } from "./table/python-can.ts";
import type { TraceFormat } from "./trace-format.ts";
import { trcFormats } from "./trc/formats.ts";

/** In the order in which they are asked: those with an unmistakable beginning first. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  blfFormat,
  pcapFormat,
  pcapngFormat,
  pythonCanCsv,
  gvretCsv,
  genericCsv,
  busmasterFormat,
  ...trcFormats,
  ascFormat,
  candumpLog,
  candumpScreen,
];

const HEAD_BYTES = 8192;

/** The format of a file that begins with these bytes (some kilobytes do); null for none of ours. */
export function detectFormat(firstBytes: Uint8Array): TraceFormat | null {
  const bytes = firstBytes.subarray(0, HEAD_BYTES);
  const isText = !bytes.includes(0);
  const lines = isText ? new TextDecoder().decode(bytes).split(/\r?\n/) : [];
  // The last line may be cut, unless all of the file is here.
  if (lines.length > 1 && firstBytes.length > HEAD_BYTES) lines.pop();
  const trimmed = lines.map((line) => withoutColours(line).trim()).filter((line) => line !== "");
  const head = { bytes, lines: trimmed };
  return TRACE_FORMATS.find((format) => format.detect(head)) ?? null;
}
