/**
 * The edges of a cycle between the boxes of its picture. They run in the gaps between the columns
 * and never through a box: to a neighbouring column straight across, within a column through the
 * gap on its right, and to a column further away along a line below all boxes.
 */

import type { CycleStep } from "../../core/elle/index.ts";
import { cutTo, printable } from "../text.ts";
import { type Box, type BoxLayout, LINE, textWidth } from "./boxes.ts";

const LONGEST_LABEL = 24;
const LABEL_GAP = 12;
const TRACK = 12;
const ROOM = 36;
const BUS_GAP = 52;
const PLATE = 2 * LINE + 4;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Edge {
  readonly step: CycleStep;
  readonly label: readonly string[];
  /** Middle of the label. */
  readonly at: Point;
  /** From the side of one box by way of the label to the side of another. */
  readonly points: readonly Point[];
  /** Straight lines with round corners, or one curve by way of the label. */
  readonly isStraight: boolean;
}

export interface EdgeLayout {
  readonly edges: readonly Edge[];
  /** Left side of each column. */
  readonly columns: readonly number[];
  readonly width: number;
  readonly bottom: number;
}

type Side = "left" | "right";

interface Route {
  readonly step: CycleStep;
  readonly label: readonly string[];
  readonly from: Box;
  readonly to: Box;
  /** Gap that the label is in; NaN below all boxes. */
  readonly gap: number;
  readonly sides: readonly [Side, Side];
}

export function layOutEdges(
  { boxes, lanes, bottom }: BoxLayout,
  cycle: readonly CycleStep[],
  left: number,
): EdgeLayout {
  const routes = cycle.flatMap((step) => routeOf(step, boxes));
  const columns: number[] = [];
  let x = left;
  lanes.forEach(({ width }, lane) => {
    columns.push(x);
    x += width + gapWidth(lane, routes, lane === lanes.length - 1);
  });
  const labels = labelHeights(routes, bottom);
  const grid = { routes, labels, columns, widths: lanes.map(({ width }) => width) };
  const edges = routes.map((route) => edgeOf(route, grid));
  const lowest = Math.max(bottom, ...edges.map(({ at }) => at.y + PLATE / 2));
  return { edges, columns, width: x, bottom: lowest };
}

/** What kind of edge, and what proves it. */
function labelOf({ relation, key, element, next }: CycleStep): readonly string[] {
  const cut = (text: string) => cutTo(printable(text), LONGEST_LABEL);
  const kind = key === undefined ? relation : `${relation} key ${key}`;
  if (relation === "realtime") return [kind, "ended before"];
  if (relation === "process") return [kind, "came before"];
  if (relation === "wr") return [cut(kind), cut(`saw ${element ?? ""}`)];
  if (relation === "rw") return [cut(kind), cut(`missed ${next ?? ""}`)];
  return [cut(kind), cut(`${element ?? ""}, then ${next ?? ""}`)];
}

function routeOf(step: CycleStep, boxes: readonly Box[]): Route[] {
  const from = boxes.find(({ detail }) => detail.index === step.from);
  const to = boxes.find(({ detail }) => detail.index === step.to);
  if (from === undefined || to === undefined) return [];
  const far = to.lane - from.lane;
  const sides: readonly [Side, Side] = [far >= 0 ? "right" : "left", far > 0 ? "left" : "right"];
  const gap = Math.abs(far) > 1 ? Number.NaN : Math.min(from.lane, to.lane);
  return [{ step, label: labelOf(step), from, to, gap, sides }];
}

/** Number of the gap on a side of a column. */
function gapBeside({ lane }: Box, side: Side): number {
  return side === "right" ? lane : lane - 1;
}

/** Lines that pass down a gap on one side of it, in the order of the routes. */
function tracksIn(gap: number, side: Side, routes: readonly Route[]): readonly Route[] {
  // The gap's left side is the right side of the column before it.
  const boxSide = side === "left" ? "right" : "left";
  return routes.filter(
    (route) =>
      Number.isNaN(route.gap) &&
      ((route.sides[0] === boxSide && gapBeside(route.from, boxSide) === gap) ||
        (route.sides[1] === boxSide && gapBeside(route.to, boxSide) === gap)),
  );
}

