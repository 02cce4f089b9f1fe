/**
 * Collects anomalies: counts all of each type, keeps and explains the first few. An explanation is
 * made only if it is kept, so a history with a million anomalies costs a million increments.
 */

import type { HistoryTable } from "../history/history-table.ts";
import { DETAILED_OPERATIONS } from "../history/operation-detail.ts";
import type { Anomaly, CycleStep } from "./result.ts";
import { detailOfRow } from "./row-details.ts";
import { indexOf } from "./texts.ts";

const KEPT_OF_A_TYPE = 8;

/** What a checker says of an anomaly; rows become operations with all that is known of them. */
export interface Finding {
  readonly sentences: readonly string[];
  /** Rows of the operations concerned, in order of mention. */
  readonly rows: readonly number[];
  readonly key?: string;
  readonly values?: readonly string[];
  readonly cycle?: readonly CycleStep[];
}

export class Findings {
  private readonly table: HistoryTable;
  private readonly counts = new Map<string, number>();
  private kept: Anomaly[] = [];

  constructor(table: HistoryTable) {
    this.table = table;
  }

  add(type: string, explain: () => Finding): void {
    const count = this.counts.get(type) ?? 0;
    this.counts.set(type, count + 1);
    if (count < KEPT_OF_A_TYPE) this.kept.push(this.anomaly(type, explain()));
  }

  /** Takes all of a type out again, and gives the first. */
  take(type: string): Anomaly | undefined {
    const first = this.kept.find((anomaly) => anomaly.type === type);
    this.kept = this.kept.filter((anomaly) => anomaly.type !== type);
    this.counts.delete(type);
    return first;
  }

  has(type: string): boolean {
    return this.counts.has(type);
  }

  count(type: string): number {
    return this.counts.get(type) ?? 0;
  }

  types(): string[] {
    return [...this.counts.keys()];
  }

  /** What was kept of these types, type by type. */
  anomaliesOf(types: readonly string[]): Anomaly[] {
    return types.flatMap((type) => this.kept.filter((anomaly) => anomaly.type === type));
  }

  private anomaly(type: string, { sentences, rows, ...rest }: Finding): Anomaly {
    const { table } = this;
    const detailed = rows.slice(0, DETAILED_OPERATIONS);
    return {
      type,
      explanation: sentences.join(" "),
      sentences,
      operations: rows.map((row) => indexOf(table, row)),
      details: detailed.map((row, at) => detailOfRow(table, row, nameAt(at))),
      ...rest,
    };
  }
}

/** The short name of the operation that is mentioned at this place, from 0. */
export function nameAt(place: number): string {
  return `T${place + 1}`;
}
