/** The traffic of buses as lines: a table for a screen that is drawn anew, or one to be read on. */

import type { CanFrame } from "../core/can/frame.ts";
import type { TrafficRow } from "../core/monitor/traffic-table.ts";
import { identifierText } from "../core/replay/identifiers.ts";
import { PLAIN_STYLE, type Style } from "./style.ts";
import { countText, cutTo, durationText, percentText, printable } from "./text.ts";

export interface MonitoredBus {
  readonly bus: string;
  readonly frames: number;
  readonly errorFrames: number;
  /** Frames that the rig did not get. */
  readonly lost: number;
  /** Share of the time since the last look; null where the bit rates are not known. */
  readonly load: number | null;
  /** What went wrong with the interface last. */
  readonly trouble: string | null;
}

export interface MonitorView {
  readonly buses: readonly MonitoredBus[];
  readonly rows: readonly TrafficRow[];
  /** Frames whose identifiers were too many for the table. */
  readonly unlisted: number;
  /** What a frame means, by the DBC files that were given. */
  readonly meaning: (row: TrafficRow) => string | null;
}

const HEAD = ["bus", "id", "", "count", "period", "data"] as const;

/** Lines for a screen of so many columns and rows; what does not fit is said. */
export function monitorScreen(
  view: MonitorView,
  { columns, lines }: { readonly columns: number; readonly lines: number },
  style: Style,
): string[] {
  const head = view.buses.map((bus) => busText(bus));
  const room = Math.max(1, lines - head.length - 2);
  const rows = rowLines(view, view.rows.slice(0, room), style);
  const hidden = Math.max(0, view.rows.length - room) + view.unlisted;
  const more = hidden > 0 ? [`${countText(hidden)} more that there is no room for`] : [];
  // Painted rows are as long as they look without the paint: only plain lines are cut.
  return [...head, ...rows, ...more].map((line) =>
    line.includes("\u001b") ? line : cutTo(line, columns),
  );
}

/** Lines to be read one after the other: what there was since the last time. */
export function monitorLines(view: MonitorView): string[] {
  const fresh = view.rows.filter((row) => row.fresh > 0);
  return [...view.buses.map((bus) => busText(bus)), ...rowLines(view, fresh, PLAIN_STYLE)];
}

function busText({ bus, frames, errorFrames, lost, load, trouble }: MonitoredBus): string {
  const share = load === null ? "load unknown" : `load ${percentText(load, 1)}`;
  const figures = `${countText(frames)} frames, ${countText(errorFrames)} error frames`;
  const rest = [lost > 0 ? `${countText(lost)} lost` : "", trouble ?? ""].filter((it) => it !== "");
  return [`${bus}: ${figures}, ${share}`, ...rest].join(", ");
}

function rowLines(view: MonitorView, rows: readonly TrafficRow[], style: Style): string[] {
  const texts = rows.map((row) => [
    row.bus,
    identifierText(row.frame),
    flagsText(row.frame),
    countText(row.count),
    row.periodNs === null ? "-" : durationText(row.periodNs),
  ]);
  const widths = HEAD.slice(0, -1).map((head, at) =>
    Math.max(head.length, ...texts.map((cells) => (cells[at] as string).length)),
  );
  const line = (cells: readonly string[], last: string) =>
    `${cells.map((cell, at) => cell.padStart(widths[at] as number)).join("  ")}  ${last}`;
  return [
    line(HEAD.slice(0, -1), HEAD[HEAD.length - 1] as string),
    ...rows.map((row, at) => {
      const meaning = view.meaning(row);
      const data = dataText(row, style);
      const said = meaning === null ? data : `${data}  ${printable(meaning)}`;
      return line(texts[at] as string[], said);
    }),
  ];
}

function dataText({ frame, changed }: TrafficRow, style: Style): string {
  if (frame.remote) return `remote, ${frame.data.length} bytes asked for`;
  const bytes = Array.from(frame.data, (byte, at) => {
    const text = byte.toString(16).toUpperCase().padStart(2, "0");
    return changed[at] === true ? style.paint("strong", text) : text;
  });
  return bytes.join(" ");
}

/** `F` FD, `B` bit rate switch, `E` error state indicator, `R` remote. */
function flagsText({ fd, brs, esi, remote }: CanFrame): string {
  return `${fd ? "F" : ""}${brs ? "B" : ""}${esi ? "E" : ""}${remote ? "R" : ""}`;
}
