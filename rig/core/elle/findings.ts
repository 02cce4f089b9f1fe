/**
 * Collects anomalies: counts all of each type, keeps and explains the first few. An explanation is
 * made only if it is kept, so a history with a million anomalies costs a million increments.
 */

import type { Anomaly } from "./result.ts";

const KEPT_OF_A_TYPE = 8;

export class Findings {
  private readonly counts = new Map<string, number>();
  private kept: Anomaly[] = [];

  add(type: string, explain: () => Omit<Anomaly, "type">): void {
    const count = this.counts.get(type) ?? 0;
    this.counts.set(type, count + 1);
    if (count < KEPT_OF_A_TYPE) this.kept.push({ type, ...explain() });
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
}
