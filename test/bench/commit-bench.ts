/**
 * Requests that the simulated cluster commits per second of its own time, where nothing but the
 * bus should hold it up: clients sit on every node and need no frames, and for each request that
 * is applied the next one waits at once. Beside it stands what the frames of a slot leave room
 * for: a proposal that counts as its proposer's vote, the other votes, and the confirmations.
 */

import { frameDurationNs } from "../../rig/core/can/bit-count.ts";
import type { CanFrame } from "../../rig/core/can/frame.ts";
import { makeNode } from "../../rig/core/consensus/make-node.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "../../rig/core/consensus/node-core.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import { NS_PER_MS, NS_PER_S, NS_PER_US } from "../../rig/core/time/time.ts";
import { requestEnvelope, writeRequest } from "../../rig/core/wire/client-message.ts";
import { FrameMaker, readHeader } from "../../rig/core/wire/header.ts";
import { CLASS, classOfId } from "../../rig/core/wire/identifier.ts";
import { TYPE } from "../../rig/core/wire/roj-message.ts";
import { OPCODE } from "../../rig/core/wire/transaction.ts";
import { Cluster } from "../../rig/simulation/cluster.ts";
import type { BenchRow } from "./rows.ts";

const NODES = [3, 5, 7];
const BATCHES = [1, 4, 15];
const HOST = 14;
/** A list takes 24 elements, and keys are 14 bits. */
const APPENDS_PER_KEY = 24;
const KEYS = 0x4000;

/** A node with so many clients in front of it, each with one request open. */
class Crowded implements NodeCore {
  readonly #core: NodeCore;
  readonly #clients: number;
  readonly #maker = new FrameMaker(1);
  readonly #body = new Uint8Array(64);
  applied = 0;

  constructor(core: NodeCore, clients: number) {
    this.#core = core;
    this.#clients = clients;
  }

  step(event: NodeEvent, timeNs: number): readonly NodeEffect[] {
    const out: NodeEffect[] = [];
    this.#take(this.#core.step(event, timeNs).slice(), out, timeNs);
    if (event.kind !== "boot") return out;
    for (let client = 0; client < this.#clients; client++) this.#ask(client, 1, out, timeNs);
    return out;
  }

  #take(effects: readonly NodeEffect[], out: NodeEffect[], timeNs: number): void {
    for (const effect of effects) {
      // Clients sit here, so that replies need no bus.
      if (effect.kind === "send" && classOfId(effect.frame.id) === CLASS.reply) continue;
      out.push(effect);
      if (effect.kind !== "trace" || effect.record.event !== "apply") continue;
      for (const [client, request] of effect.record.requests ?? []) {
        this.applied++;
        this.#ask(client, request + 1, out, timeNs);
      }
    }
  }

  #ask(client: number, request: number, out: NodeEffect[], timeNs: number): void {
    const key = (client + this.#clients * Math.floor(request / APPENDS_PER_KEY)) % KEYS;
    const microOps = [{ opcode: OPCODE.append, key, value: request & 0xffff }];
    const length = writeRequest(this.#body, { client, request, microOps });
    this.#maker.frames(requestEnvelope(HOST, 0), this.#body, length, (frame) => {
      this.#take(this.#core.step({ kind: "frame", frame }, timeNs).slice(), out, timeNs);
    });
  }
}

/** Mean bus time of the frames that a slot can't do without. */
class SlotTime {
  readonly #plan: RunPlan;
  readonly #sums = new Map<number, { ns: number; messages: number }>();

  constructor(plan: RunPlan) {
    this.#plan = plan;
  }

  add(frame: CanFrame): void {
    const { type, fragment } = readHeader(frame.data);
    const sum = this.#sums.get(type) ?? { ns: 0, messages: 0 };
    sum.ns += frameDurationNs(frame, this.#plan.bus);
    if (fragment === 0) sum.messages++;
    this.#sums.set(type, sum);
  }

  limitNs(): number {
    const { nodes } = this.#plan;
    const promises = (nodes - 1) * this.#mean(TYPE.vote) + nodes * this.#mean(TYPE.confirm);
    return this.#mean(TYPE.propose) + promises;
  }

  #mean(type: number): number {
    const { ns, messages } = this.#sums.get(type) ?? { ns: 0, messages: 1 };
    return ns / messages;
  }
}

function commits(plan: RunPlan, batch: number): { perSecond: number; limit: number; load: number } {
  const cores: Crowded[] = [];
  const slot = new SlotTime(plan);
  const cluster = new Cluster({
    plan,
    makeNode: (node) => {
      const core = new Crowded(makeNode(plan, node), batch);
      cores.push(core);
      return core;
    },
    sink: { record() {}, node() {}, frame: (_timeNs, frame) => slot.add(frame) },
    onHostFrame() {},
  });
  cluster.start();
  while (cluster.nowNs < NS_PER_S) cluster.advance();
  const seconds = cluster.nowNs / NS_PER_S;
  const perSecond = Math.min(...cores.map(({ applied }) => applied)) / seconds;
  const load = cluster.statistics().bus.busyNs / cluster.nowNs;
  return { perSecond, limit: (batch * NS_PER_S) / slot.limitNs(), load };
}

export function* benchCommits(): Generator<BenchRow> {
  for (const nodes of NODES) {
    for (const batch of BATCHES) {
      const plan = makePlan({ scenario: "happy", nodes, seed: 1 });
      const timers = { roundTimeoutNs: 2 * NS_PER_MS, roundDeltaNs: NS_PER_MS };
      const quick = { ...plan, timers, storage: { writeNs: NS_PER_US } };
      for (const [what, each] of [
        ["", quick],
        [", default timers and storage", plan],
      ] as const) {
        const { perSecond, limit, load } = commits(each, batch);
        const share = Math.round((100 * perSecond) / limit);
        const bus = Math.round(100 * load);
        yield {
          name: `commits, ${nodes} nodes, batches of ${batch}${what}`,
          value: perSecond,
          unit: "commits/s",
          ratio: `${share} % of the ${Math.round(limit)} that the bus allows; bus ${bus} % busy`,
        };
      }
    }
  }
}
