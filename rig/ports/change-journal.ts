/** Where changes are noted that outlive the rig: before they are made, until they are undone. */

import type { KernelChange } from "../core/bench/kernel-change.ts";

export interface ChangeJournal {
  /** The returned function takes the note back. Throws `bench.trouble` where it can't be noted. */
  note(change: KernelChange): () => void;
}
