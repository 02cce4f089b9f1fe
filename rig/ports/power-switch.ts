/**
 * The supply of the nodes, one switch each. Its state is read back from the switch itself where it
 * can tell: whether a board is really off can't be concluded from what was asked of it.
 */

export type PowerState = "on" | "off" | "unknown";

export interface PowerSwitch {
  /** Resolves when the node has power; its program then starts by itself. Idempotent. */
  on(node: number, signal: AbortSignal): Promise<void>;

  /** Resolves when the node has no power any more. Idempotent. */
  off(node: number, signal: AbortSignal): Promise<void>;

  /** Off, for as long as the supply takes to drain, and on again. */
  cycle(node: number, signal: AbortSignal): Promise<void>;

  /** As the switch itself says; `unknown` where it can't, and for nodes that it doesn't have. */
  state(node: number, signal: AbortSignal): Promise<PowerState>;
}
