/**
 * What a node's process and the userspace hub say to each other over a stream: little-endian
 * messages, each with its length (u16, of what follows) and type (u8) before it. Node processes of
 * any language speak it; docs/reference/hub.md is the same for people.
 *
 *     hello        1   node -> hub   u8 version, u8 node
 *     send         2   node -> hub   u32 token, frame
 *     frame        3   hub -> node   frame
 *     transmitted  4   hub -> node   u32 token
 *     aborted      5   hub -> node   u32 token
 *     bus-state    6   hub -> node   u8 state (0 active, 1 passive, 2 bus-off), u16 tec, u16 rec
 *
 *     frame = u8 flags (1 extended, 2 FD, 4 BRS, 8 ESI, 16 remote), u32 identifier, data
 */

import { isFrameLength } from "../can/dlc.ts";
import type { ErrorState } from "../can/error-confinement.ts";
import { BASE_ID_MAX, type CanFrame, EXTENDED_ID_MAX } from "../can/frame.ts";
import { RigError } from "../verdict/rig-error.ts";

export const HUB_VERSION = 1;

export type HubMessage =
  | { readonly kind: "hello"; readonly version: number; readonly node: number }
  | { readonly kind: "send"; readonly token: number; readonly frame: CanFrame }
  | { readonly kind: "frame"; readonly frame: CanFrame }
  | { readonly kind: "transmitted" | "aborted"; readonly token: number }
  /** The error state of the node's controller changed. */
  | {
      readonly kind: "bus-state";
      readonly state: ErrorState;
      readonly tec: number;
      readonly rec: number;
    };

const STATES: readonly ErrorState[] = ["error-active", "error-passive", "bus-off"];
const TYPE = { hello: 1, send: 2, frame: 3, transmitted: 4, aborted: 5, "bus-state": 6 } as const;
const PREFIX = 3;
const FRAME_PREFIX = 5;
/** The longest message: `send` with 64 bytes of data. */
const LENGTH_MAX = 1 + 4 + FRAME_PREFIX + 64;

export function encodeHubMessage(message: HubMessage): Uint8Array {
  const bytes = new Uint8Array(2 + 1 + bodyLength(message));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length - 2, true);
  bytes[2] = TYPE[message.kind];
  switch (message.kind) {
    case "hello":
      bytes[PREFIX] = message.version;
      bytes[PREFIX + 1] = message.node;
      break;
    case "send":
      view.setUint32(PREFIX, message.token, true);
      writeFrame(bytes, PREFIX + 4, message.frame);
      break;
    case "frame":
      writeFrame(bytes, PREFIX, message.frame);
      break;
    case "bus-state":
      bytes[PREFIX] = STATES.indexOf(message.state);
      view.setUint16(PREFIX + 1, message.tec, true);
      view.setUint16(PREFIX + 3, message.rec, true);
      break;
    default:
      view.setUint32(PREFIX, message.token, true);
  }
  return bytes;
}

function bodyLength(message: HubMessage): number {
  switch (message.kind) {
    case "hello":
      return 2;
    case "send":
      return 4 + FRAME_PREFIX + message.frame.data.length;
    case "frame":
      return FRAME_PREFIX + message.frame.data.length;
    case "bus-state":
      return 5;
    default:
      return 4;
  }
}

function writeFrame(bytes: Uint8Array, at: number, frame: CanFrame): void {
  const { extended, fd, brs, esi, remote, id, data } = frame;
  bytes[at] = (extended ? 1 : 0) | (fd ? 2 : 0) | (brs ? 4 : 0) | (esi ? 8 : 0) | (remote ? 16 : 0);
  new DataView(bytes.buffer).setUint32(at + 1, id, true);
  bytes.set(data, at + FRAME_PREFIX);
}

/** Takes the stream in pieces of any size. Throws `input.malformed` for what is no message. */
export class HubMessageReader {
  #rest = new Uint8Array(0);
  #offset = 0;

  feed(piece: Uint8Array, onMessage: (message: HubMessage) => void): void {
    let bytes = piece;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + piece.length);
      bytes.set(this.#rest);
      bytes.set(piece, this.#rest.length);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (bytes.length - at >= PREFIX) {
      const length = view.getUint16(at, true);
      if (length === 0 || length > LENGTH_MAX) {
        this.#refuse(at, `a length of ${length}, expected 1 to ${LENGTH_MAX}`);
      }
      if (bytes.length - at < 2 + length) break;
      onMessage(this.#decode(view, at, length));
      at += 2 + length;
    }
    this.#rest = bytes.slice(at);
    this.#offset += at;
  }

  #decode(view: DataView, at: number, length: number): HubMessage {
    const body = at + PREFIX;
    const type = view.getUint8(at + 2);
    const left = length - 1;
    switch (type) {
      case TYPE.hello:
        if (left !== 2) break;
        return { kind: "hello", version: view.getUint8(body), node: view.getUint8(body + 1) };
      case TYPE.send:
        if (left < 4 + FRAME_PREFIX) break;
        return {
          kind: "send",
          token: view.getUint32(body, true),
          frame: this.#frame(view, body + 4, left - 4),
        };
      case TYPE.frame:
        if (left < FRAME_PREFIX) break;
        return { kind: "frame", frame: this.#frame(view, body, left) };
      case TYPE.transmitted:
      case TYPE.aborted:
        if (left !== 4) break;
        return {
          kind: type === TYPE.aborted ? "aborted" : "transmitted",
          token: view.getUint32(body, true),
        };
      case TYPE["bus-state"]: {
        const state = left === 5 ? STATES[view.getUint8(body)] : undefined;
        if (state === undefined) break;
        const tec = view.getUint16(body + 1, true);
        return { kind: "bus-state", state, tec, rec: view.getUint16(body + 3, true) };
      }
    }
    return this.#refuse(at, `type ${type} with ${left} bytes, which is no message`);
  }

  #frame(view: DataView, at: number, length: number): CanFrame {
    const frame = readFrame(view, at, length);
    if (frame.id > (frame.extended ? EXTENDED_ID_MAX : BASE_ID_MAX)) {
      this.#refuse(at, `identifier 0x${frame.id.toString(16)}, which has too many bits`);
    }
    if (!isFrameLength(frame.data.length, frame.fd)) {
      this.#refuse(at, `${frame.data.length} bytes of data, which no DLC can say`);
    }
    return frame;
  }

  #refuse(at: number, found: string): never {
    throw new RigError("input.malformed", `hub stream, byte ${this.#offset + at}: found ${found}`);
  }
}

function readFrame(view: DataView, at: number, length: number): CanFrame {
  const flags = view.getUint8(at);
  const start = view.byteOffset + at + FRAME_PREFIX;
  return {
    id: view.getUint32(at + 1, true),
    extended: (flags & 1) !== 0,
    fd: (flags & 2) !== 0,
    brs: (flags & 4) !== 0,
    esi: (flags & 8) !== 0,
    remote: (flags & 16) !== 0,
    error: false,
    data: new Uint8Array(view.buffer.slice(start, start + length - FRAME_PREFIX)),
  };
}
