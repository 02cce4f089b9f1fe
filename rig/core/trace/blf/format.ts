/** Vector BLF as a trace format. */

import { viewOf } from "../binary/byte-queue.ts";
import type { TraceFormat } from "../trace-format.ts";
import { FILE_MARK } from "./layout.ts";
import { readBlf } from "./reader.ts";
import { writeBlf } from "./writer.ts";

export const blfFormat: TraceFormat = {
  name: "blf",
  title: "Vector BLF",
  extensions: [".blf"],
  detect: ({ bytes }) => bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === FILE_MARK,
  reader: readBlf,
  writer: writeBlf,
};
