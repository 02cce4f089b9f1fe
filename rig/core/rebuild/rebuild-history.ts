/**
 * A history out of a capture of our own wire format (docs/reference/wire.md), and what is missing.
 * A capture never knows more than it holds: with gaps, elements that were read and never asked for
 * belong to operations that nobody saw, and a verdict on the history says nothing for certain.
 */

import { faultBound } from "../consensus/quorum.ts";
import type { WorkloadModel } from "../elle/result.ts";
import type { MicroOp, Operation } from "../history/operation.ts";
import type { TraceRecord, TraceTime } from "../trace/index.ts";
import { nanosecondsOf, subtractTimes } from "../trace/trace-time.ts";
import { decodeReply } from "../wire/client-message.ts";
import { HEADER_LENGTH } from "../wire/header.ts";
import { CLASS } from "../wire/identifier.ts";
import { Reassembler } from "../wire/reassembly.ts";
import { TYPE } from "../wire/roj-message.ts";
import { OPCODE, readTransaction } from "../wire/transaction.ts";
import { LinkGaps } from "./link-gaps.ts";
import { type HeardRecord, NodeRecords } from "./node-record.ts";
import { type Moment, Session } from "./session.ts";
import { operationsOfSessions } from "./session-events.ts";
import { type WireFrame, wireFrameOf } from "./wire-frames.ts";

export interface RebuiltHistory {
  readonly operations: readonly Operation[];
  readonly workload: WorkloadModel;
  /** Why the history may be incomplete: nothing where every request is there. */
  readonly gaps: readonly string[];
  /** Frames of our wire format, and all others. */
  readonly frames: number;
  readonly otherFrames: number;
}

export class HistoryRebuilder {
  readonly #sessions = new Map<number, Session>();
  readonly #reassembler = new Reassembler();
  readonly #links = new Map<number, LinkGaps>();
  readonly #nodes: NodeRecords;
  #start: TraceTime | null = null;
  #nowNs = 0;
  #order = 0;
  #frames = 0;
  #otherFrames = 0;
  #heard = 0;
  #lastGap = -1;
  #holes = 0;
  #strayReplies = 0;
  #hasWrites = false;
  #cut: string | null = null;

  /** `onRecord` gets what each node said of its own work. */
  constructor(onRecord: (record: HeardRecord) => void = () => {}) {
    this.#nodes = new NodeRecords(onRecord);
  }

