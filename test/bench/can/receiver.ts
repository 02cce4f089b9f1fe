/** A program of the benchmark, inside `rig vm`: takes so many frames of an interface, and ends. */

import { PackageChannel } from "../../../rig/adapters/socketcan/package-channel.ts";
import { RawChannel } from "../../../rig/adapters/socketcan/raw-channel.ts";
import { traceRecordOf } from "../../../rig/adapters/socketcan/trace-records.ts";
import { TraceFiles } from "../../../rig/adapters/store/trace-files.ts";
import { TRACE_FORMATS, type TraceFormat } from "../../../rig/core/trace/index.ts";

const [, , way = "", name = "", count = "0", path = ""] = process.argv;
let left = Number(count);

function took(): void {
  if (--left === 0) process.exit(0);
}

if (way === "package") {
  new PackageChannel({ name }).receive(took, () => process.exit(1));
} else if (way === "addon") {
  new RawChannel({ name, onFrame: took });
} else {
  const format = TRACE_FORMATS.find((each) => each.name === "candump") as TraceFormat;
  const files = new TraceFiles({ path, format });
  new RawChannel({
    name,
    onFrame: (received) => {
      files.write(traceRecordOf(name, received));
      if (left === 1) files.close();
      took();
    },
  });
}
