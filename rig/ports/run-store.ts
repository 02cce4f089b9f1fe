/**
 * Where the record of a run is kept: takes entries as they happen and makes them last. Reading
 * them back is not part of it. A store may gather entries up to a limit of its own before it
 * writes; it throws `output.write-failed` when there is no room left.
 */

import type { RunSink } from "../core/run/record.ts";

export interface RunStore extends RunSink {
  /** Everything recorded so far survives the death of the rig from here on. */
  flush(): void | Promise<void>;

  /** Flushes, and takes nothing more. Idempotent. */
  close(): void | Promise<void>;
}
