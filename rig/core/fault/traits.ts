/** What the rest of the rig needs to know of a kind of fault, beside its fields. */

import type { Level } from "../plan/level.ts";

/**
 * What a fault costs the protocol at its worst: `splits` parts the nodes into groups, `silences`
 * leaves its nodes as good as silent, `rolls` does so one at a time, `damages` in single slots
 * only, `harms` if it strikes often enough, `blocks` leaves nothing of the bus, `crowds` as much as
 * its load does, `forgets` makes them break promises or believe what nobody said (nothing tells
 * them from Byzantine ones), `betrays` makes them Byzantine, `impersonates` has somebody else speak
 * for them (Byzantine as well), `disturbs` is what retries make good.
 */
export type FaultToll =
  | "splits"
  | "silences"
  | "rolls"
  | "damages"
  | "harms"
  | "forgets"
  | "impersonates"
  | "blocks"
  | "crowds"
  | "betrays"
  | "disturbs";

export interface FaultTraits {
  /** The levels that can bring it about. */
  readonly levels: readonly Level[];
  readonly toll: FaultToll;
  /** What its effect counter counts, in the plural, for reports. */
  readonly effects: string;
  /** What a world needs to bring it about, for the refusal of those that can't. */
  readonly needs: string;
}
