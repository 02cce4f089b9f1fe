/** A lab's bench as its file describes it. Times are in milliseconds. */

/** A port with a control line; `serial` is what its device has to say of itself. */
export interface SerialPlace {
  readonly port: string;
  /** bit/s. */
  readonly baud: number;
  readonly serial?: string;
}

/** A device that switches several supplies. */
export type PowerUnit =
  | {
      readonly kind: "rig-power";
      readonly place: SerialPlace;
      /** Silence of the rig after which the board makes itself safe. */
      readonly silenceMs: number;
    }
  | {
      readonly kind: "firmata";
      readonly place: SerialPlace;
      readonly onLevel: "high" | "low";
      readonly readyMs: number;
    };

/** What switches the supply of one node. */
export type NodePower =
  /** `output` is a channel of `rig-power`, a pin of `firmata`. */
  | { readonly by: "unit"; readonly unit: string; readonly output: number }
  | { readonly by: "hub"; readonly hub: string; readonly port: number }
  | {
      readonly by: "command";
      readonly on: string;
      readonly off: string;
      readonly state?: string;
    }
  | { readonly by: "hand" };

export interface BenchNode {
  readonly name: string;
  readonly power: NodePower;
  /** How long its supply takes to drain. */
  readonly offMs: number;
}

export interface Bench {
  readonly name: string;
  readonly units: ReadonlyMap<string, PowerUnit>;
  /** In the order of the file: a node's number is its place. */
  readonly nodes: readonly BenchNode[];
}

/** Of `rig-power`: outputs. Of `firmata`: pins that a relay may be on. */
export const OUTPUTS = { "rig-power": [1, 6], firmata: [2, 69] } as const;
