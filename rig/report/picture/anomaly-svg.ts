/**
 * The picture of an anomaly as SVG: its operations as boxes in the columns of their processes, from
 * early to late, and the edges of the cycle with the values that prove them. One picture stands for
 * itself in a file, or in a page that has `PICTURE_STYLE`.
 */

import { meaningOf } from "../../core/elle/meanings.ts";
import { timeText } from "../../core/time/time-text.ts";
import { escapeAttribute, escapeText } from "../escape.ts";
import { printable } from "../text.ts";
import {
  type Box,
  boxTitle,
  endText,
  type Lane,
  LINE,
  layOutBoxes,
  type Pictured,
  type Tick,
  TOP,
  textWidth,
} from "./boxes.ts";
import { type Edge, layOutEdges, type Point } from "./edges.ts";
import { PICTURE_STYLE } from "./picture-style.ts";

const MARGIN = 20;
const LEAST_WIDTH = 460;
const CORNER = 8;

const RELATION_WORDS = {
  ww: "ww: the second wrote over what the first had written",
  wr: "wr: the second read what the first had written",
  rw: "rw: the first read a state from before the second wrote",
  process: "process: the first came earlier in the same process",
  realtime: "realtime: the first had ended when the second began",
} as const;

/** `isFile` adds colours and the name space, as a file of its own needs. */
export function anomalySvg(anomaly: Pictured, { isFile }: { readonly isFile: boolean }): string {
  const boxes = layOutBoxes(anomaly, timeText);
  const axis = Math.max(0, ...boxes.ticks.map(({ text }) => textWidth(text)));
  const left = MARGIN + axis + MARGIN;
  const layout = layOutEdges(boxes, anomaly.cycle ?? [], left);
  const notes = notesOf(anomaly);
  const meaning = meaningOf(anomaly.type);
  const title = meaning === "" ? anomaly.type : `${anomaly.type}: ${meaning}`;
  const widest = Math.max(LEAST_WIDTH, ...[meaning, ...notes].map(textWidth));
  const width = Math.ceil(Math.max(layout.width, widest) + MARGIN);
  const notesTop = layout.bottom + 40;
  const height = Math.ceil(notesTop + notes.length * LINE + MARGIN - LINE / 2);
  const x = (box: Box) => layout.columns[box.lane] as number;
  const body = [
    `<rect class="page" width="${width}" height="${height}"/>`,
    textAt({ x: MARGIN, y: 26 }, anomaly.type, "title"),
    textAt({ x: MARGIN, y: 46 }, meaning, "muted"),
    ...boxes.lanes.map((lane, at) => laneSvg(lane, layout.columns[at] as number, boxes.bottom)),
    ...boxes.ticks.map((tick) => tickSvg(tick, layout.width)),
    ...layout.edges.map(edgeSvg),
    ...boxes.boxes.map((box) => boxSvg(box, x(box), (boxes.lanes[box.lane] as Lane).width)),
    ...layout.edges.map(labelSvg),
    ...notes.map((note, at) => textAt({ x: MARGIN, y: notesTop + at * LINE }, note, "muted")),
  ];
  const space = isFile ? ' xmlns="http://www.w3.org/2000/svg"' : "";
  return (
    `<svg${space} class="anomaly" role="img" aria-label="${escapeAttribute(title)}" ` +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `${isFile ? `<style>${PICTURE_STYLE}</style>` : ""}${body.join("\n")}</svg>\n`
  );
}

function notesOf({ cycle = [], operations, details }: Pictured): readonly string[] {
  const relations = new Set(cycle.map(({ relation }) => relation));
  const notes: string[] = Object.entries(RELATION_WORDS).flatMap(([relation, words]) =>
    relations.has(relation as keyof typeof RELATION_WORDS) ? [words] : [],
  );
  const hidden = operations.length - details.length;
  if (hidden > 0) notes.push(`${hidden} more operations are not drawn`);
  notes.push("Time runs downwards, not to scale.");
  return notes;
}

function textAt({ x, y }: Point, text: string, names: string): string {
  const place = `x="${rounded(x)}" y="${rounded(y)}"`;
  return `<text ${place} class="${names}">${escapeText(printable(text))}</text>`;
}

function laneSvg({ title, width }: Lane, x: number, bottom: number): string {
  const top = TOP - 38;
  return (
    `<rect class="lane" x="${rounded(x - 8)}" y="${top}" width="${rounded(width + 16)}" ` +
    `height="${rounded(bottom - top + 10)}" rx="6"/>${textAt({ x, y: top + 20 }, title, "muted")}`
  );
}

