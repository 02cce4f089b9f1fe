/**
 * The MAC profile on one station's link: what it sends carries a vector of truncated MACs behind
 * the body, one for each receiver, and what it hears is let through only where the MAC for this
 * station is right. Outsiders can neither speak in a node's name nor alter what it says; who has a
 * key can still lie, so the profile bears crashes, not traitors.
 *
 * What an old message says stays true (it names slot and round, or client and request), and boot
 * counters of the past are not heeded: freshness is the protocol's, and the MAC needs none.
 */

import type { CanFrame } from "../can/frame.ts";
import {
  BODY_LENGTH_MAX,
  FRAGMENT_LENGTH,
  FrameMaker,
  HEADER_LENGTH,
  type Header,
  paddedLength,
  readHeader,
  SEALED,
  TO_ALL,
} from "../wire/header.ts";
import { sourceOfId } from "../wire/identifier.ts";
import { Reassembler } from "../wire/reassembly.ts";
import type { MacKeys } from "./mac-keys.ts";
import { sipHash } from "./siphash.ts";

/** Eight bytes for each receiver fit one frame with a vote up to five nodes. */
const LONG_MAC = 8;
const SHORT_MAC = 4;
const LONG_MAC_NODES_MAX = 5;
/** Identifier (2), protocol and type, count and destination, boot counter. */
const PREFIX_LENGTH = 5;

export interface MacLinkOptions {
  /** 0 to 13 a node, 14 the host. */
  readonly station: number;
  readonly nodes: number;
  readonly keys: MacKeys;
  /** Boot counter of the station. */
  readonly boot: number;
  /** Number of the protocol that is sealed. */
  readonly protocol: number;
}

/** A whole message that was heard: its frames as they were before the sealing, or a refusal. */
export type Opened =
  | { readonly frames: readonly CanFrame[] }
  | { readonly refused: Header; readonly source: number };

/** Where a message's MACs are and how long each of them is, in bytes. */
interface Vector {
  readonly count: number;
  readonly size: number;
}

export class MacLink {
  readonly #options: MacLinkOptions;
  readonly #maker: FrameMaker;
  readonly #reassembler = new Reassembler();
  readonly #input = new Uint8Array(PREFIX_LENGTH + BODY_LENGTH_MAX);
  readonly #hash = new Uint32Array(2);
  readonly #mac = new Uint8Array(LONG_MAC);

  constructor(options: MacLinkOptions) {
    this.#options = options;
    this.#maker = new FrameMaker(options.boot, options.protocol | SEALED);
  }

  /** The frames of one message, all of them in order, as they go out: never fewer. */
  seal(message: readonly CanFrame[]): readonly CanFrame[] {
    const { id, data } = message[0] as CanFrame;
    const { type, count, destination } = readHeader(data);
    const { count: macs, size } = vectorFor(destination, this.#options.nodes);
    const plain = message.reduce((sum, frame) => sum + frame.data.length - HEADER_LENGTH, 0);
    const body = new Uint8Array(paddedLength(plain + macs * size));
    message.forEach((frame, index) => {
      body.set(frame.data.subarray(HEADER_LENGTH), index * FRAGMENT_LENGTH);
    });
    const end = body.length - macs * size;
    const { boot, protocol } = this.#options;
    const header = { protocol: protocol | SEALED, type, count, destination, boot: boot & 255 };
    const length = this.#digest(id, header, body.subarray(0, end));
    for (let index = 0; index < macs; index++) {
      const receiver = destination === TO_ALL ? index : destination;
      body.set(this.#macFor(receiver, length).subarray(0, size), end + index * size);
    }
    const sealed: CanFrame[] = [];
    const emit = (frame: CanFrame) => sealed.push(frame);
    this.#maker.frames({ id, type, count, destination }, body, body.length, emit);
    return sealed;
  }

  /** Null while fragments are missing, and for what is no message to this station. */
  open({ id, fd, extended, data }: CanFrame): Opened | null {
    if (!fd || extended || data.length < HEADER_LENGTH) return null;
    const source = sourceOfId(id);
    const header = readHeader(data);
    const { destination, type, count } = header;
    if (destination !== TO_ALL && destination !== this.#options.station) return null;
    const isSealed = (header.protocol & SEALED) !== 0;
    const whole = isSealed ? this.#reassembler.add(source, header, data) : data;
    if (whole === null) return null;
    const { count: macs, size } = vectorFor(destination, this.#options.nodes);
    const end = whole.length - macs * size;
    const place = end + (destination === TO_ALL ? this.#options.station * size : 0);
    const body = whole.subarray(HEADER_LENGTH, Math.max(end, HEADER_LENGTH));
    const isTrue =
      isSealed &&
      end >= HEADER_LENGTH &&
      place + size <= whole.length &&
      this.#isMac(source, this.#digest(id, header, body), whole.subarray(place, place + size));
    if (!isTrue) return { refused: header, source };
    const frames: CanFrame[] = [];
    const maker = new FrameMaker(header.boot, header.protocol & ~SEALED);
    const emit = (frame: CanFrame) => frames.push(frame);
    maker.frames({ id, type, count, destination }, body, body.length, emit);
    return { frames };
  }

  /** Lays out what the MACs are made of; returns its length. */
  #digest(id: number, header: Omit<Header, HeaderRest>, body: Uint8Array): number {
    const input = this.#input;
    input[0] = id & 255;
    input[1] = id >>> 8;
    input[2] = (header.protocol << 5) | header.type;
    input[3] = (header.count << 4) | header.destination;
    input[4] = header.boot;
    input.set(body, PREFIX_LENGTH);
    return PREFIX_LENGTH + body.length;
  }

  /** SipHash-2-4 under the key of this station and the other. */
  #macFor(other: number, length: number): Uint8Array {
    const key = this.#options.keys[other] as Uint8Array;
    sipHash(key, this.#input.subarray(0, length), this.#hash);
    for (let at = 0; at < LONG_MAC; at++) {
      this.#mac[at] = (this.#hash[at >> 2] as number) >>> (8 * (at & 3));
    }
    return this.#mac;
  }

  #isMac(source: number, length: number, sent: Uint8Array): boolean {
    const mac = this.#macFor(source, length);
    return sent.every((byte, index) => byte === mac[index]);
  }
}

/** Bytes of MACs at the end of a message; 0 in the other profiles. */
export function macBytes({ protocol, destination }: Header, nodes: number): number {
  if ((protocol & SEALED) === 0) return 0;
  const { count, size } = vectorFor(destination, nodes);
  return count * size;
}

function vectorFor(destination: number, nodes: number): Vector {
  if (destination !== TO_ALL) return { count: 1, size: LONG_MAC };
  return { count: nodes, size: nodes <= LONG_MAC_NODES_MAX ? LONG_MAC : SHORT_MAC };
}

type HeaderRest = "fragment" | "lastFragment" | "sequence";
