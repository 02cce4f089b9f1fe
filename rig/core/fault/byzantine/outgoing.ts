/** A whole message of a node on its way out, and what a traitor may do with it. */

import type { NodeAuth } from "../../auth/authority.ts";
import type { CanFrame } from "../../can/frame.ts";
import type { Random } from "../../random/random.ts";
import type { WireFormat } from "../../wire/format.ts";
import type { Header } from "../../wire/header.ts";
import type { AnyRojMessage } from "../../wire/roj-message.ts";

export interface Outgoing {
  readonly frames: readonly CanFrame[];
  /** Of the first fragment. */
  readonly header: Header;
  /** Null for replies, and for what the format does not know. */
  readonly message: AnyRojMessage | null;
}

/** What a traitor has at hand: its own name, its own key, and a way out. */
export interface TraitorHands {
  readonly node: number;
  readonly nodes: number;
  readonly auth: NodeAuth;
  readonly format: WireFormat;
  readonly random: Random;
  /** Lets a frame out, as it is but for its link sequence. */
  pass(frame: CanFrame): void;
  /** Says something else or to somebody else. */
  say(message: AnyRojMessage, destination?: number): void;
  /** Says it under the identifier of its votes, which goes before everything else. */
  sayFirst(message: AnyRojMessage): void;
  /** The fault took effect once more. */
  count(): void;
}

/** What a traitor makes of each message of the honest node that it is made of. */
export interface Treachery {
  send(outgoing: Outgoing, hands: TraitorHands): void;
}

/** The other nodes in two halves, lower numbers first. */
export function halvesOf(
  nodes: number,
  traitors: readonly number[],
): readonly [readonly number[], readonly number[]] {
  const others = Array.from({ length: nodes }, (_, node) => node);
  const honest = others.filter((node) => !traitors.includes(node));
  const half = Math.floor(honest.length / 2);
  return [honest.slice(0, half), honest.slice(half)];
}

export function passAll({ frames }: Outgoing, hands: TraitorHands): void {
  for (const frame of frames) hands.pass(frame);
}

/** Another batch of the same requests, with which honest nodes can find nothing wrong. */
export function arrangeOtherwise<T>(transactions: readonly T[]): readonly T[] {
  return transactions.length === 1 ? [...transactions, ...transactions] : transactions.toReversed();
}
