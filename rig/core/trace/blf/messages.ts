/** Frames in BLF files: CAN_MESSAGE, CAN_MESSAGE2, CAN_FD_MESSAGE and CAN_FD_MESSAGE_64. */

import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../can/frame.ts";
import { dlcFor, type FrameRecord, paddedData, type TraceRecord } from "../record.ts";
import type { TraceOutput } from "../trace-reader.ts";
import { FD_BRS, FD_EDL, FD_ESI, FD64, FLAG_REMOTE, FLAG_SENT, ID_EXTENDED } from "./layout.ts";
import { type BlfObject, needBytes } from "./object.ts";

export function messageOf(object: BlfObject, output: TraceOutput): TraceRecord {
  needBytes(object, 16);
  const { body, view } = object;
  return frameOf(object, output, {
    channel: view.getUint16(0, true),
    word: view.getUint32(4, true),
    isSent: ((body[2] ?? 0) & FLAG_SENT) !== 0,
    isRemote: ((body[2] ?? 0) & FLAG_REMOTE) !== 0,
    dlc: body[3] ?? 0,
    data: storedData(object, { from: 8, end: 16, count: Math.min(body[3] ?? 0, 8) }),
    fd: false,
    brs: false,
    esi: false,
  });
}

export function fdMessageOf(object: BlfObject, output: TraceOutput): TraceRecord {
  needBytes(object, 20);
  const { body, view } = object;
  const flags = body[13] ?? 0;
  const fd = (flags & FD_EDL) !== 0;
  return frameOf(object, output, {
    channel: view.getUint16(0, true),
    word: view.getUint32(4, true),
    isSent: ((body[2] ?? 0) & FLAG_SENT) !== 0,
    isRemote: ((body[2] ?? 0) & FLAG_REMOTE) !== 0,
    dlc: body[3] ?? 0,
    data: storedData(object, { from: 20, end: 84, count: body[14] ?? 0 }),
    fd,
    brs: fd && (flags & FD_BRS) !== 0,
    esi: fd && (flags & FD_ESI) !== 0,
  });
}

export function fdMessage64Of(object: BlfObject, output: TraceOutput): TraceRecord {
  needBytes(object, 40);
  const { body, view, headSize, time, at } = object;
  const flags = view.getUint32(12, true);
  const channel = body[0] ?? 0;
  const way = body[34] ?? 0;
  if (way === 2) {
    const head = { time, channel: String(channel), direction: null, at };
    const text = `transmit request of id 0x${view.getUint32(4, true).toString(16)}`;
    return { ...head, kind: "event", event: "request", text };
  }
  // Counted from the start of the object; what lies there is no data.
  const extension = body[35] ?? 0;
  const end = extension >= headSize + 40 ? extension - headSize : body.length;
  const fd = (flags & FD64.edl) !== 0;
  return frameOf(object, output, {
    channel,
    word: view.getUint32(4, true),
    isSent: way === 1,
    isRemote: (flags & FD64.remote) !== 0,
    dlc: body[1] ?? 0,
    data: storedData(object, { from: 40, end, count: body[2] ?? 0 }),
    fd,
    brs: fd && (flags & FD64.brs) !== 0,
    esi: fd && (flags & FD64.esi) !== 0,
  });
}

interface Place {
  readonly from: number;
  readonly end: number;
  readonly count: number;
}

/** Some tools store fewer bytes than they say are valid: the rest is zeros. */
function storedData({ body }: BlfObject, { from, end, count }: Place): Uint8Array {
  const data = new Uint8Array(Math.min(count, 64));
  // Byte by byte: a view of so few bytes costs more than all of them.
  const stored = Math.min(data.length, end - from, body.length - from);
  for (let at = 0; at < stored; at++) data[at] = body[from + at] as number;
  return data;
}

interface Fields extends Pick<FrameRecord, "fd" | "brs" | "esi"> {
  readonly channel: number;
  readonly word: number;
  readonly isSent: boolean;
  readonly isRemote: boolean;
  readonly dlc: number;
  readonly data: Uint8Array;
}

function frameOf({ time, at }: BlfObject, output: TraceOutput, fields: Fields): FrameRecord {
  const { word, fd, brs, esi, isRemote } = fields;
  const id = word & EXTENDED_ID_MAX;
  const isMarked = word >= ID_EXTENDED;
  if (!isMarked && (id > BASE_ID_MAX || word > EXTENDED_ID_MAX)) {
    output.assumed.add("identifiers above 7FF that are not marked as extended: extended", at);
  }
  if (fields.dlc > 15) output.assumed.add("length codes above 15: unknown", at);
  const dlc = fields.dlc > 15 ? null : fields.dlc;
  const direction = fields.isSent ? "tx" : "rx";
  const extended = isMarked || id > BASE_ID_MAX;
  const channel = String(fields.channel);
  if (isRemote && fd === true) output.assumed.add("FD frames marked as remote: data frames", at);
  if (isRemote && fd !== true) {
    const data = new Uint8Array(0);
    return { kind: "remote", time, channel, direction, at, id, extended, fd, brs, esi, dlc, data };
  }
  if (fd !== true) {
    const data = fields.data.length > 8 ? fields.data.slice(0, 8) : fields.data;
    return { kind: "data", time, channel, direction, at, id, extended, fd, brs, esi, dlc, data };
  }
  const data = paddedData(fields.data);
  if (data !== fields.data) {
    output.assumed.add("FD frames of no possible length: filled with 0", at);
  }
  const code = dlc === null ? null : dlcFor(data.length);
  return {
    kind: "data",
    time,
    channel,
    direction,
    at,
    id,
    extended,
    fd,
    brs,
    esi,
    dlc: code,
    data,
  };
}
