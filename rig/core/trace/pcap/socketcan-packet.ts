/**
 * One SocketCAN packet of a capture (link types 227, 113 and 276): identifier word, length, FD
 * flags, raw length code, data. The FD flags are not always there: one version of libpcap cleared
 * them, so that only the size of the record (72 bytes) tells FD, and BRS and ESI are unknown.
 */

import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../can/frame.ts";
import { viewOf } from "../binary/byte-queue.ts";
import {
  dlcFor,
  type FrameRecord,
  frameRecord,
  paddedData,
  type TraceDirection,
  type TraceRecord,
} from "../record.ts";
import { refuseOffset, type TraceOutput } from "../trace-reader.ts";
import type { TraceTime } from "../trace-time.ts";

/** Link types (tcpdump.org/linktypes.html). */
export const LINK_SOCKETCAN = 227;
export const LINK_COOKED = 113;
export const LINK_COOKED_2 = 276;

export const WORD_EXTENDED = 0x8000_0000;
export const WORD_REMOTE = 0x4000_0000;
export const WORD_ERROR = 0x2000_0000;
export const FLAG_BRS = 1;
export const FLAG_ESI = 2;
export const FLAG_FDF = 4;
/** Sizes of can_frame and canfd_frame (linux/can.h). */
export const CLASSIC_SIZE = 16;
export const FD_SIZE = 72;
/** Where the data begin, behind identifier word, length, flags and two more bytes. */
export const HEAD_SIZE = 8;

const PROTOCOL_FD = 0x000d;
const PROTOCOL_XL = 0x000e;
/** In the byte that is the length of other frames. */
const XL_FLAG = 0x80;

export interface Packet {
  readonly time: TraceTime | null;
  readonly channel: string;
  readonly direction: TraceDirection | null;
  readonly at: number;
  readonly bytes: Uint8Array;
  /** The recorder kept only the beginning. */
  readonly isCut: boolean;
  /** Linux cooked: protocol from the header in front. */
  readonly protocol: number | null;
}

type LinkPacket = Omit<Packet, "protocol">;

/** Takes the header of cooked captures away; null for what is none of CAN, or cut within it. */
export function unwrap(packet: LinkPacket, linkType: number): Packet | null {
  if (linkType === LINK_SOCKETCAN) {
    const { time, channel, direction, at, bytes, isCut } = packet;
    return { time, channel, direction, at, bytes, isCut, protocol: null };
  }
  const isSecond = linkType === LINK_COOKED_2;
  const size = isSecond ? 20 : 16;
  if (packet.bytes.length < size) return null;
  const view = viewOf(packet.bytes);
  const type = isSecond ? view.getUint8(10) : view.getUint16(0);
  const protocol = view.getUint16(isSecond ? 0 : 14);
  if (protocol < 0x000c || protocol > PROTOCOL_XL) return null;
  const channel = isSecond && packet.channel === "" ? String(view.getUint32(4)) : packet.channel;
  // 4: sent by the host itself; the others are received in one way or another.
  const direction = packet.direction ?? (type === 4 ? "tx" : "rx");
  return { ...packet, channel, direction, protocol, bytes: packet.bytes.subarray(size) };
}

/** Whether this can be the identifier word of a frame of that length. */
export function isPossibleWord(word: number, length: number): boolean {
  if ((word & WORD_ERROR) !== 0) {
    const classes = word & EXTENDED_ID_MAX;
    return (word & WORD_EXTENDED) === 0 && classes > 0 && classes <= 0x3ff && length === 8;
  }
  return (word & WORD_EXTENDED) !== 0 || (word & EXTENDED_ID_MAX) <= BASE_ID_MAX;
}

/** The frame in a packet; null where there is none, which is then counted. */
export function decodePacket(
  packet: Packet,
  isLittle: boolean,
  output: TraceOutput,
): TraceRecord | null {
  const { bytes, at, isCut, protocol } = packet;
  const length = bytes[4] ?? 0;
  if (bytes.length > 4 && (protocol === PROTOCOL_XL || (length & XL_FLAG) !== 0)) {
    output.skipped.add("CAN XL frames", at);
    return null;
  }
  if (bytes.length < HEAD_SIZE + length || bytes.length < HEAD_SIZE || length > 64) {
    if (isCut) {
      output.skipped.add("packets of which the recorder kept only the beginning", at);
      return null;
    }
    refuseOffset(at, `a packet of ${bytes.length} bytes, which is no SocketCAN frame`);
  }
  return recordOf(packet, wordOf(bytes, isLittle), output);
}

/** The identifier word that the packet begins with; a view for it would take longer. */
function wordOf(bytes: Uint8Array, isLittle: boolean): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[0], bytes[1], bytes[2], bytes[3]];
  const word = isLittle
    ? (d << 24) | (c << 16) | (b << 8) | a
    : (a << 24) | (b << 16) | (c << 8) | d;
  return word >>> 0;
}

function recordOf(packet: Packet, word: number, output: TraceOutput): TraceRecord {
  const { bytes, at, time, channel, direction } = packet;
  const length = bytes[4] ?? 0;
  // Byte by byte: a copy of so few takes longer to set up than to fill.
  const data = new Uint8Array(length);
  for (let i = 0; i < length; i++) data[i] = bytes[HEAD_SIZE + i] as number;
  const place = { time, channel, direction, at };
  const id = word & EXTENDED_ID_MAX;
  if ((word & WORD_ERROR) !== 0) {
    const detail = new Uint8Array(8);
    detail.set(data.subarray(0, 8));
    return { ...place, kind: "error", classes: id, detail, text: "" };
  }
  const extended = (word & WORD_EXTENDED) !== 0;
  if (!extended && id > BASE_ID_MAX) {
    output.assumed.add("identifiers above 7FF that are not marked as extended: extended", at);
  }
  const name = { id, extended: extended || id > BASE_ID_MAX };
  const { fd, brs, esi } = fdFlagsOf(packet);
  if (fd === true) {
    const padded = paddedData(data);
    if (padded !== data) {
      output.assumed.add("FD frames of no possible length: filled with 0", at);
    }
    const dlc = dlcFor(length);
    return frameRecord(place, name, { kind: "data", fd, brs, esi, dlc, data: padded });
  }
  const rawCode = bytes[7] ?? 0;
  const dlc = length === 8 && rawCode > 8 && rawCode <= 15 ? rawCode : length;
  const isRemote = (word & WORD_REMOTE) !== 0;
  const kind = isRemote ? "remote" : "data";
  const kept = isRemote ? new Uint8Array(0) : data;
  return frameRecord(place, name, { kind, fd, brs, esi, dlc, data: kept });
}

function fdFlagsOf({ bytes, protocol }: Packet): Pick<FrameRecord, "fd" | "brs" | "esi"> {
  const flags = (bytes[5] ?? 0) & (FLAG_BRS | FLAG_ESI | FLAG_FDF);
  const isLong = bytes.length === FD_SIZE || (bytes[4] ?? 0) > 8;
  if (protocol !== PROTOCOL_FD && flags === 0 && !isLong) {
    return { fd: false, brs: false, esi: false };
  }
  if (flags === 0) return { fd: true, brs: null, esi: null };
  return { fd: true, brs: (flags & FLAG_BRS) !== 0, esi: (flags & FLAG_ESI) !== 0 };
}
