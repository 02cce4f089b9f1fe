/** A node whose messages are rubbish, each in a way of its own, drawn from the seed. */

import { type CanFrame, fdFrame } from "../../can/frame.ts";
import { HEADER_LENGTH } from "../../wire/header.ts";
import type { Outgoing, TraitorHands, Treachery } from "./outgoing.ts";

/** Changes a copy of a frame's data, or returns a shorter one. */
type Spoil = (data: Uint8Array, hands: TraitorHands) => Uint8Array;

const SPOILS: readonly Spoil[] = [
  /** Cut off behind the header. */
  (data) => data.slice(0, 8),
  /** One bit of the body flips. */
  (data, { random }) => {
    const at = HEADER_LENGTH + random.below(data.length - HEADER_LENGTH);
    data[at] = (data[at] as number) ^ (1 << random.below(8));
    return data;
  },
  /** A type that there is none of. */
  (data) => set(data, 0, (data[0] as number) | 31),
  /** Another count, which other fields then contradict. */
  (data, { random }) => set(data, 1, (random.below(16) << 4) | ((data[1] as number) & 15)),
  /** A fragment behind the last one. */
  (data) => set(data, 2, 0xf0),
  /** The highest numbers everywhere. */
  (data) => data.fill(0xff, HEADER_LENGTH),
  /** The format of the crash profile. */
  (data) => set(data, 0, (1 << 5) | ((data[0] as number) & 31)),
];

export class Malformed implements Treachery {
  send({ frames }: Outgoing, hands: TraitorHands): void {
    const spoil = SPOILS[hands.random.below(SPOILS.length)] as Spoil;
    for (const frame of frames) hands.pass(spoilt(frame, spoil, hands));
    hands.count();
  }
}

function spoilt({ id, data }: CanFrame, spoil: Spoil, hands: TraitorHands): CanFrame {
  return fdFrame(id, spoil(data.slice(), hands));
}

function set(data: Uint8Array, at: number, value: number): Uint8Array {
  data[at] = value;
  return data;
}
