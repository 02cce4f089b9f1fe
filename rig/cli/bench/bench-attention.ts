/** When a run leaves a bench that a person has to look at before the next one. */

import { resolve } from "node:path";
import { AttentionFile } from "../../adapters/store/attention-file.ts";
import type { Bench } from "../../core/bench/bench.ts";
import type { RunResult } from "../../core/verdict/run-result.ts";

export function attentionOf({ name, lease }: Bench): AttentionFile {
  return new AttentionFile(name, lease.folder);
}

/** Latches a bench that could not be restored, or has a board that nothing brought up. */
export function noteTrouble(bench: Bench, { result, folder }: Noted): void {
  const failed = result.teardown.find(({ ok }) => !ok);
  const isGivenUp = (result.bench?.recoveries["give-up"] ?? 0) > 0;
  if (failed === undefined && !isGivenUp) return;
  const why = isGivenUp
    ? (result.failure?.text ?? "a board does not come up")
    : `teardown step "${failed?.step}" failed: ${failed?.detail ?? "no reason given"}`;
  attentionOf(bench).set({ since: new Date().toISOString(), why, run: resolve(folder) });
}

interface Noted {
  readonly result: RunResult;
  readonly folder: string;
}
