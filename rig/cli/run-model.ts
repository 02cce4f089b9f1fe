/** What a run folder says of its histories: the checker that judges them, and what is known. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RegisterOptions } from "../core/elle/index.ts";
import { WORKLOADS } from "../core/plan/plan.ts";
import { KNOWN_OF_RUNS } from "../core/verdict/known-of-runs.ts";
import { RigError } from "../core/verdict/rig-error.ts";

/** A history, the model that it is judged by, and whether that is the one that its run has. */
export interface ModelOfFile {
  readonly model: string;
  readonly isOfRun: boolean;
}

const MODEL_DEFAULT = "list-append";

/** `asked` goes over what a folder says; a file, or a folder without a plan, has the usual one. */
export async function modelOfFile(file: string, asked: string | undefined): Promise<ModelOfFile> {
  const ofRun = await workloadOfRun(file);
  const model = asked ?? ofRun ?? MODEL_DEFAULT;
  return { model, isOfRun: model === ofRun };
}

async function workloadOfRun(folder: string): Promise<string | null> {
  if (!existsSync(join(folder, "run.json"))) return null;
  const { readPlan } = await import("../adapters/store/read-folder.ts");
  try {
    return readPlan(folder).workload.kind ?? MODEL_DEFAULT;
  } catch (error) {
    // Somebody else's folder: its history may be judged all the same.
    if (error instanceof RigError) return null;
    throw error;
  }
}

/** What the command line says of registers, over what is known of the rig's own run. */
export function withKnown(elle: RegisterOptions, { model, isOfRun }: ModelOfFile): RegisterOptions {
  const workload = WORKLOADS.find((each) => each === model);
  return isOfRun && workload !== undefined ? { ...KNOWN_OF_RUNS[workload], ...elle } : elle;
}
