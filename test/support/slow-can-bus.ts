/**
 * CAN controllers on one wire, bit after bit, each a state machine of its own that knows nothing of
 * the others but the level it samples. It shares no code with the bus model and works another way:
 * the model follows an error and computes what comes of it, here it has to happen by itself. One bit
 * rate only; the layout of a frame comes from `slow-can-frame.ts`.
 */

import type { BitHit } from "../../rig/core/can/error-signalling.ts";
import type { CanFrame } from "../../rig/core/can/frame.ts";
import { slowCanFrame } from "./slow-can-frame.ts";

type Phase = "idle" | "tx" | "rx" | "flag" | "passive-flag" | "after-flag" | "delimiter" | "pause";

export interface SlowStation {
  tec: number;
  rec: number;
  silent: boolean;
  queue: CanFrame[];
  /** Attempts, counted from 0, of which it got the frame. */
  readonly accepted: number[];
  /** Attempts that it takes as sent. */
  readonly sent: number[];
}

class Node implements SlowStation {
  tec = 0;
  rec = 0;
  silent = false;
  queue: CanFrame[] = [];
  readonly accepted: number[] = [];
  readonly sent: number[] = [];
  phase: Phase = "idle";
  position = 0;
  seen = "";
  isBad = false;
  wasTransmitter = false;
  isOverload = false;
  isAckError = false;
  count = 0;
  suspended = 0;

  get isOff(): boolean {
    return this.tec > 255;
  }

  get isPassive(): boolean {
    return this.tec > 127 || this.rec > 127;
  }
}

/** What all see of the frame being sent; positions are counted from start of frame. */
interface Layout {
  readonly bits: string;
  readonly dynamicEnd: number;
  readonly arbitrationEnd: number;
}

export class SlowBus {
  readonly nodes: Node[];
  /** In which bit each attempt began. */
  readonly starts: number[] = [];
  private readonly hitsOf: (attempt: number) => readonly BitHit[];
  private readonly own = new Map<Node, Layout>();
  private layout: Layout = { bits: "", dynamicEnd: 0, arbitrationEnd: 0 };
  private time = 0;
  private hits: readonly BitHit[] = [];

  constructor(stations: number, hitsOf: (attempt: number) => readonly BitHit[]) {
    this.nodes = Array.from({ length: stations }, () => new Node());
    this.hitsOf = hitsOf;
  }

  /** Until nobody has anything to send, at most `bits`. */
  run(bits: number): void {
    for (let i = 0; i < bits; i++) {
      if (this.nodes.every(({ queue, phase }) => queue.length === 0 && phase === "idle")) return;
      this.step();
    }
  }

  private step(): void {
    this.begin();
    const level = this.nodes.every((node) => this.output(node) === "1") ? "1" : "0";
    this.nodes.forEach((node, station) => {
      this.sample(node, station, level);
    });
    this.time++;
  }

  private begin(): void {
    const starting = this.nodes.filter(
      (node) =>
        node.phase === "idle" &&
        node.queue.length > 0 &&
        node.suspended === 0 &&
        !node.isOff &&
        !node.silent,
    );
    if (starting.length === 0) return;
    this.hits = this.hitsOf(this.starts.length);
    this.starts.push(this.time);
    for (const node of starting) {
      const frame = node.queue[0] as CanFrame;
      this.own.set(node, layoutOf(node.isPassive && frame.fd ? { ...frame, esi: true } : frame));
      this.follow(node, "tx");
    }
    // What receivers decode is the frame that is dominant first.
    const [best] = starting
      .map((node) => this.own.get(node) as Layout)
      .sort((a, b) => (a.bits < b.bits ? -1 : 1));
    this.layout = best as Layout;
  }

  private follow(node: Node, phase: "tx" | "rx"): void {
    node.phase = phase;
    node.position = 0;
    node.seen = "";
    node.suspended = 0;
    const mask = 1 << this.nodes.indexOf(node);
    node.isBad =
      phase === "rx" && this.hits.some((hit) => hit.kind === "crc" && (hit.stations & mask) !== 0);
  }

  private output(node: Node): string {
    if (node.isOff || node.silent) return "1";
    if (node.phase === "flag") return "0";
    const ackSlot = this.layout.bits.length - 12;
    if (node.phase === "rx" && node.position === ackSlot && !node.isBad) return "0";
    if (node.phase !== "tx") return "1";
    return (this.own.get(node) as Layout).bits[node.position] as string;
  }

  private sample(node: Node, station: number, level: string): void {
    if (node.isOff) return;
    switch (node.phase) {
      case "tx":
        this.transmit(node, this.hitAt(station, node.position), level);
        break;
      case "rx":
        this.receive(node, this.hitAt(station, node.position), level);
        break;
      case "idle":
        if (level === "0") {
          this.follow(node, "rx");
          this.receive(node, this.hitAt(station, 0), level);
        } else if (node.suspended > 0) node.suspended--;
        break;
      case "pause":
        this.pause(node, station, level);
        break;
      default:
        signal(node, level);
    }
  }

  private hitAt(station: number, position: number): BitHit["kind"] | undefined {
    return this.hits.find(
      (hit) => hit.kind !== "crc" && hit.bit === position && (hit.stations & (1 << station)) !== 0,
    )?.kind;
  }

