/**
 * Rare situations that a campaign has to have been in before its silence means anything: counted,
 * never judged. Those of the bus first, then those of ROJ.
 */

export const REACHABLE = [
  /** A vote or a confirmation was received twice after an error near its end. */
  "vote-duplicated",
  /** The controller of the node that proposed last went bus-off with frames waiting in it. */
  "proposer-bus-off",
  /** A proposal was sent by an error-passive node. */
  "proposer-error-passive",
  /** A frame went out after more than eight arbitrations in a row were lost. */
  "arbitration-lost",
  /** A frame of a boot that is over reached a node. */
  "old-boot",
  /** A batch was proposed again in a later round, since it may be the one agreed on. */
  "proposed-again",
  /** A node confirmed that a round brought nothing. */
  "nil-round",
] as const;
export type Reachable = (typeof REACHABLE)[number];

export class Reachability {
  readonly #counts = new Map<Reachable, number>();

  count(point: Reachable, times = 1): void {
    if (times > 0) this.#counts.set(point, (this.#counts.get(point) ?? 0) + times);
  }

  /** Points that were reached, in the order of the list. */
  reports(): Readonly<Record<string, number>> {
    const reached = REACHABLE.map((point) => [point, this.#counts.get(point) ?? 0] as const);
    return Object.fromEntries(reached.filter(([, count]) => count > 0));
  }
}
