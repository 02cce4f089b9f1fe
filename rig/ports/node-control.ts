/**
 * What a run does to the nodes' programs, and what it hears from them. A node is a number, 0 to
 * n - 1. Supply is another port: a program can end while its board has power.
 */

import type { NodeRecord } from "../core/consensus/node-core.ts";
import type { FaultKind } from "../core/fault/fault.ts";
import type { NodeHistoryRecord } from "../core/history/node-history.ts";
import type { ResidentCommand } from "../core/resident/resident-command.ts";
import type { ControllerStatistics } from "../core/run/evidence.ts";

/** The shape of `RunSink.node`: `boot` counts the starts of the node's program from 1. */
export type OnNodeRecord = (node: number, boot: number, timeNs: number, record: NodeRecord) => void;

/** A record of the clients that live on a node, when the rig has it. */
export type OnHistoryRecord = (record: NodeHistoryRecord, timeNs: number) => void;

/** The clients that live on the nodes. */
export interface ResidentControl {
  /** Tells them, some time soon; a node whose program does not run never hears of it. */
  command(node: number, command: ResidentCommand): void;

  /** Calls `onRecord` with each record of their histories. The returned function ends it. */
  listen(onRecord: OnHistoryRecord): () => void;
}

export interface NodeControl {
  /** Which of `crash` and `pause` this adapter can do to its nodes. */
  readonly faultKinds: readonly FaultKind[];

  /**
   * Resolves when the node's program runs; at once when it does already. Rejects when it can't
   * come up, for want of power for example.
   */
  boot(node: number, signal: AbortSignal): Promise<void>;

  /** Ends the program where it stands; false when it was not running. */
  kill(node: number, signal: AbortSignal): Promise<boolean>;

  /**
   * Makes the program stand still. `onHeld` is called once, when the first event (frame, timer,
   * finished write) is held back from it; adapters that can't tell leave it out.
   */
  pause(node: number, onHeld: () => void, signal: AbortSignal): Promise<void>;

  /**
   * Lets the program go on; resolves with how many events were held back in the pause. Idempotent:
   * for a node that is not paused it is 0. A pause also ends with the program.
   */
  resume(node: number, signal: AbortSignal): Promise<number>;

  /** The node's own CAN controller, on adapters that can see it. */
  controller?(node: number): ControllerStatistics;

  /** False where the node may have noted more than anybody could fetch, as before a power cut. */
  isWhole?(node: number): boolean;

  /** Records that the node itself had no room for. */
  lost?(node: number): number;

  /** Absent where the nodes run no clients of their own. */
  readonly residents?: ResidentControl;

  /** Calls `onRecord` with each entry of each node's own record. The returned function ends it. */
  listen(onRecord: OnNodeRecord): () => void;
}
