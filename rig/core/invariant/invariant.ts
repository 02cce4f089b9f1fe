/** What an online check of the nodes' own deeds reports at the end of a run. */

export interface InvariantReport {
  /** Such as `agreement` or `vote-once`. */
  readonly name: string;
  /** How often it was evaluated; 0 means that it checked nothing. */
  readonly checked: number;
  /** One sentence for each violation, first ones only. */
  readonly violations: readonly string[];
}
