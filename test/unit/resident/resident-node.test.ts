/** Clients that live on a node, event by event: what they record, announce, ask for and believe. */

import { describe, expect, it } from "vitest";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "../../../rig/core/consensus/node-core.ts";
import type { NodeHistoryRecord } from "../../../rig/core/history/node-history.ts";
import { ResidentNode } from "../../../rig/core/resident/resident-node.ts";
import { RESIDENT_KEYS } from "../../../rig/core/resident/resident-workload.ts";
import { encodeReply, replyEnvelope } from "../../../rig/core/wire/client-message.ts";
import { FrameMaker, HEADER_LENGTH, readHeader } from "../../../rig/core/wire/header.ts";
import { CLASS, classOfId } from "../../../rig/core/wire/identifier.ts";
import { decodeMarker } from "../../../rig/core/wire/marker.ts";
import { readTransaction, type Transaction } from "../../../rig/core/wire/transaction.ts";
import { aPlan } from "../../support/plans.ts";

const NODE = 1;
const NODES = 4;
const START = { kind: "command", command: { kind: "start" } } as const;

/** A core that notes what it is asked, and answers nothing. */
class SilentCore implements NodeCore {
  readonly events: NodeEvent[] = [];
  effects: NodeEffect[] = [];

  step(event: NodeEvent): readonly NodeEffect[] {
    this.events.push(event);
    return this.effects;
  }
}

class Bench {
  readonly core = new SilentCore();
  readonly records: NodeHistoryRecord[] = [];
  readonly sent: { readonly token: number; readonly frame: CanFrame }[] = [];
  readonly timers = new Map<number, number>();
  readonly #node: ResidentNode;
  nowNs: number;

  /** `nowNs` is what the node's clock shows at first. */
  constructor(processes = 1, nowNs = 0) {
    this.nowNs = nowNs;
    const { workload, client } = aPlan({});
    const options = { node: NODE, nodes: NODES, seed: 1, processes, workload, client };
    this.#node = new ResidentNode(this.core, options);
    this.boot(1);
  }

  boot(incarnation: number): void {
    this.step({ kind: "boot", incarnation, image: [] });
    this.step(START);
  }

  step(event: NodeEvent): void {
    this.nowNs += 1_000;
    for (const effect of this.#node.step(event, this.nowNs)) {
      if (effect.kind === "history") this.records.push(effect.record);
      else if (effect.kind === "send") this.sent.push(effect);
      else if (effect.kind === "set-timer") this.timers.set(effect.timer, effect.delayNs);
      else if (effect.kind === "clear-timer") this.timers.delete(effect.timer);
    }
  }

  get markers() {
    return this.sent.flatMap(({ frame, token }) => {
      const marker = decodeMarker(frame.id & 15, readHeader(frame.data), frame.data);
      return marker === null ? [] : [{ ...marker, token }];
    });
  }

  get requests(): Transaction[] {
    return this.sent.flatMap(({ frame }) => {
      if (classOfId(frame.id) !== CLASS.request) return [];
      return [readTransaction(frame.data, HEADER_LENGTH) as Transaction];
    });
  }

  /** The newest marker was on the bus. */
  announce(): void {
    this.step({ kind: "transmitted", token: this.markers.at(-1)?.token ?? 0 });
  }

  reply(source: number, { client, request, microOps }: Transaction): void {
    this.step({ kind: "frame", frame: replyFrame(source, { client, request, microOps }) });
  }
}

function replyFrame(source: number, { client, request, microOps }: Transaction): CanFrame {
  const reads = microOps.filter(({ opcode }) => opcode === 1).map(() => []);
  const body = encodeReply({ client, request, status: 0, reads });
  const frames: CanFrame[] = [];
  const envelope = replyEnvelope(source, NODE);
  new FrameMaker(1).frames(envelope, body, body.length, (frame) => frames.push(frame));
  return frames[0] as CanFrame;
}