  /** Nodes by the highest number that was heard: there may be more. */
  get nodesHeard(): number {
    return 32 - Math.clz32(this.#heard & 0x3fff);
  }

  add(record: TraceRecord): void {
    this.#order++;
    if (record.time !== null) {
      this.#start ??= record.time;
      const sinceNs = Number(nanosecondsOf(subtractTimes(record.time, this.#start)));
      this.#nowNs = Math.max(this.#nowNs, sinceNs);
    }
    if (record.kind === "event" && record.event === "hole") {
      this.#holes++;
      this.#lastGap = this.#order;
    }
    if (record.kind !== "data") return;
    const frame = wireFrameOf(record);
    if (frame === null) {
      this.#otherFrames++;
      return;
    }
    this.#frames++;
    this.#heard |= 1 << frame.source;
    this.#nodes.add(frame, this.#nowNs);
    if (frame.header.type === TYPE.reply) this.#onReply(frame);
    else if (isOfClient(frame)) this.#onClient(frame);
  }

  /** The trace ended too early, and why. */
  cut(reason: string): void {
    this.#cut = reason;
  }

  /** `nodes`: size of the cluster, as f + 1 equal replies acknowledge an operation. */
  finish(nodes: number): RebuiltHistory {
    const sessions = [...this.#sessions.values()].sort((a, b) => a.number - b.number);
    const workload = this.#hasWrites ? "rw-register" : "list-append";
    const needed = faultBound(nodes) + 1;
    const end: Moment = { order: this.#order + 1, timeNs: this.#nowNs };
    const operations = operationsOfSessions({ sessions, needed, workload, end });
    const gaps = this.#gaps(sessions);
    return {
      operations: gaps.length === 0 ? operations : withUnseen(operations),
      workload,
      gaps,
      frames: this.#frames,
      otherFrames: this.#otherFrames,
    };
  }

  #onClient(frame: WireFrame): void {
    const { source, header, data } = frame;
    const moment = { order: this.#order, timeNs: this.#nowNs };
    let link = this.#links.get(source);
    if (link === undefined) {
      link = new LinkGaps();
      this.#links.set(source, link);
    }
    if (link.add(header.boot, header.sequence)) this.#lastGap = this.#order;
    if (header.type !== TYPE.request) return;
    const transaction = readTransaction(data, HEADER_LENGTH);
    if (transaction === null) return;
    if (transaction.microOps.some(({ opcode }) => opcode === OPCODE.write)) this.#hasWrites = true;
    let session = this.#sessions.get(transaction.client);
    if (session === undefined) {
      session = new Session(transaction.client);
      this.#sessions.set(transaction.client, session);
    }
    session.ask(transaction, moment, this.#lastGap);
  }

  #onReply({ source, header, data }: WireFrame): void {
    const whole = this.#reassembler.add(source, header, data);
    if (whole === null) return;
    let session: Session | undefined;
    const reply = decodeReply(whole, (client, request) => {
      session = this.#sessions.get(client);
      const current = session?.current?.transaction;
      if (current === undefined || request > current.request) this.#strayReplies++;
      if (current?.request !== request) return null;
      return current.microOps.filter(({ opcode }) => opcode === OPCODE.read).length;
    });
    const moment = { order: this.#order, timeNs: this.#nowNs };
    if (reply !== null) session?.answer(source, reply, moment);
  }

  #gaps(sessions: readonly Session[]): string[] {
    const missing = [...this.#links.values()].reduce((sum, link) => sum + link.finish(), 0);
    const skipped = sessions.reduce((sum, session) => sum + session.skipped, 0);
    const counted: readonly (readonly [number, string])[] = [
      [this.#holes, "places where the recorder lost frames"],
      [missing, "frames of clients are missing by their link sequence: lost, or never sent"],
      [skipped, "requests are missing by their numbers"],
      [this.#strayReplies, "replies to requests that are not there"],
    ];
    const texts = counted.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
    return this.#cut === null ? texts : [...texts, `the trace is cut off: ${this.#cut}`];
  }
}

/** Clients count their frames apart from what the protocol of their node sends. */
function isOfClient({ messageClass }: WireFrame): boolean {
  return messageClass === CLASS.request || messageClass === CLASS.telemetry;
}

/** With an operation of unknown outcome for each thing that was read and never asked for. */
function withUnseen(operations: readonly Operation[]): Operation[] {
  const asked = new Set<string>();
  const unseen = new Map<string, MicroOp>();
  for (const { type, value } of operations) {
    if (!Array.isArray(value)) continue;
    for (const [f, key, argument] of value as readonly MicroOp[]) {
      if (type === "invoke" && f !== "r") asked.add(`${key} ${argument}`);
    }
  }
  for (const { type, value } of operations) {
    if (type !== "ok" || !Array.isArray(value)) continue;
    for (const [f, key, argument] of value as readonly MicroOp[]) {
      if (f !== "r" || argument === null) continue;
      const isList = typeof argument !== "number";
      for (const element of isList ? (argument as readonly number[]) : [argument]) {
        const name = `${key} ${element}`;
        if (!asked.has(name)) unseen.set(name, [isList ? "append" : "w", key, element]);
      }
    }
  }
  const most = operations.reduce((top, { process }) => Math.max(top, Number(process)), -1);
  const invented = [...unseen.values()].map((microOp, at) => {
    const base = { f: "txn", process: most + 1 + at, time: 0, value: [microOp] };
    return { base, error: "its request is not in the trace" };
  });
  const all = [
    ...invented.map(({ base }) => ({ ...base, type: "invoke" as const })),
    ...operations,
    ...invented.map(({ base, error }) => ({ ...base, type: "info" as const, error })),
  ];
  return all.map((operation, index) => ({ ...operation, index }));
}
