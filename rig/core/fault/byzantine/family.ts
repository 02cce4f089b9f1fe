/**
 * Makes nodes of a simulated cluster traitors, and honest again. The last of several faults on one
 * node is the one in force.
 */

import { type Authority, NodeAuth } from "../../auth/authority.ts";
import type { NodeCore } from "../../consensus/node-core.ts";
import { ROJ_RULES, type RojRules } from "../../consensus/roj/rules.ts";
import { Random } from "../../random/random.ts";
import { BYZANTINE_FAULT_KINDS, type ByzantineFaultDetail } from "../byzantine-faults.ts";
import type { Fault } from "../fault.ts";
import type { FaultFamily } from "../fault-family.ts";
import { Colluding } from "./colluding.ts";
import { Equivocating } from "./equivocating.ts";
import { FalseCommit } from "./false-commit.ts";
import { Malformed } from "./malformed.ts";
import { arrangeOtherwise, type Treachery } from "./outgoing.ts";
import { Silent } from "./silent.ts";
import { Traitor } from "./traitor.ts";

type ByzantineFault = Fault & ByzantineFaultDetail;

/** What traitors need of the world that their nodes are in. */
export interface TraitorWorld {
  readonly seed: number;
  readonly nodes: number;
  readonly authority: Authority;
  readonly count: (fault: Fault) => void;
  makeCore(node: number, rules: RojRules): NodeCore;
  /** Puts something in the place of the node's core. */
  replace(node: number, make: (core: NodeCore, boots: number) => Traitor): void;
  /** A boot of a second memory from what the node has stored. */
  bootEvent(node: number): Parameters<NodeCore["step"]>[0];
  nowNs(): number;
  /** What the node records is no evidence from here on. */
  distrust(node: number): void;
}

export class ByzantineFaults implements FaultFamily {
  readonly kinds = BYZANTINE_FAULT_KINDS;
  readonly #world: TraitorWorld;
  readonly #traitors = new Map<number, Traitor>();
  readonly #inForce = new Map<number, ByzantineFault[]>();

  constructor(world: TraitorWorld) {
    this.#world = world;
  }

  inject(fault: Fault): void {
    if (fault.kind !== "byzantine") return;
    for (const node of fault.nodes) {
      this.#world.distrust(node);
      this.#inForce.set(node, [...this.#faultsOn(node), fault]);
      this.#turn(node);
    }
  }

  heal(fault: Fault): void {
    if (fault.kind !== "byzantine") return;
    for (const node of fault.nodes) {
      this.#inForce.set(
        node,
        this.#faultsOn(node).filter((each) => each !== fault),
      );
      this.#turn(node);
    }
  }

  #faultsOn(node: number): readonly ByzantineFault[] {
    return this.#inForce.get(node) ?? [];
  }

  #turn(node: number): void {
    const fault = this.#faultsOn(node).at(-1);
    const traitor = this.#traitorOn(node);
    if (fault === undefined) {
      traitor.turn(null);
      return;
    }
    const { seed, count } = this.#world;
    traitor.turn({
      treachery: this.#treachery(node, fault),
      random: Random.of(seed, "fault", fault.id, String(node)),
      count: () => count(fault),
    });
  }

  #traitorOn(node: number): Traitor {
    const known = this.#traitors.get(node);
    if (known !== undefined) return known;
    const { nodes, authority } = this.#world;
    const auth = new NodeAuth(authority, node);
    this.#world.replace(node, (core, boot) => {
      const traitor = new Traitor(core, { auth, nodes, boot });
      this.#traitors.set(node, traitor);
      return traitor;
    });
    return this.#traitors.get(node) as Traitor;
  }

  #treachery(node: number, { behaviour, nodes: traitors }: ByzantineFault): Treachery {
    switch (behaviour) {
      case "equivocating":
        return new Equivocating();
      case "false-commit":
        return new FalseCommit();
      case "silent":
        return new Silent();
      case "malformed":
        return new Malformed();
      case "colluding": {
        const { nodes } = this.#world;
        const second = this.#world.makeCore(node, { ...ROJ_RULES, arrange: arrangeOtherwise });
        second.step(this.#world.bootEvent(node), this.#world.nowNs());
        return new Colluding(nodes, traitors, second);
      }
    }
  }
}
