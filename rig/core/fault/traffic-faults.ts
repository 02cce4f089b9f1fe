/**
 * Faults by frames that nobody should send: a station too many on the bus, or a node's own
 * controller that never stops. A stranger takes part in arbitration and acknowledges as any other.
 */

import type { FaultTraits } from "./traits.ts";

export const TRAFFIC_FAULT_KINDS = [
  "babbling-idiot",
  "id0-flood",
  "arbitration-starvation",
  "masquerade",
  "replay",
  "background",
] as const;

/** Traffic that goes on beside the nodes' own, as a plan holds it. */
export interface Background {
  /** Mean share of the bus that the frames take. */
  readonly load: number;
  /** After so long they begin anew. */
  readonly periodNs: number;
  /** Lines as in a capture, by their times since the start of a round; extended identifiers. */
  readonly frames: readonly string[];
}

export type TrafficFaultDetail =
  /** The nodes' controllers send the last frame of their own again and again, as fast as the bus
   *  goes. Whatever has a lower priority starves. Counts frames babbled. */
  | { readonly kind: "babbling-idiot"; readonly nodes: readonly number[] }
  /** A stranger fills this share of the bus with frames of identifier 0, before which all others
   *  give way. Counts its frames. */
  | { readonly kind: "id0-flood"; readonly load: number }
  /** A stranger fills this share of the bus with frames of this identifier. Counts its frames. */
  | { readonly kind: "arbitration-starvation"; readonly load: number; readonly identifier: number }
  /** A stranger speaks in the names of these nodes: upon each proposal it is the first to vote and
   *  confirm for them, nil or something that nobody proposed. Its frames and theirs collide where
   *  they meet. Counts its frames. */
  | { readonly kind: "masquerade"; readonly nodes: readonly number[] }
  /** A stranger sends frames of these nodes once more, `lagNs` later, each with this probability.
   *  Counts frames replayed. */
  | {
      readonly kind: "replay";
      readonly nodes: readonly number[];
      readonly lagNs: number;
      readonly probability: number;
    }
  /** A stranger sends the frames of a trace at their times, again and again. Counts its frames. */
  | ({ readonly kind: "background" } & Background);

/** Above all identifiers of the rig's own wire format, and below 0. */
export const STARVING_ID = 0x100;

const A_STRANGER = {
  levels: ["sim", "process", "vcan", "bench"],
  needs: "a station of the rig's own on the bus",
} as const;

export const TRAFFIC_FAULT_TRAITS = {
  "babbling-idiot": {
    levels: ["sim", "process", "vcan", "bench"],
    toll: "blocks",
    effects: "frames babbled",
    needs: "nodes whose controllers the rig can take over",
  },
  "id0-flood": { ...A_STRANGER, toll: "crowds", effects: "frames of the stranger" },
  "arbitration-starvation": { ...A_STRANGER, toll: "crowds", effects: "frames of the stranger" },
  masquerade: { ...A_STRANGER, toll: "impersonates", effects: "frames forged" },
  // What a node said once it may say again: protocols have to bear duplicates anyway.
  replay: { ...A_STRANGER, toll: "disturbs", effects: "frames replayed" },
  background: { ...A_STRANGER, toll: "crowds", effects: "frames of the trace" },
} as const satisfies Record<TrafficFaultDetail["kind"], FaultTraits>;

/** The whole bus, or so nearly that nothing is left of it. */
const FULL_LOAD = 0.99;

/** The share of the bus that these faults, together in force, leave to others. */
export function shareLeft(faults: readonly (object | { readonly load: number })[]): number {
  const load = faults.reduce((sum, fault) => sum + ("load" in fault ? fault.load : 0), 0);
  return load > FULL_LOAD ? 0 : 1 - load;
}
