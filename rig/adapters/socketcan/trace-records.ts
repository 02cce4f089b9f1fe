/** What a channel received, as the record of a trace. */

import { dlcOfLength } from "../../core/can/dlc.ts";
import type { TraceRecord } from "../../core/trace/index.ts";
import type { ReceivedFrame } from "./records.ts";

const NS_PER_S = 1_000_000_000n;

export function traceRecordOf(channel: string, received: ReceivedFrame): TraceRecord {
  const { frame, epochNs, direction, rawDlc } = received;
  const { id, extended, fd, brs, esi, remote, error, data } = frame;
  const time = {
    seconds: Number(epochNs / NS_PER_S),
    nanoseconds: Number(epochNs % NS_PER_S),
  };
  const placed = { time, channel, direction, at: 0 };
  if (error) return { ...placed, kind: "error", classes: id, detail: data, text: "" };
  const dlc = rawDlc ?? dlcOfLength(data.length);
  // What has no FD format has no BRS and no ESI either.
  const flags = { fd, brs: fd && brs, esi: fd && esi };
  const kind = remote ? "remote" : "data";
  return { ...placed, kind, id, extended, ...flags, dlc, data: remote ? data.slice(0, 0) : data };
}