describe("an operation of a node's own client", () => {
  it("is recorded and announced, and asked for only when the marker was on the bus", () => {
    const bench = new Bench();
    expect(bench.records.map(({ kind }) => kind)).toEqual(["boot", "invoke"]);
    expect(bench.requests).toEqual([]);
    bench.announce();
    expect(bench.requests.length).toBe(1);
    // The node's own core hears of it as well, though a controller doesn't hear itself.
    expect(bench.core.events.map(({ kind }) => kind)).toEqual(["boot", "frame"]);
  });

  it("is not asked for by the last one's timer, which a paused node may hear of late", () => {
    const bench = new Bench();
    bench.announce();
    const [asked] = bench.requests as [Transaction];
    const [retry] = [...bench.timers.keys()].filter((timer) => timer % 2 === 1);
    for (const source of [0, 2]) bench.reply(source, asked);
    expect(bench.records.map(({ kind }) => kind)).toEqual(["boot", "invoke", "ok", "invoke"]);
    bench.step({ kind: "timer", timer: retry as number });
    expect(bench.requests).toEqual([asked]);
    bench.announce();
    expect(bench.requests).toHaveLength(2);
  });

  it("is acknowledged by f + 1 distinct nodes, and the next one begins", () => {
    const bench = new Bench();
    bench.announce();
    const [asked] = bench.requests as [Transaction];
    bench.reply(0, asked);
    bench.reply(0, asked);
    expect(bench.records.at(-1)?.kind).toBe("invoke");
    bench.reply(2, asked);
    expect(bench.records.map(({ kind }) => kind)).toEqual(["boot", "invoke", "ok", "invoke"]);
    expect(bench.markers.map(({ kind }) => kind)).toEqual(["boot", "invoke", "ok", "invoke"]);
    expect(bench.markers.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
  });

  it("is acknowledged by this node's own reply too, which never takes the bus", () => {
    const bench = new Bench();
    bench.announce();
    const [asked] = bench.requests as [Transaction];
    bench.core.effects = [{ kind: "send", token: 5, frame: replyFrame(NODE, asked) }];
    bench.step({ kind: "timer", timer: 0 });
    bench.core.effects = [];
    expect(bench.sent.some(({ token }) => token === 5)).toBe(false);
    bench.reply(3, asked);
    expect(bench.records[2]?.kind).toBe("ok");
  });

  it("that times out is info, repeats its value, and its process never speaks again", () => {
    const bench = new Bench();
    bench.announce();
    bench.step({ kind: "timer", timer: 64 });
    const [, invoke, info, next] = bench.records;
    expect(info).toMatchObject({ kind: "info", process: 0, value: invoke?.value });
    expect(next).toMatchObject({ kind: "invoke", process: 1 });
    bench.reply(0, bench.requests[0] as Transaction);
    bench.reply(2, bench.requests[0] as Transaction);
    expect(bench.records.length).toBe(4);
  });

  it("whose marker is late after a timeout is never asked for", () => {
    const bench = new Bench();
    const [, invoked] = bench.markers;
    bench.step({ kind: "timer", timer: 64 });
    bench.step({ kind: "transmitted", token: invoked?.token ?? 0 });
    expect(bench.requests).toEqual([]);
  });

  it("is asked for again, under its number, until it ends", () => {
    const bench = new Bench();
    bench.announce();
    bench.step({ kind: "timer", timer: 65 });
    expect(bench.requests.length).toBe(2);
    expect(bench.requests[1]).toEqual(bench.requests[0]);
  });
});

describe("a node with clients of its own", () => {
  it("after a restart has another session, and counts requests from 1", () => {
    const bench = new Bench();
    bench.announce();
    bench.boot(2);
    bench.announce();
    const [before, after] = bench.requests as [Transaction, Transaction];
    expect(after.client).not.toBe(before.client);
    expect([before.request, after.request]).toEqual([1, 1]);
    expect(bench.records.map(({ boot, number }) => [boot, number])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ]);
  });

  it("takes no reply of before its restart for one of after it", () => {
    const bench = new Bench();
    bench.announce();
    const [before] = bench.requests as [Transaction];
    bench.boot(2);
    bench.announce();
    for (const source of [0, 2, 3]) bench.reply(source, before);
    expect(bench.records.at(-1)?.kind).toBe("invoke");
  });

  it("takes no frame of before its restart for the marker of an operation after it", () => {
    const bench = new Bench();
    const [, before] = bench.markers;
    bench.boot(2);
    bench.step({ kind: "transmitted", token: before?.token ?? 0 });
    expect(bench.requests).toEqual([]);
  });

  it("is idle until it is told to start, stops when told, and reads what it is told", () => {
    const bench = new Bench(2);
    expect(bench.records.filter(({ kind }) => kind === "invoke").length).toBe(2);
    bench.step({ kind: "command", command: { kind: "stop" } });
    bench.step({ kind: "timer", timer: 64 });
    bench.step({ kind: "timer", timer: 66 });
    expect(bench.records.length).toBe(5);
    bench.step({ kind: "command", command: { kind: "final-reads", keys: [9, 8, 7] } });
    const values = bench.records.slice(5).map(({ value }) => value);
    expect(values).toEqual([[["r", 9, null]], [["r", 8, null]]]);
    bench.step({ kind: "boot", incarnation: 2, image: [] });
    expect(bench.records.at(-1)).toMatchObject({ kind: "boot", boot: 2, number: 0 });
  });

  it("never appends an element twice to a key, in any of its boots", () => {
    const bench = new Bench(2);
    for (let boot = 1; boot <= 40; boot++) {
      if (boot > 1) bench.boot(boot);
      for (let count = 0; count < 20; count++) bench.step({ kind: "timer", timer: 64 });
    }
    const seen = new Set<string>();
    for (const { kind, value } of bench.records) {
      for (const [f, key, element] of kind === "invoke" ? (value ?? []) : []) {
        expect(key).toBeGreaterThanOrEqual(RESIDENT_KEYS);
        if (f !== "append") continue;
        expect(seen.has(`${key} ${element}`)).toBe(false);
        seen.add(`${key} ${element}`);
      }
    }
    expect(seen.size).toBeGreaterThan(500);
  });

  it("runs no clients when its boots are used up", () => {
    const bench = new Bench();
    bench.boot(256);
    expect(bench.records.at(-1)).toMatchObject({ kind: "boot", boot: 256 });
  });

  it("writes the time of its own clock into its records", () => {
    const [right, wrong] = [new Bench(), new Bench(1, 1_000_000_000)];
    const off = wrong.records.map(({ localNs }, at) => localNs - (right.records[at]?.localNs ?? 0));
    expect(off).toEqual([1_000_000_000, 1_000_000_000]);
    expect(wrong.markers).toEqual(right.markers);
  });
});
