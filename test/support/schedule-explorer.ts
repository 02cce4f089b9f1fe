/**
 * Runs ROJ nodes under random schedules: any frame in flight may be delivered, dropped or held
 * back for long, any timer may fire, any record may become durable, nodes may lose power and come
 * back. There is no bus and no time, so everything that asynchrony allows can happen. Each
 * schedule draws its own temper, and holds whole kinds of messages back from single nodes: pure
 * chance hardly ever keeps a quorum from several nodes and shows it to them too late.
 */

import type { CanFrame } from "../../rig/core/can/frame.ts";
import type { NodeEffect, NodeRecord } from "../../rig/core/consensus/node-core.ts";
import { TIMER } from "../../rig/core/consensus/roj/agreement.ts";
import { RojNode } from "../../rig/core/consensus/roj/node.ts";
import { ROJ_RULES, type RojRules } from "../../rig/core/consensus/roj/rules.ts";
import { COMPACTION, type Compaction } from "../../rig/core/consensus/roj/snapshot.ts";
import { Random } from "../../rig/core/random/random.ts";
import { requestEnvelope, writeRequest } from "../../rig/core/wire/client-message.ts";
import { FrameMaker, HEADER_LENGTH, readHeader, TO_ALL } from "../../rig/core/wire/header.ts";
import { CLASS, classOfId } from "../../rig/core/wire/identifier.ts";
import { TYPE } from "../../rig/core/wire/roj-message.ts";
import { OPCODE, readU16, readU32 } from "../../rig/core/wire/transaction.ts";
import { StorageAtlas } from "../../rig/simulation/storage-atlas.ts";
import { StorageMedium } from "../../rig/simulation/storage-medium.ts";

export interface Exploration {
  readonly nodes: number;
  /** Steps of one schedule, for each node. */
  readonly steps?: number;
  readonly rules?: RojRules;
  /** Nodes lose power now and then. */
  readonly crashes?: boolean;
  /** A snapshot after so many slots, and little kept beside it; there are more requests then. */
  readonly snapshotSlots?: number;
  /** Records are damaged at a loss of power, as far as the atlas lets them. */
  readonly damage?: boolean;
}

export interface Explored {
  /** The first slot for which two nodes hold different batches, or null. */
  readonly disagreement: string | null;
  readonly decisions: number;
  /** Snapshots written or installed. */
  readonly snapshots: number;
  /** Votes and confirmations that differ from what the node had said in that round. */
  readonly brokenPromises: number;
}

interface InFlight {
  readonly frame: CanFrame;
  readonly hold: Hold | null;
}

interface Hold {
  readonly slot: number;
  /** Not delivered before this step, or until some node has decided the slot. */
  readonly until: number | "decision";
}

interface Member {
  node: RojNode;
  boots: number;
  readonly medium: StorageMedium;
  readonly inbox: InFlight[];
  pending: Extract<NodeEffect, { kind: "persist" }>[];
  timers: Set<number>;
  /** Its timers stand still until somebody has decided something. */
  readonly isPatient: boolean;
}

const HOST = 14;
const STEPS = 150;
/** Timers that move agreement; the others only ask for what is missing. */
const TICKING: ReadonlySet<number> = new Set([TIMER.round, TIMER.gather]);
/** Types of messages that are held back. */
const HELD = [TYPE.propose, TYPE.vote, TYPE.confirm];

export function explore(seed: number, exploration: Exploration): Explored {
  return new Schedule(seed, exploration).run();
}

/** How many of these schedules end in a disagreement. */
export function disagreements(
  seeds: { readonly from: number; readonly count: number },
  exploration: Exploration,
): Omit<Explored, "disagreement"> & { readonly found: number } {
  let found = 0;
  let decisions = 0;
  let snapshots = 0;
  let brokenPromises = 0;
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    const explored = explore(seed, exploration);
    if (explored.disagreement !== null) found++;
    decisions += explored.decisions;
    snapshots += explored.snapshots;
    brokenPromises += explored.brokenPromises;
  }
  return { found, decisions, snapshots, brokenPromises };
}