function gapWidth(gap: number, routes: readonly Route[], isLast: boolean): number {
  const labels = routes.filter((route) => route.gap === gap).flatMap(({ label }) => label);
  const tracks = tracksIn(gap, "left", routes).length + tracksIn(gap, "right", routes).length;
  if (labels.length === 0) return isLast && tracks === 0 ? 0 : ROOM + TRACK * (tracks + 1);
  return 2 * ROOM + 2 * TRACK * tracks + Math.max(...labels.map(textWidth));
}

/** Heights of the middles of the labels, so that none covers another. */
function labelHeights(routes: readonly Route[], bottom: number): ReadonlyMap<Route, number> {
  const heights = new Map<Route, number>();
  const wanted = (route: Route) => (middle(route.from) + middle(route.to)) / 2;
  for (const gap of new Set(routes.map((route) => route.gap))) {
    const inGap = routes.filter((route) => Object.is(route.gap, gap));
    if (Number.isNaN(gap)) {
      inGap.forEach((route, at) => {
        heights.set(route, bottom + BUS_GAP * (at + 1) - BUS_GAP / 4);
      });
      continue;
    }
    inGap.sort((a, b) => wanted(a) - wanted(b));
    // As far above the middle as the others will be below it.
    const lead = ((inGap.length - 1) * (PLATE + LABEL_GAP)) / 2;
    let lowest = Number.NEGATIVE_INFINITY;
    const mean = inGap.reduce((sum, route) => sum + wanted(route), 0) / inGap.length;
    for (const route of inGap) {
      const first = Math.min(wanted(route), mean - lead);
      const y = Number.isFinite(lowest) ? Math.max(wanted(route), lowest) : first;
      heights.set(route, y);
      lowest = y + PLATE + LABEL_GAP;
    }
  }
  return heights;
}

function middle({ top, bottom }: Box): number {
  return (top + bottom) / 2;
}

interface Grid {
  readonly routes: readonly Route[];
  readonly labels: ReadonlyMap<Route, number>;
  readonly columns: readonly number[];
  readonly widths: readonly number[];
}

function edgeOf(route: Route, grid: Grid): Edge {
  const { step, label, gap } = route;
  const y = grid.labels.get(route) as number;
  const start = { x: sideX(route.from, route.sides[0], grid), y: portY(route, 0, grid) };
  const end = { x: sideX(route.to, route.sides[1], grid), y: portY(route, 1, grid) };
  if (Number.isNaN(gap)) {
    const down = trackX(route, 0, grid);
    const up = trackX(route, 1, grid);
    const corners = [
      { x: down, y: start.y },
      { x: down, y },
      { x: up, y },
      { x: up, y: end.y },
    ];
    const at = { x: (down + up) / 2, y };
    return { step, label, at, points: [start, ...corners, end], isStraight: true };
  }
  const left = (grid.columns[gap] as number) + (grid.widths[gap] as number);
  const next = grid.columns[gap + 1];
  const right = next ?? left + gapWidth(gap, grid.routes, true);
  const at = { x: (left + right) / 2, y };
  return { step, label, at, points: [start, at, end], isStraight: false };
}

function sideX({ lane }: Box, side: Side, { columns, widths }: Grid): number {
  return (columns[lane] as number) + (side === "right" ? (widths[lane] as number) : 0);
}

/** Where on the side of its box an edge ends: all ends there are spread in order of labels. */
function portY(route: Route, end: 0 | 1, { routes, labels }: Grid): number {
  const box = end === 0 ? route.from : route.to;
  const side = route.sides[end];
  const ends = routes.flatMap((each) =>
    ([0, 1] as const).flatMap((which) => {
      const own = which === 0 ? each.from : each.to;
      if (own !== box || each.sides[which] !== side) return [];
      return [{ each, which, height: labels.get(each) as number }];
    }),
  );
  ends.sort((a, b) => a.height - b.height || a.which - b.which);
  const place = ends.findIndex(({ each, which }) => each === route && which === end);
  return box.top + ((box.bottom - box.top) * (place + 1)) / (ends.length + 1);
}

function trackX(route: Route, end: 0 | 1, { routes, columns, widths }: Grid): number {
  const box = end === 0 ? route.from : route.to;
  const side = route.sides[end];
  const gap = gapBeside(box, side);
  const place = tracksIn(gap, side === "right" ? "left" : "right", routes).indexOf(route) + 1;
  if (side === "right") return (columns[gap] as number) + (widths[gap] as number) + TRACK * place;
  return (columns[gap + 1] as number) - TRACK * (place + 1);
}