function tickSvg({ y, text }: Tick, width: number): string {
  const x = rounded(MARGIN + textWidth(text) + 8);
  return (
    `<line class="tick" x1="${x}" y1="${rounded(y)}" x2="${rounded(width)}" y2="${rounded(y)}"/>` +
    textAt({ x: MARGIN, y: y + 4 }, text, "muted")
  );
}

function boxSvg(box: Box, x: number, width: number): string {
  const { detail, lines, top, bottom } = box;
  const isLoose = detail.type === "info" || detail.type === "open";
  const end = endText(detail);
  const inside = x + 12;
  const texts = lines.map(({ text, isNamed }, at) =>
    textAt({ x: inside, y: top + 38 + at * LINE }, text, isNamed ? "strong" : ""),
  );
  return (
    `<rect class="${isLoose ? "box loose" : "box"}" x="${rounded(x)}" y="${rounded(top)}" ` +
    `width="${rounded(width)}" height="${rounded(bottom - top)}" rx="5"/>` +
    textAt({ x: inside, y: top + 18 }, boxTitle(detail), "muted") +
    (end === "" ? "" : endSvg(end, { x: x + width - 12, y: top + 18 })) +
    texts.join("")
  );
}

function endSvg(text: string, { x, y }: Point): string {
  const place = `x="${rounded(x)}" y="${rounded(y)}"`;
  return `<text ${place} class="bad" text-anchor="end">${text}</text>`;
}

function edgeSvg({ step, points, isStraight }: Edge): string {
  const path = isStraight ? straightPath(points) : curvedPath(points);
  const end = points.at(-1) as Point;
  const before = points.at(-2) as Point;
  const back = before.x < end.x ? -9 : 9;
  const head = [
    `${rounded(end.x)},${rounded(end.y)}`,
    `${rounded(end.x + back)},${rounded(end.y - 5)}`,
    `${rounded(end.x + back)},${rounded(end.y + 5)}`,
  ];
  return (
    `<path class="${step.relation}" d="${path}"/>` +
    `<polygon class="${step.relation}" points="${head.join(" ")}"/>`
  );
}

/** Leaves and arrives level; the label is on the way. */
function curvedPath(points: readonly Point[]): string {
  const [start, middle, end] = points as readonly [Point, Point, Point];
  const isLoop = start.x < middle.x === end.x < middle.x;
  const half = (from: Point, to: Point) => {
    const x = rounded((from.x + to.x) / 2);
    return `C${x} ${rounded(from.y)} ${x} ${rounded(to.y)} ${at(to)}`;
  };
  if (!isLoop) return `M${at(start)} ${half(start, middle)} ${half(middle, end)}`;
  const turn = (y: number, to: Point) => `Q${rounded(middle.x)} ${rounded(y)} ${at(to)}`;
  return `M${at(start)} ${turn(start.y, middle)} ${turn(end.y, end)}`;
}

function straightPath(points: readonly Point[]): string {
  const parts = [`M${at(points[0] as Point)}`];
  for (let i = 1; i < points.length - 1; i++) {
    const corner = points[i] as Point;
    const before = towards(corner, points[i - 1] as Point);
    const after = towards(corner, points[i + 1] as Point);
    parts.push(`L${at(before)} Q${at(corner)} ${at(after)}`);
  }
  parts.push(`L${at(points.at(-1) as Point)}`);
  return parts.join(" ");
}

/** A point shortly before the corner, on a level or upright line from there. */
function towards(corner: Point, other: Point): Point {
  const step = (far: number) => Math.sign(far) * Math.min(CORNER, Math.abs(far) / 2);
  return { x: corner.x + step(other.x - corner.x), y: corner.y + step(other.y - corner.y) };
}

function labelSvg({ step, label, at: { x, y } }: Edge): string {
  const width = Math.max(...label.map(textWidth)) + 10;
  const height = label.length * LINE + 2;
  const top = y - height / 2;
  const lines = label.map((text, line) => {
    const place = `x="${rounded(x)}" y="${rounded(top + 14 + line * LINE)}"`;
    const names = line === 0 ? ` class="kind ${step.relation}"` : "";
    return `<text ${place}${names} text-anchor="middle">${escapeText(text)}</text>`;
  });
  return (
    `<rect class="plate" x="${rounded(x - width / 2)}" y="${rounded(top)}" ` +
    `width="${rounded(width)}" height="${height}" rx="4"/>${lines.join("")}`
  );
}

function at({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

function rounded(length: number): number {
  return Math.round(length * 10) / 10;
}
