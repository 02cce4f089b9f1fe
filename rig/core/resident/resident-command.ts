/**
 * What the rig tells the clients of a node: on the control line, not on the bus. Nothing runs
 * before `start`, and a node that starts again has to be told once more.
 */

export type ResidentCommand =
  | { readonly kind: "start" }
  /** What is open comes to its end; nothing more is begun. */
  | { readonly kind: "stop" }
  /** Reads each key once, then stops. */
  | { readonly kind: "final-reads"; readonly keys: readonly number[] };
