/**
 * The six bytes at the start of every frame, and the splitting of a message into frames:
 * b0 protocol(3) type(5), b1 count(4) destination(4), b2 fragment(4) last fragment(4), b3 boot
 * counter, b4-5 link sequence. Each fragment carries up to 58 body bytes. All numbers on the wire
 * are little-endian.
 */

import { padFdLength } from "../can/dlc.ts";
import { type CanFrame, fdFrame } from "../can/frame.ts";
import { assert } from "../verdict/rig-error.ts";

export const HEADER_LENGTH = 6;
/** Body bytes of one fragment: 64 less the header. */
export const FRAGMENT_LENGTH = 58;
export const FRAGMENTS_MAX = 16;
export const BODY_LENGTH_MAX = FRAGMENTS_MAX * FRAGMENT_LENGTH;
/** Destination nibble of a frame that is for everybody. */
export const TO_ALL = 15;

/** Protocol numbers in b0: ROJ-B in the crash profile and in the signed one, and ROJ-A. */
export const PROTOCOL_ROJ = 1;
export const PROTOCOL_ROJ_SIGNED = 2;
export const PROTOCOL_ROJ_A = 3;
/** Set in the protocol number of a message that carries MACs: 5 for ROJ-B, 7 for ROJ-A. */
export const SEALED = 4;

export interface Header {
  readonly protocol: number;
  readonly type: number;
  /** Meaning depends on the type: how many transactions, which phase, whether nil. */
  readonly count: number;
  readonly destination: number;
  readonly fragment: number;
  readonly lastFragment: number;
  readonly boot: number;
  readonly sequence: number;
}

export function readHeader(bytes: Uint8Array): Header {
  const b0 = bytes[0] as number;
  const b1 = bytes[1] as number;
  const b2 = bytes[2] as number;
  return {
    protocol: b0 >>> 5,
    type: b0 & 31,
    count: b1 >>> 4,
    destination: b1 & 15,
    fragment: b2 >>> 4,
    lastFragment: b2 & 15,
    boot: bytes[3] as number,
    sequence: (bytes[4] as number) | ((bytes[5] as number) << 8),
  };
}

/** What a sender says of a message beside its body. */
export interface Envelope {
  readonly id: number;
  readonly type: number;
  readonly count: number;
  readonly destination: number;
}

/** Length in bytes of a body of so many bytes with the padding of its last frame. */
export function paddedLength(length: number): number {
  const before = length === 0 ? 0 : Math.floor((length - 1) / FRAGMENT_LENGTH) * FRAGMENT_LENGTH;
  return before + padFdLength(HEADER_LENGTH + length - before) - HEADER_LENGTH;
}

/** Makes frames of one sender's messages: counts the link sequence, stamps the boot counter. */
export class FrameMaker {
  readonly #boot: number;
  readonly #protocol: number;
  #sequence = 0;

  constructor(boot: number, protocol: number = PROTOCOL_ROJ) {
    this.#boot = boot & 255;
    this.#protocol = protocol;
  }

  /** Calls `emit` with each frame of the message, first fragment first. */
  frames(
    envelope: Envelope,
    body: Uint8Array,
    length: number,
    emit: (frame: CanFrame) => void,
  ): void {
    assert(
      length <= BODY_LENGTH_MAX,
      `a message body of ${length} bytes does not fit 16 fragments`,
    );
    const last = length === 0 ? 0 : Math.floor((length - 1) / FRAGMENT_LENGTH);
    for (let fragment = 0; fragment <= last; fragment++) {
      const start = fragment * FRAGMENT_LENGTH;
      const size = Math.min(FRAGMENT_LENGTH, length - start);
      const data = new Uint8Array(padFdLength(HEADER_LENGTH + size));
      data[0] = (this.#protocol << 5) | envelope.type;
      data[1] = (envelope.count << 4) | envelope.destination;
      data[2] = (fragment << 4) | last;
      data[3] = this.#boot;
      data[4] = this.#sequence & 255;
      data[5] = this.#sequence >>> 8;
      this.#sequence = (this.#sequence + 1) & 0xffff;
      for (let index = 0; index < size; index++) {
        data[HEADER_LENGTH + index] = body[start + index] as number;
      }
      emit(fdFrame(envelope.id, data));
    }
  }
}
