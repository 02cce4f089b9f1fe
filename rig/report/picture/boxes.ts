/**
 * Where the operations of an anomaly stand in its picture: a column for each process, time from
 * top to bottom. A box reaches from invocation to completion; heights are not to scale, but what
 * came earlier is always higher, so two boxes overlap in height exactly if they overlapped in time.
 */

import type { Anomaly } from "../../core/elle/index.ts";
import {
  type MicroOperationDetail,
  microOperationText,
  type OperationDetail,
} from "../../core/history/operation-detail.ts";
import { cutTo, printable } from "../text.ts";

export type Pictured = Pick<Anomaly, "type" | "details" | "operations" | "cycle" | "key">;

/** Of the monospaced text in boxes and labels, in units of the picture. */
export const CHARACTER = 7.4;
export const LINE = 18;

const HEAD = 24;
const PADDING = 12;
const LONGEST_LINE = 34;
const MOST_LINES = 9;
const EVENT_GAP = 30;
/** Of the first event; title and names of the columns are above. */
export const TOP = 102;

export interface BoxLine {
  readonly text: string;
  /** It is part of the proof. */
  readonly isNamed: boolean;
}

export interface Box {
  readonly detail: OperationDetail;
  readonly lane: number;
  readonly lines: readonly BoxLine[];
  readonly top: number;
  readonly bottom: number;
}

export interface Tick {
  readonly y: number;
  readonly text: string;
}

export interface Lane {
  readonly title: string;
  readonly width: number;
}

export interface BoxLayout {
  readonly boxes: readonly Box[];
  readonly lanes: readonly Lane[];
  readonly ticks: readonly Tick[];
  readonly bottom: number;
}

interface Event {
  readonly box: number;
  readonly isEnd: boolean;
  readonly index: number;
  readonly timeNs: number | undefined;
}

/** `timeText` writes nanoseconds. */
export function layOutBoxes(anomaly: Pictured, timeText: (ns: number) => string): BoxLayout {
  const { details } = anomaly;
  const processes = [...new Set(details.map(({ process }) => process))];
  const lines = details.map((detail) => linesOf(detail, anomaly));
  const events = details.flatMap(eventsOf).sort(inOrder);
  const tops = details.map(() => 0);
  const bottoms = details.map(() => 0);
  const ticks: Tick[] = [];
  let y = TOP - EVENT_GAP;
  for (const { box, isEnd, index, timeNs } of events) {
    y += EVENT_GAP;
    const height = HEAD + LINE * (lines[box]?.length ?? 0) + PADDING;
    if (isEnd) y = Math.max(y, (tops[box] as number) + height);
    (isEnd ? bottoms : tops)[box] = y;
    if (!Number.isFinite(index)) continue;
    const when = timeNs === undefined ? `index ${index}` : timeText(timeNs);
    ticks.push({ y, text: `${when}  ${details[box]?.name} ${isEnd ? "ends" : "begins"}` });
  }
  const boxes = details.map((detail, at) => ({
    detail,
    lane: processes.indexOf(detail.process),
    lines: lines[at] as readonly BoxLine[],
    top: tops[at] as number,
    bottom: bottoms[at] as number,
  }));
  return { boxes, lanes: processes.map((_, lane) => laneOf(lane, boxes)), ticks, bottom: y };
}

export function boxTitle({ name, index }: OperationDetail): string {
  return `${name}  operation ${index}`;
}

/** What is unusual about how it ended. */
export function endText({ type }: OperationDetail): string {
  if (type === "ok") return "";
  if (type === "fail") return "failed";
  return type === "info" ? "outcome unknown" : "no answer";
}

export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) as number) < 0x1100 ? 1 : 2;
  return width * CHARACTER;
}

function laneOf(lane: number, boxes: readonly Box[]): Lane {
  const own = boxes.filter((box) => box.lane === lane);
  const { process } = (own[0] as Box).detail;
  const nodes = new Set(own.map(({ detail }) => detail.node));
  const [node] = nodes;
  const where = nodes.size === 1 && node !== undefined ? `, node ${cutTo(node, 12)}` : "";
  const title = process === null ? "client" : `process ${process}${where}`;
  const texts = own.flatMap(({ detail, lines }) => [
    `${boxTitle(detail)} ${endText(detail)}`,
    ...lines.map(({ text }) => text),
  ]);
  return { title, width: Math.max(textWidth(title), ...texts.map(textWidth)) + 2 * PADDING };
}

/** An operation of which only one end is known begins and ends there. */
function eventsOf({ invoked, completed, type }: OperationDetail, box: number): readonly Event[] {
  const first = invoked ?? completed;
  const last = completed;
  const begin = { box, isEnd: false, index: first?.index ?? 0, timeNs: first?.timeNs };
  // What has no answer may take effect at any later time.
  const hasEnd = last !== undefined && (type === "ok" || type === "fail");
  return [
    begin,
    hasEnd
      ? { box, isEnd: true, index: last.index, timeNs: last.timeNs }
      : { box, isEnd: true, index: Number.POSITIVE_INFINITY, timeNs: undefined },
  ];
}

function inOrder(a: Event, b: Event): number {
  if (a.index !== b.index) return a.index < b.index ? -1 : 1;
  return a.box - b.box || Number(a.isEnd) - Number(b.isEnd);
}

function linesOf(detail: OperationDetail, anomaly: Pictured): readonly BoxLine[] {
  const all = detail.operations.map((operation) => ({
    text: lineOf(printable(microOperationText(operation))),
    isNamed: isNamed(operation, detail, anomaly),
  }));
  if (all.length <= MOST_LINES) return all;
  const kept = all.filter(({ isNamed }) => isNamed).slice(0, MOST_LINES - 1);
  return [...kept, { text: `(${all.length - kept.length} more)`, isNamed: false }];
}

/** Of a long list the end is shown: what was seen last is what the edges are about. */
function lineOf(text: string): string {
  const characters = [...text];
  const start = characters.indexOf("[") + 1;
  const isLongList = characters.length > LONGEST_LINE && text.endsWith("]");
  if (!isLongList || start === 0 || start > LONGEST_LINE / 2) return cutTo(text, LONGEST_LINE);
  const end = characters.slice(start + 1 - LONGEST_LINE).join("");
  return `${characters.slice(0, start).join("")}…${end}`;
}

function isNamed(
  { f, key, value }: MicroOperationDetail,
  { index }: OperationDetail,
  { key: named, cycle }: Pictured,
): boolean {
  if (cycle === undefined) return key !== undefined && key === named;
  return cycle.some((step) => {
    if (step.key === undefined || step.key !== key) return false;
    const isWrite = f === "append" || f === "w";
    if (step.from === index && step.relation === "rw") return !isWrite && value === step.read;
    if (step.from === index) return isWrite && value === step.element;
    if (step.to !== index) return false;
    return step.relation === "wr"
      ? !isWrite && value === step.read
      : isWrite && value === step.next;
  });
}
