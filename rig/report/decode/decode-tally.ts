/** What became of the records of a trace: decoded, unknown, or nothing that has signals. */

import type { DbcMessage } from "../../core/dbc/index.ts";
import type { FrameRecord, TraceRecord } from "../../core/trace/index.ts";
import { plural } from "../text.ts";
import { idText } from "./decoded-frame.ts";

export interface UnknownId {
  readonly id: string;
  readonly channel: string;
  readonly frames: number;
}

/** A mangled or random trace has no more identifiers listed than these. */
const UNKNOWN_MAX = 10_000;

export class DecodeTally {
  decoded = 0;
  /** Of those: frames with fewer bytes than their message. */
  short = 0;
  unknown = 0;
  remote = 0;
  error = 0;
  overload = 0;
  holes = 0;
  otherEvents = 0;
  /** Frames that the filters leave out. */
  filtered = 0;
  readonly #unknown = new Map<string, Map<number, number>>();
  #unknownIds = 0;

  addDecoded(missingBytes: number): void {
    this.decoded++;
    if (missingBytes > 0) this.short++;
  }

  addUnknown({ channel, id, extended }: FrameRecord): void {
    this.unknown++;
    const ids = this.#unknown.get(channel) ?? new Map<number, number>();
    if (ids.size === 0) this.#unknown.set(channel, ids);
    const key = extended ? id + 2 ** 31 : id;
    const count = ids.get(key);
    if (count === undefined && this.#unknownIds >= UNKNOWN_MAX) return;
    if (count === undefined) this.#unknownIds++;
    ids.set(key, (count ?? 0) + 1);
  }

  /** What is no data frame. */
  addOther(record: TraceRecord): void {
    if (record.kind === "remote") this.remote++;
    else if (record.kind === "error") this.error++;
    else if (record.kind === "overload") this.overload++;
    else if (record.kind === "event" && record.event === "hole") this.holes++;
    else this.otherEvents++;
  }

  /** By channel and identifier; at most the first ten thousand. */
  get unknownIds(): UnknownId[] {
    const channels = [...this.#unknown].sort(([a], [b]) => (a < b ? -1 : 1));
    return channels.flatMap(([channel, ids]) =>
      [...ids]
        .sort(([a], [b]) => a - b)
        .map(([key, frames]) => {
          const extended = key >= 2 ** 31;
          return { id: idText(extended ? key - 2 ** 31 : key, extended), channel, frames };
        }),
    );
  }
}

/** For a script: one object. */
export function tallyJson(tally: DecodeTally, notes: readonly string[]): string {
  const { decoded, short, unknown, remote, error, overload, holes, otherEvents, filtered } = tally;
  const counts = { decoded, short, unknown, remote, error, overload, holes, otherEvents, filtered };
  return `${JSON.stringify({ summary: { ...counts, unknownIds: tally.unknownIds, notes } })}\n`;
}

const LISTED_MAX = 40;

/** The foot of a table. */
export function tallyText(tally: DecodeTally, messages: readonly DbcMessage[]): string {
  const lines = [`Decoded    ${frames(tally.decoded)}${shortText(tally)}`];
  if (tally.decoded === 0) {
    lines[0] += ` of ${messages.length} known messages: is it the right DBC file?`;
  }
  if (tally.filtered > 0)
    lines.push(`Filtered   ${frames(tally.filtered)} left out by the filters`);
  const others = [
    count(tally.remote, "remote frame"),
    count(tally.error, "error frame"),
    count(tally.overload, "overload frame"),
    count(tally.otherEvents, "event"),
  ].filter((text) => text !== "");
  if (others.length > 0) lines.push(`Besides    ${others.join(", ")}`);
  if (tally.holes > 0) {
    lines.push(`Holes      ${tally.holes}: frames were lost while the trace was recorded`);
  }
  const ids = tally.unknownIds;
  if (ids.length === 0) return `${lines.join("\n")}\n`;
  lines.push(
    `Unknown    ${frames(tally.unknown)} with ${plural(ids.length, "identifier")} in no DBC file:`,
  );
  const listed = [...ids].sort((a, b) => b.frames - a.frames).slice(0, LISTED_MAX);
  for (const { id, channel, frames: of } of listed) {
    lines.push(`           ${id.padStart(8)}  ${channel}  ${frames(of)}`);
  }
  const rest = ids.length - listed.length;
  if (rest > 0) lines.push(`           and ${rest} more (all of them: --json)`);
  return `${lines.join("\n")}\n`;
}

function frames(count: number): string {
  return plural(count, "frame");
}

function shortText({ short }: DecodeTally): string {
  return short === 0 ? "" : `, ${short} of them shorter than their message`;
}

function count(number: number, what: string): string {
  return number === 0 ? "" : plural(number, what);
}
