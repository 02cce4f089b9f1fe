/** One figure of a benchmark. */

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Against what it is measured, in the same run. */
  readonly ratio?: string;
}
