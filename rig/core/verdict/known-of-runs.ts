/**
 * What is known of the rig's own runs beyond their histories. The system under test claims strict
 * serializability, under which each key is linearizable and a transaction that reads a key before
 * it writes it makes a later version: a history in which that fails is not strict-serializable. No
 * value comes from anywhere but the clients of the run. Of lists, reads tell all of this.
 */

import type { RegisterOptions, WorkloadModel } from "../elle/result.ts";

export type KnownOfRegisters = Omit<RegisterOptions, "consistency" | "anomalies" | "searchSteps">;

export const KNOWN_OF_RUNS: Readonly<Record<WorkloadModel, KnownOfRegisters>> = {
  "list-append": {},
  "rw-register": { linearizableKeys: true, wfrKeys: true, forbidGarbage: true },
};
