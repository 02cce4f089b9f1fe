/** What a replay will do, and what it did, in words. */

import type { Feasibility } from "../core/replay/feasibility.ts";
import type { LatenessSummary } from "../core/replay/lateness.ts";
import type { TallyEntry } from "../core/trace/tally.ts";
import { countText, durationText, plural } from "./text.ts";

export interface ReplayBusText {
  readonly bus: string;
  readonly channels: readonly string[];
  readonly frames: number;
  /** Such as `500k/2M`; null when they are not known. */
  readonly bitrate: string | null;
  readonly feasibility: Feasibility | null;
}

export interface ReplayPlanText {
  readonly trace: string;
  readonly format: string;
  readonly buses: readonly ReplayBusText[];
  readonly durationNs: number;
  readonly backwardStamps: number;
  readonly leftOut: readonly TallyEntry[];
  readonly changed: readonly TallyEntry[];
}

export interface ReplayEndText {
  readonly sent: number;
  /** Null for an endless replay. */
  readonly total: number | null;
  readonly lateness: LatenessSummary;
  readonly waits: number;
  /** Packets that the kernel's own queues lost meanwhile, of whatever interface. */
  readonly dropped: number;
  readonly trouble: string | null;
}

/** Lines for before the start. */
export function replayPlanText(plan: ReplayPlanText): string {
  const { trace, format, buses, durationNs, backwardStamps, leftOut, changed } = plan;
  const lines = [`${trace} (${format}): one round takes ${durationText(durationNs)}`];
  for (const each of buses) lines.push(`  ${busText(each)}`);
  for (const { what, count } of leftOut) lines.push(`  left out: ${countText(count)} ${what}`);
  for (const { what, count } of changed) lines.push(`  changed: ${countText(count)} ${what}`);
  if (backwardStamps > 0) {
    const stamps = plural(backwardStamps, "stamp");
    lines.push(`  ${stamps} before the one in front: taken as equal to that`);
  }
  return `${lines.join("\n")}\n`;
}

function busText({ bus, channels, frames, bitrate, feasibility }: ReplayBusText): string {
  const from = channels.length === 0 ? "" : ` of channel ${channels.join(", ")}`;
  const what = `${bus}: ${plural(frames, "frame")}${from}`;
  if (feasibility === null || bitrate === null) {
    return `${what}; whether the bus can carry them is not known (no --bitrate)`;
  }
  const { load, behindNs, overlapping } = feasibility;
  const need = `${what}; they need ${(100 * load).toFixed(1)} % of ${bitrate}`;
  if (load > 1) return `${need}: NOT FEASIBLE, at the end ${durationText(behindNs)} late`;
  if (overlapping === 0) return need;
  const late = `by ${durationText(behindNs)} at most`;
  return `${need}, and ${countText(overlapping)} wait for the one before, ${late}`;
}

/** Lines for the end. */
export function replayEndText(end: ReplayEndText): string {
  const { sent, total, lateness, waits, dropped, trouble } = end;
  const all = total === null || total === sent ? "" : ` of ${countText(total)}`;
  const lines = [`${plural(sent, "frame")}${all} sent`];
  const { p50Ns, p99Ns, maxNs } = lateness;
  if (p50Ns !== null && p99Ns !== null && maxNs !== null) {
    const [p50, p99, max] = [p50Ns, p99Ns, maxNs].map(durationText);
    lines.push(`late by ${p50} (median), ${p99} (99 %), ${max} (at most)`);
  }
  if (waits > 0) lines.push(`${countText(waits)} waits for room in a queue`);
  if (dropped > 0) {
    const text = "packets lost in the kernel's queues: raise net.core.netdev_max_backlog";
    lines.push(`${countText(dropped)} ${text}`);
  }
  if (trouble !== null) lines.push(trouble);
  return `${lines.join("\n")}\n`;
}
