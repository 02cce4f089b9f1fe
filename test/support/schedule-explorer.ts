/**
 * Runs ROJ nodes under random schedules: any frame in flight may be delivered, dropped or delayed
 * for ever, any timer may fire, any record may become durable, nodes may lose power and come back.
 * There is no bus and no time, so everything that asynchrony allows can happen.
 */

import type { CanFrame } from "../../rig/core/can/frame.ts";
import type { NodeEffect } from "../../rig/core/consensus/node-core.ts";
import { RojNode } from "../../rig/core/consensus/roj/node.ts";
import { ROJ_RULES, type RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { Random } from "../../rig/core/random/random.ts";
import { requestEnvelope, writeRequest } from "../../rig/core/wire/client-message.ts";
import { FrameMaker, TO_ALL } from "../../rig/core/wire/header.ts";
import { CLASS, classOfId } from "../../rig/core/wire/identifier.ts";
import { OPCODE } from "../../rig/core/wire/transaction.ts";

export interface Exploration {
  readonly nodes: number;
  readonly steps: number;
  readonly rules?: RojRules;
  /** Nodes lose power now and then. */
  readonly crashes?: boolean;
}

interface Member {
  node: RojNode;
  boots: number;
  readonly image: Uint8Array[];
  readonly inbox: CanFrame[];
  pending: { token: number; record: Uint8Array }[];
  timers: Set<number>;
}

export interface Explored {
  /** The first slot for which two nodes hold different batches, or null. */
  readonly disagreement: string | null;
  readonly decisions: number;
}

const HOST = 14;

export function explore(seed: number, exploration: Exploration): Explored {
  const { nodes, steps, rules = ROJ_RULES, crashes = false } = exploration;
  const random = Random.of(seed, "explorer");
  const decided = new Map<number, string>();
  let disagreement: string | null = null;
  let decisions = 0;
  // Each schedule draws its own temper.
  const timerPercent = random.between(1, 15);
  const dropPercent = random.between(0, 10);
  const reach = random.between(1, 60);
  // Without repair, nodes stay apart for longer, which is where mistakes show.
  const hasRepair = random.chance(1, 4);
  const make = (node: number) =>
    new RojNode({ node, nodes, roundTimeoutNs: 1000, roundDeltaNs: 100, rules });
  const members: Member[] = Array.from({ length: nodes }, (_, node) => ({
    node: make(node),
    boots: 0,
    image: [],
    inbox: [],
    pending: [],
    timers: new Set(),
  }));
  const apply = (index: number, effects: readonly NodeEffect[]) => {
    const member = members[index] as Member;
    for (const effect of effects) {
      if (effect.kind === "send") {
        if (!hasRepair && classOfId(effect.frame.id) === CLASS.repair) continue;
        members.forEach((other, at) => {
          if (at !== index) other.inbox.push(effect.frame);
        });
      } else if (effect.kind === "persist") member.pending.push(effect);
      else if (effect.kind === "set-timer") member.timers.add(effect.timer);
      else if (effect.kind === "clear-timer") member.timers.delete(effect.timer);
      else if (effect.record.event === "commit") {
        const { slot, digest } = effect.record;
        decisions++;
        const known = decided.get(slot);
        if (known === undefined) decided.set(slot, digest as string);
        else if (known !== digest) disagreement ??= `slot ${slot}: ${known} and ${digest}`;
      }
    }
  };
  const boot = (index: number) => {
    const member = members[index] as Member;
    member.node = make(index);
    member.pending = [];
    member.timers = new Set();
    member.boots++;
    const image = member.image.slice();
    apply(index, member.node.step({ kind: "boot", incarnation: member.boots, image }));
  };
  for (let index = 0; index < nodes; index++) boot(index);
  // Each client's request reaches some nodes only, so that proposers differ in what they propose.
  const frames = new FrameMaker(1);
  const body = new Uint8Array(64);
  for (let client = 0; client < nodes; client++) {
    const microOps = [{ opcode: OPCODE.append, key: 1, value: client + 1 }];
    const length = writeRequest(body, { client, request: 1, microOps });
    frames.frames(requestEnvelope(HOST, TO_ALL), body, length, (frame) => {
      (members[client] as Member).inbox.push(frame);
    });
  }
  for (let step = 0; step < steps && disagreement === null; step++) {
    const index = random.below(nodes);
    const member = members[index] as Member;
    if (member.timers.size > 0 && random.below(100) < timerPercent) {
      const timers = [...member.timers];
      const timer = timers[random.below(timers.length)] as number;
      member.timers.delete(timer);
      apply(index, member.node.step({ kind: "timer", timer }));
    } else if (member.pending.length > 0 && random.chance(1, 2)) {
      const write = member.pending.shift() as { token: number; record: Uint8Array };
      member.image.push(write.record);
      apply(index, member.node.step({ kind: "stored", token: write.token }));
    } else if (member.inbox.length > 0) {
      const at = random.below(Math.min(reach, member.inbox.length));
      const frame = member.inbox[at] as CanFrame;
      // A frame may stay in flight and arrive again: duplicates are real.
      if (!random.chance(1, 20)) member.inbox.splice(at, 1);
      if (random.below(100) < dropPercent) continue;
      apply(index, member.node.step({ kind: "frame", frame }));
    }
    if (crashes && random.chance(1, 300)) boot(index);
  }
  return { disagreement, decisions };
}
