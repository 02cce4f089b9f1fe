/** What the record of a run says of the bench: phases, boards, and what was done to them. */

import type { FailureClass } from "../verdict/failure-class.ts";

export const BENCH_PHASES = ["prepare", "health", "scenario", "fetch", "restore"] as const;
export type BenchPhase = (typeof BENCH_PHASES)[number];

export const RECOVERY_RUNGS = ["reopen", "reset", "power-cycle", "give-up"] as const;
export type RecoveryRung = (typeof RECOVERY_RUNGS)[number];

export interface BoardIdentity {
  readonly node: number;
  readonly name: string;
  /** As the board says them of itself. */
  readonly firmware: string;
  readonly serial: string;
  readonly boot: number;
}

/** What came of `--flash` for a board. */
export interface Flashing {
  readonly node: number;
  readonly name: string;
  /** False where its image is the one that it was flashed with last. */
  readonly isFlashed: boolean;
}

export type BenchRecord =
  | { readonly type: "bench-phase"; readonly time: number; readonly phase: BenchPhase }
  | ({ readonly type: "board"; readonly time: number } & BoardIdentity)
  | ({ readonly type: "flash"; readonly time: number } & Flashing)
  | {
      readonly type: "recovery";
      readonly time: number;
      readonly node: number;
      readonly rung: RecoveryRung;
      /** What was wrong before. */
      readonly why: string;
    }
  /** What ended the run, where that was neither its end nor a signal. */
  | ({ readonly type: "failure"; readonly time: number } & Failure);

export interface Failure {
  readonly class: FailureClass;
  readonly text: string;
}

export interface BenchEvidence {
  readonly phases: readonly { readonly phase: BenchPhase; readonly startNs: number }[];
  /** Left out where nobody asked for it. */
  readonly flashings?: readonly Flashing[];
  readonly boards: readonly BoardIdentity[];
  /** How often each rung of the recovery ladder was taken. */
  readonly recoveries: Readonly<Record<RecoveryRung, number>>;
}

/** Gathers what is said of the bench; null where nothing is. */
export class BenchBuilder {
  readonly #phases: { phase: BenchPhase; startNs: number }[] = [];
  readonly #flashings: Flashing[] = [];
  readonly #boards: BoardIdentity[] = [];
  readonly #recoveries = { reopen: 0, reset: 0, "power-cycle": 0, "give-up": 0 };

  add(entry: BenchRecord): void {
    if (entry.type === "bench-phase") {
      this.#phases.push({ phase: entry.phase, startNs: entry.time });
    } else if (entry.type === "recovery") this.#recoveries[entry.rung]++;
    else if (entry.type === "flash") {
      const { node, name, isFlashed } = entry;
      this.#flashings.push({ node, name, isFlashed });
    } else if (entry.type === "board") {
      const { node, name, firmware, serial, boot } = entry;
      this.#boards.push({ node, name, firmware, serial, boot });
    }
  }

  evidence(): BenchEvidence | null {
    if (this.#phases.length === 0) return null;
    const flashings = this.#flashings.length === 0 ? {} : { flashings: this.#flashings };
    return {
      phases: this.#phases,
      ...flashings,
      boards: this.#boards,
      recoveries: this.#recoveries,
    };
  }
}