class Schedule {
  readonly #nodes: number;
  readonly #steps: number;
  readonly #rules: RojRules;
  readonly #crashes: boolean;
  readonly #compaction: Compaction;
  readonly #clients: number;
  readonly #atlas: StorageAtlas | null;
  readonly #random: Random;
  readonly #members: Member[];
  readonly #decided = new Map<number, string | null>();
  readonly #decidedIn = new Map<number, number>();
  readonly #states = new Map<number, string | null>();
  readonly #said = new Map<string, string | null>();
  /** By receiver, type, slot and round: what keeps such messages back. */
  readonly #holds = new Map<string, Hold | null>();
  /** By type, slot and round: the node that is spared where all others wait, or -1; else null. */
  readonly #sieges = new Map<string, number | null>();
  readonly #hasSieges: boolean;
  readonly #dropPercent: number;
  /** Chance in a hundred that messages of a type and round are held back from a node. */
  readonly #holdPercent: ReadonlyMap<number, number>;
  readonly #holdSteps: number;
  /** Chance in a thousand that a step of a node is a timer. */
  readonly #timerPermille: number;
  /** Chance in a hundred that a message which shows a decision to others is lost. */
  readonly #hidePercent: number;
  readonly #reach: number;
  readonly #hasRepair: boolean;
  #step = 0;
  #decisions = 0;
  #snapshots = 0;
  #brokenPromises = 0;
  #disagreement: string | null = null;

