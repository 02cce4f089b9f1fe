/** What a rig that was killed left changed of this machine's network: found, told and undone. */

import { undo } from "../../adapters/socketcan/network-tools.ts";
import { JournalFile } from "../../adapters/store/journal-file.ts";
import type { Bench } from "../../core/bench/bench.ts";
import { changesText, type KernelChange } from "../../core/bench/kernel-change.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

export function journalOf({ name, lease }: Bench): JournalFile {
  return new JournalFile(name, lease.folder);
}

/** Says so in one line on stderr. Rejects with `bench.trouble` where something can't be undone. */
export async function undoLeftBehind(bench: Bench): Promise<readonly KernelChange[]> {
  const journal = journalOf(bench);
  const left = journal.left();
  for (const change of left) {
    await undo(change).catch((error: Error) => {
      const text = `${changesText([change])}, left by a rig that was killed`;
      throw new RigError("bench.trouble", `bench ${bench.name}: ${text}: ${error.message}`, {
        hint: "As root: rig bench release FILE",
        cause: error,
      });
    });
    journal.forget(change);
  }
  if (left.length > 0) {
    const text = `undone what a rig left that was killed: ${changesText(left)}`;
    process.stderr.write(`rig: bench ${bench.name}: ${text}\n`);
  }
  return left;
}
