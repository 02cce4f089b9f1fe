/**
 * How close the frames of a bus follow each other: the shortest idle time between two, and stamps
 * that can't be, because a frame would begin before the one before it was over. Stamps are cut off
 * at some digit, so a difference up to that digit proves nothing.
 */

export interface Overlap {
  /** How much the two frames would overlap. */
  readonly byNs: number;
  /** Line or offset of the second frame. */
  readonly at: number;
}

export interface SpacingFigures {
  /** Shortest time between the end of a frame, intermission included, and the next beginning. */
  readonly minGap: { readonly gapNs: number; readonly at: number } | null;
  /** Frames that follow the one before without any idle time, as far as the stamps tell. */
  readonly backToBack: number;
  readonly overlaps: number;
  readonly worst: Overlap | null;
  /** Stamps that go back. */
  readonly backwards: number;
  /** To what the stamps are cut off: 1, 1000, 100 000, 1 000 000 or more nanoseconds. */
  readonly resolutionNs: number;
}

/** Smallest units that formats have. */
const RESOLUTIONS_NS = [1, 1_000, 100_000, 1_000_000, 10_000_000] as const;

interface Counts {
  overlaps: number;
  backToBack: number;
}

export class Spacing {
  readonly #counts: Counts[] = RESOLUTIONS_NS.map(() => ({ overlaps: 0, backToBack: 0 }));
  #resolution = RESOLUTIONS_NS.length - 1;
  #minGap: { gapNs: number; at: number } | null = null;
  #worst: Overlap | null = null;
  #backwards = 0;

  /** `fraction`: nanoseconds of the second in the stamp; `gapNs`: null for the first frame. */
  add(fraction: number, gapNs: number | null, isBack: boolean, at: number): void {
    while (this.#resolution > 0 && fraction % (RESOLUTIONS_NS[this.#resolution] as number) !== 0) {
      this.#resolution--;
    }
    if (isBack) this.#backwards++;
    if (gapNs === null || isBack) return;
    if (gapNs >= 0 && gapNs < (this.#minGap?.gapNs ?? Number.POSITIVE_INFINITY)) {
      this.#minGap = { gapNs, at };
    }
    if (gapNs < 0 && -gapNs > (this.#worst?.byNs ?? 0)) this.#worst = { byNs: -gapNs, at };
    for (const [index, resolutionNs] of RESOLUTIONS_NS.entries()) {
      const counts = this.#counts[index] as Counts;
      if (gapNs < -slackOf(resolutionNs)) counts.overlaps++;
      else if (gapNs <= slackOf(resolutionNs)) counts.backToBack++;
    }
  }

  get figures(): SpacingFigures {
    const { overlaps, backToBack } = this.#counts[this.#resolution] as Counts;
    const resolutionNs = RESOLUTIONS_NS[this.#resolution] as number;
    const worst = overlaps > 0 ? this.#worst : null;
    const backwards = this.#backwards;
    return { minGap: this.#minGap, backToBack, overlaps, worst, backwards, resolutionNs };
  }
}

/** Two stamps are off by one unit at most; clocks that tell nanoseconds are no better than 1 us. */
function slackOf(resolutionNs: number): number {
  return Math.max(resolutionNs, 1_000);
}