  private transmit(node: Node, hit: BitHit["kind"] | undefined, level: string): void {
    const { bits, arbitrationEnd } = this.own.get(node) as Layout;
    const position = node.position++;
    const sent = bits[position] as string;
    const flipped = sent === "1" ? "0" : "1";
    const got = hit === "missed" ? sent : hit === undefined ? level : flipped;
    node.seen += level;
    if (position === bits.length - 12) {
      if (hit === undefined ? level === "1" : hit !== "missed") {
        node.isAckError = true;
        fail(node, true);
      }
      return;
    }
    if (got !== sent && sent === "1" && position < arbitrationEnd) {
      if (/(0{5}|1{5})$/.test(bits.slice(0, position))) {
        fail(node, true, 0);
        return;
      }
      // It goes on as a receiver of what it has seen so far.
      node.phase = "rx";
      return;
    }
    if (got !== sent) {
      fail(node, true);
      return;
    }
    if (position < bits.length - 4) return;
    node.sent.push(this.starts.length - 1);
    node.queue.shift();
    node.tec = Math.max(0, node.tec - 1);
    node.wasTransmitter = true;
    node.phase = "pause";
    node.count = 0;
  }

  private receive(node: Node, hit: BitHit["kind"] | undefined, level: string): void {
    const { bits, dynamicEnd } = this.layout;
    const position = node.position++;
    const got = hit === "missed" ? (bits[position] as string) : level;
    node.seen += level;
    const end = bits.length;
    const last = end - 4;
    const isHit = hit !== undefined && hit !== "missed";
    if (position < end - 13) {
      if (level !== bits[position]) node.isBad = true;
      if (isHit || (hit === undefined && this.isStuffError(node.seen, dynamicEnd))) fail(node);
    } else if (position === end - 12) {
      if (!node.isBad && !node.silent) node.rec = node.rec > 127 ? 127 : Math.max(0, node.rec - 1);
      if (isHit) fail(node);
    } else if (position < last) {
      const isBad = position === end - 11 && node.isBad;
      if (isHit || got === "0" || isBad) fail(node);
      else if (position === last - 1) node.accepted.push(this.starts.length - 1);
    } else {
      node.wasTransmitter = false;
      if (isHit || got === "0") overload(node);
      else {
        node.phase = "pause";
        node.count = 0;
      }
    }
  }

  private isStuffError(seen: string, dynamicEnd: number): boolean {
    if (seen.length <= dynamicEnd) return /(0{6}|1{6})$/.test(seen);
    const isFixed = (seen.length - 1 - dynamicEnd) % 5 === 0;
    return isFixed && seen.at(-1) === seen.at(-2);
  }

  private pause(node: Node, station: number, level: string): void {
    if (level === "0") {
      if (node.count < 2) {
        overload(node);
        return;
      }
      this.follow(node, "rx");
      this.receive(node, this.hitAt(station, 0), level);
      return;
    }
    node.count++;
    if (node.count < 3) return;
    node.phase = "idle";
    node.suspended = node.wasTransmitter && node.isPassive ? 8 : 0;
  }
}

function fail(node: Node, isTransmitter = false, raise = 8): void {
  node.wasTransmitter = isTransmitter;
  node.isOverload = false;
  const isPassive = node.isPassive;
  node.phase = isPassive && !node.silent ? "passive-flag" : "flag";
  node.count = 0;
  node.seen = "";
  // A listen-only station does as if it sent its flag, and counts nothing.
  if (node.silent) return;
  if (!isTransmitter) node.rec = Math.min(255, node.rec + 1);
  else if (!(node.isAckError && isPassive)) node.tec += raise;
  if (!isPassive) node.isAckError = false;
}

function overload(node: Node): void {
  node.phase = "flag";
  node.count = 0;
  node.isOverload = true;
}

/** Flags and delimiters. */
function signal(node: Node, level: string): void {
  if (node.phase === "flag") {
    node.count++;
    if (node.count === 6) node.phase = "after-flag";
    return;
  }
  if (node.phase === "passive-flag") {
    node.seen += level;
    if (level === "0" && node.isAckError) {
      node.tec += 8;
      node.isAckError = false;
    }
    if (!/(0{6}|1{6})$/.test(node.seen)) return;
    node.phase = "after-flag";
    node.count = 6;
    node.isAckError = false;
    return;
  }
  if (node.phase === "after-flag") {
    const isFirst = node.count === 6;
    if (level === "0") {
      const counts = isFirst && !node.wasTransmitter && !node.isOverload && !node.silent;
      if (counts) node.rec = Math.min(255, node.rec + 8);
      node.count = 7;
      return;
    }
    node.phase = "delimiter";
    node.count = 1;
    return;
  }
  if (level === "0") {
    fail(node);
    return;
  }
  node.count++;
  if (node.count < 8) return;
  node.phase = "pause";
  node.count = 0;
}

function layoutOf(frame: CanFrame): Layout {
  const { bits, dynamicStuffBits } = slowCanFrame(frame);
  const silent = bits.length - 12;
  const head = frame.fd ? (frame.extended ? 41 : 22) + 8 * frame.data.length : 0;
  const plain = frame.extended ? 33 : 13;
  // The arbitration field ends behind so many bits that are no stuff bits.
  let arbitrationEnd = 0;
  let run = 0;
  for (let taken = 0; taken < plain; arbitrationEnd++) {
    const isStuff = run === 5;
    const isEqual = bits[arbitrationEnd] === bits[arbitrationEnd - 1];
    run = isEqual ? run + 1 : 1;
    if (!isStuff) taken++;
  }
  return {
    bits: `${bits.slice(0, silent)}1${bits.slice(silent + 1)}`,
    dynamicEnd: frame.fd ? head + dynamicStuffBits : bits.length - 13,
    arbitrationEnd,
  };
}