  constructor(seed: number, exploration: Exploration) {
    const { nodes, steps = STEPS, rules = ROJ_RULES, crashes = false } = exploration;
    this.#nodes = nodes;
    this.#steps = steps * nodes;
    this.#rules = rules;
    this.#crashes = crashes;
    const { snapshotSlots = COMPACTION.everySlots, damage = false } = exploration;
    const keptSlots = Math.min(snapshotSlots, COMPACTION.keptSlots);
    this.#compaction = { ...COMPACTION, everySlots: snapshotSlots, keptSlots };
    this.#clients = exploration.snapshotSlots === undefined ? nodes : 3 * nodes;
    this.#atlas = damage ? new StorageAtlas(seed, nodes) : null;
    const random = Random.of(seed, "explorer");
    this.#random = random;
    this.#timerPermille = 2 ** random.between(1, 7);
    this.#dropPercent = random.chance(1, 2) ? 0 : random.between(1, 10);
    const holds = random.chance(1, 4) ? 0 : 100;
    this.#holdPercent = new Map(HELD.map((type) => [type, random.below(holds + 1)]));
    this.#holdSteps = random.between(10, 80) * nodes;
    this.#hidePercent = random.chance(1, 3) ? 0 : 95;
    this.#hasSieges = random.chance(1, 2);
    const patient = random.below(80);
    this.#reach = random.between(1, 60);
    // Without repair, nodes stay apart for longer, which is where mistakes show.
    this.#hasRepair = random.chance(1, 4);
    this.#members = Array.from({ length: nodes }, (_, node) => ({
      node: this.#make(node),
      boots: 0,
      medium: new StorageMedium(32),
      inbox: [],
      pending: [],
      timers: new Set<number>(),
      isPatient: random.below(100) < patient,
    }));
  }

  run(): Explored {
    for (let index = 0; index < this.#nodes; index++) this.#boot(index);
    this.#sendRequests();
    for (; this.#step < this.#steps && this.#disagreement === null; this.#step++) {
      const index = this.#random.below(this.#nodes);
      this.#advance(index);
      if (this.#crashes && this.#random.chance(1, 300)) this.#boot(index);
    }
    return {
      disagreement: this.#disagreement,
      decisions: this.#decisions,
      snapshots: this.#snapshots,
      brokenPromises: this.#brokenPromises,
    };
  }

  #make(node: number): RojNode {
    const timers = { roundTimeoutNs: 1000, roundDeltaNs: 100 };
    const compaction = this.#compaction;
    return new RojNode({ node, nodes: this.#nodes, ...timers, rules: this.#rules, compaction });
  }

  #member(index: number): Member {
    return this.#members[index] as Member;
  }

  #boot(index: number): void {
    const member = this.#member(index);
    member.node = this.#make(index);
    member.pending = [];
    member.timers = new Set();
    member.boots++;
    this.#damage(index, member.medium);
    const boot = { kind: "boot", incarnation: member.boots, ...member.medium.read() } as const;
    this.#apply(index, member.node.step(boot));
  }

  #damage(index: number, medium: StorageMedium): void {
    if (this.#atlas === null) return;
    for (const entry of medium.entries) {
      if (!this.#atlas.mayDamage(index, entry.slot, entry.isBase)) continue;
      if (entry.found === null && this.#random.chance(1, 3)) medium.rot(entry, this.#random);
    }
  }

  /** Each client's request reaches one node only, so that proposers differ in what they propose. */
  #sendRequests(): void {
    const frames = new FrameMaker(1);
    const body = new Uint8Array(64);
    for (let client = 0; client < this.#clients; client++) {
      const microOps = [{ opcode: OPCODE.append, key: 1, value: client + 1 }];
      const length = writeRequest(body, { client, request: 1, microOps });
      frames.frames(requestEnvelope(HOST, TO_ALL), body, length, (frame) => {
        this.#member(client % this.#nodes).inbox.push({ frame, hold: null });
      });
    }
  }

  /** One thing that could happen to this node next. */
  #advance(index: number): void {
    const member = this.#member(index);
    const random = this.#random;
    const waits = member.isPatient && this.#decided.size === 0;
    if (!waits && member.timers.size > 0 && random.below(1000) < this.#timerPermille) {
      const timers = [...member.timers];
      const timer = timers[random.below(timers.length)] as number;
      member.timers.delete(timer);
      this.#apply(index, member.node.step({ kind: "timer", timer }));
    } else if (member.timers.has(TIMER.gather) && random.chance(1, 4)) {
      // A moment is soon over, also where rounds go on for ever.
      member.timers.delete(TIMER.gather);
      this.#apply(index, member.node.step({ kind: "timer", timer: TIMER.gather }));
    } else if (member.pending.length > 0 && random.chance(1, 2)) {
      const {
        token,
        slot,
        record,
        isBase = false,
      } = member.pending.shift() as Member["pending"][0];
      const { boots: boot, medium } = member;
      medium.append({ number: this.#step, slot, isBase, boot, token, record, found: null });
      this.#apply(index, member.node.step({ kind: "stored", token, result: "ok" }));
    } else if (member.inbox.length > 0) this.#receive(index, member);
  }

  #receive(index: number, member: Member): void {
    const random = this.#random;
    const at = random.below(Math.min(this.#reach, member.inbox.length));
    const entry = member.inbox[at] as InFlight;
    if (this.#isHeld(entry)) {
      // Held back: it goes to the end, so that what came later can overtake it.
      member.inbox.splice(at, 1);
      member.inbox.push(entry);
      return;
    }
    // A frame may stay in flight and arrive again: duplicates are real.
    if (!random.chance(1, 20)) member.inbox.splice(at, 1);
    const isHidden = this.#tellsDecision(entry.frame) && random.below(100) < this.#hidePercent;
    if (isHidden || random.below(100) < this.#dropPercent) return;
    this.#apply(index, member.node.step({ kind: "frame", frame: entry.frame }));
  }

  #apply(index: number, effects: readonly NodeEffect[]): void {
    const member = this.#member(index);
    for (const effect of effects) {
      if (effect.kind === "send") this.#broadcast(index, effect.frame);
      else if (effect.kind === "persist") member.pending.push(effect);
      else if (effect.kind === "set-timer") {
        if (TICKING.has(effect.timer) || this.#hasRepair) member.timers.add(effect.timer);
      } else if (effect.kind === "clear-timer") member.timers.delete(effect.timer);
      else if (effect.kind === "truncate") member.medium.truncate(member.boots, effect.token);
      else if (effect.kind === "trace") this.#onRecord(index, effect.record);
    }
  }

  #broadcast(index: number, frame: CanFrame): void {
    if (!this.#hasRepair && classOfId(frame.id) === CLASS.repair) return;
    for (let other = 0; other < this.#nodes; other++) {
      if (other !== index) {
        this.#member(other).inbox.push({ frame, hold: this.#holdOf(other, frame) });
      }
    }
  }

  /** What keeps messages of this type and round from the receiver, if anything does. */
  #holdOf(receiver: number, frame: CanFrame): Hold | null {
    const { type } = readHeader(frame.data);
    const percent = this.#holdPercent.get(type) ?? 0;
    if (percent === 0) return null;
    const slot = readU32(frame.data, HEADER_LENGTH);
    const round = readU16(frame.data, HEADER_LENGTH + 4);
    const key = `${receiver}/${type}/${slot}/${round}`;
    let hold = this.#holds.get(key);
    if (hold === undefined) {
      const siege = this.#siegeOf(`${type}/${slot}/${round}`);
      if (siege !== null) hold = siege === receiver ? null : { slot, until: "decision" };
      else hold = this.#random.below(100) < percent ? { slot, until: this.#holdEnd() } : null;
      this.#holds.set(key, hold);
    }
    return hold;
  }

  /** In some rounds all such messages wait for a decision, but for those to one node, if any. */
  #siegeOf(key: string): number | null {
    let siege = this.#sieges.get(key);
    if (siege === undefined) {
      const isOn = this.#hasSieges && this.#random.chance(1, 3);
      siege = isOn ? this.#random.between(-1, this.#nodes - 1) : null;
      this.#sieges.set(key, siege);
    }
    return siege;
  }

  #holdEnd(): number | "decision" {
    if (this.#random.chance(1, 2)) return "decision";
    return this.#step + this.#random.below(this.#holdSteps);
  }

  #isHeld({ hold }: InFlight): boolean {
    if (hold === null) return false;
    return hold.until === "decision" ? !this.#decided.has(hold.slot) : hold.until > this.#step;
  }

  /** A confirmation of the round in which somebody has decided its slot already. */
  #tellsDecision({ data }: CanFrame): boolean {
    if (readHeader(data).type !== TYPE.confirm) return false;
    const round = readU16(data, HEADER_LENGTH + 4);
    return this.#decidedIn.get(readU32(data, HEADER_LENGTH)) === round;
  }

  #onRecord(index: number, record: NodeRecord): void {
    const { event, slot, round, digest } = record;
    if (event === "commit") this.#onCommit(record);
    else if (event === "snapshot") this.#onSnapshot(record);
    else if (event === "vote" || event === "confirm") {
      const key = `${event} ${index} ${slot} ${round}`;
      const said = this.#said.get(key);
      if (said === undefined) this.#said.set(key, digest);
      else if (said !== digest) this.#brokenPromises++;
    }
  }

  #onSnapshot({ slot, digest }: NodeRecord): void {
    this.#snapshots++;
    const known = this.#states.get(slot);
    if (known === undefined) this.#states.set(slot, digest);
    else if (known !== digest) this.#disagreement ??= `state of slot ${slot}: ${known}, ${digest}`;
  }

  #onCommit({ slot, round, digest }: NodeRecord): void {
    this.#decisions++;
    const known = this.#decided.get(slot);
    if (known === undefined) {
      this.#decided.set(slot, digest);
      this.#decidedIn.set(slot, round);
    } else if (known !== digest) this.#disagreement ??= `slot ${slot}: ${known} and ${digest}`;
  }
}
